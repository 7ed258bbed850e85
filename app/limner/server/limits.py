"""How much one request may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest JSON body and uploaded file, in bytes, and the most annotations of an image."""

    body: int
    upload: int
    annotations: int


TEAM: Final = Limits(body=32_000_000, upload=4_000_000_000, annotations=100_000)
"""For callers who share a server: one of them must not fill its memory."""

OWN: Final = Limits(body=1_000_000_000, upload=64_000_000_000, annotations=1_000_000)
"""For the editor's own server, whose caller owns the computer: 100,000 polygons are 64 MB."""
