"""A shape that is being drawn, as something that can be kept and gone on with later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from limner.model.annotations import AnnotationId
from limner.model.points import Points

_MOST_POINTS: Final = 1_000_000


class _Written(msgspec.Struct, omit_defaults=True):
    tool: str
    points: list[tuple[float, float]]
    label: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The tool's name and the points so far; the class it draws in.

    `target` is the annotation that is being changed, for a hole.
    """

    tool: str
    points: Points
    label: str | None = None
    target: AnnotationId | None = None

    def as_json(self) -> bytes:
        return _encode(_Written(self.tool, list(self.points), self.label, self.target))

    @classmethod
    def from_json(cls, text: bytes) -> Unfinished | None:
        """What `as_json` wrote; None for anything else."""
        try:
            found = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        points = Points.of(found.points)
        if not 0 < len(points) <= _MOST_POINTS or not points.is_finite():
            return None
        target = None if found.target is None else AnnotationId(found.target)
        return cls(found.tool, points, found.label, target)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Written).decode
