"""Whether a joint is marked as hidden from view."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from limner.model.json_text import NO_ATTRIBUTES, JsonText

_YES: Final = frozenset({"true", "1", "yes", "y", "t", "occluded"})


def is_occluded(attributes: JsonText) -> bool:
    """The attribute `occluded`, true or a word for it (Pictograph contract, 2.3)."""
    return attributes is not NO_ATTRIBUTES and _says_occluded(attributes)


@lru_cache(maxsize=4096)
def _says_occluded(attributes: JsonText) -> bool:
    value = attributes.value()
    if not isinstance(value, dict):
        return False
    said = value.get("occluded")
    return said.strip().lower() in _YES if isinstance(said, str) else bool(said)
