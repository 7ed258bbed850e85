"""The kinds of annotation, as immutable records.

Coordinates are image pixels of the upright image: x grows right, y grows down, (0, 0) is the
top-left corner of the top-left pixel. They are floats and may lie outside the image.

Every record has
    id          unique in its image, never changed by a save
    name        the class label, case-sensitive
    rank        where it stands in the z-order: higher lies above; the wire's list order is made
                from it. Only the order of ranks means something, so reordering is an ordinary edit
    confidence  0 to 1; 1 for what a person drew
    created_by  who drew it, filled by the server; None until then
    attributes  an object or a list, as the wire has it
    extra       keys this version does not know, kept and sent back; None when there are none
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import uuid4

from limner.model.json_text import NO_ATTRIBUTES, JsonText
from limner.model.points import Points

AnnotationId = NewType("AnnotationId", str)


class Kind(StrEnum):
    """The four types of the wire (Pictograph contract, 2), spelled as the wire spells them."""

    BBOX = "bbox"
    POLYGON = "polygon"
    POLYLINE = "polyline"
    KEYPOINT = "keypoint"


@dataclass(frozen=True, slots=True)
class OrientedBox:
    """A rotated rectangle: centre, sizes along its own axes, `angle` in degrees.

    The angle grows clockwise on the screen (y points down) and lies in [0, 360).
    """

    cx: float
    cy: float
    w: float
    h: float
    angle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What every annotation that can be drawn has; see the module for the meaning of each."""

    id: AnnotationId
    name: str
    rank: float = 0.0
    confidence: float = 1.0
    created_by: str | None = None
    attributes: JsonText = NO_ATTRIBUTES
    extra: JsonText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BBox(Labelled):
    """A box; when rotated, `oriented` is the box and x, y, w, h its axis-aligned enclosure."""

    x: float
    y: float
    w: float
    h: float
    oriented: OrientedBox | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon(Labelled):
    """Ring 0 is the outline, later rings are holes (even-odd); rings close by themselves."""

    rings: tuple[Points, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Polyline(Labelled):
    """An open path of two points or more."""

    path: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Keypoint(Labelled):
    """One joint; those that share `instance_id` (>= 1) on an image belong to one object."""

    x: float
    y: float
    instance_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque:
    """What a server sent and this version cannot draw: kept word for word and sent back.

    `id` is unique in the document even where the server's was not; `reason` says, for people, why
    it cannot be drawn.
    """

    id: AnnotationId
    raw: JsonText
    reason: str
    name: str = ""
    rank: float = 0.0


Drawable = BBox | Polygon | Polyline | Keypoint
Annotation = Drawable | Opaque


def new_id() -> AnnotationId:
    """An id that nobody else has: the client chooses ids, the server keeps them."""
    return AnnotationId(str(uuid4()))


def kind_of(annotation: Drawable) -> Kind:
    """The type of a record, as the wire names it."""
    match annotation:
        case BBox():
            return Kind.BBOX
        case Polygon():
            return Kind.POLYGON
        case Polyline():
            return Kind.POLYLINE
        case Keypoint():
            return Kind.KEYPOINT
