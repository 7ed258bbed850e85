"""JSON kept as the text it arrived in, so that what nobody edits goes back unchanged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class JsonText:
    """An immutable JSON value: hashable, equal by its text, number spelling included."""

    text: str

    @classmethod
    def of(cls, value: Any) -> JsonText:
        """The compact text of `value`.

        Raises:
            ValueError: `value` holds NaN or an infinity, which JSON has no word for.
            TypeError: `value` holds something that is not JSON.
        """
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return NO_ATTRIBUTES if text == "[]" else cls(text)

    def value(self) -> Any:
        """A fresh copy of the value; changing it does not change this text."""
        return json.loads(self.text)


NO_ATTRIBUTES: Final = JsonText("[]")
"""What the wire sends for an annotation without attributes (Pictograph contract, 2.1)."""
