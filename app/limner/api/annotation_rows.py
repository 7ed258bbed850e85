"""One annotation as the wire has it, and its way to a record of the model and back.

The fields stand in the order of the wire (Pictograph contract, 2). A row has room for all four
types, because the type is not the first key; which fields belong is checked afterwards.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from sys import intern
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from limner.api.wire_points import Point, packed, unpacked
from limner.model.annotations import (
    AnnotationId,
    BBox,
    Drawable,
    Keypoint,
    OrientedBox,
    Polygon,
    Polyline,
    kind_of,
    new_id,
)
from limner.model.json_text import NO_ATTRIBUTES, JsonText
from limner.model.points import Points


class Box(Struct, forbid_unknown_fields=True, gc=False):
    x: float
    y: float
    w: float
    h: float


class Oriented(Struct, forbid_unknown_fields=True, gc=False):
    cx: float
    cy: float
    w: float
    h: float
    angle: float = 0.0


class Rings(Struct, forbid_unknown_fields=True):
    paths: list[list[Point]]


class Path(Struct, forbid_unknown_fields=True):
    path: list[Point]


_NO_ATTRIBUTES: Final = Raw(b"[]")


class Row(Struct, forbid_unknown_fields=True, kw_only=True):
    """An annotation of any type; what is UNSET does not stand on the wire."""

    id: str | UnsetType = UNSET
    name: str
    type: Literal["bbox", "polygon", "polyline", "keypoint"]
    bounding_box: Box | UnsetType | None = UNSET
    oriented_box: Oriented | UnsetType | None = UNSET
    polygon: Rings | UnsetType = UNSET
    polyline: Path | UnsetType = UNSET
    keypoint: Point | UnsetType = UNSET
    confidence: float | UnsetType = UNSET
    created_by: str | UnsetType | None = UNSET
    attributes: Raw = _NO_ATTRIBUTES
    instance_id: int | UnsetType | None = UNSET


_COMMON: Final = frozenset({"id", "name", "type", "confidence", "created_by", "attributes"})
KEYS: Final[Mapping[str, frozenset[str]]] = {
    "bbox": _COMMON | {"bounding_box", "oriented_box"},
    "polygon": _COMMON | {"bounding_box", "polygon"},
    "polyline": _COMMON | {"bounding_box", "polyline"},
    "keypoint": _COMMON | {"keypoint", "instance_id"},
}
"""Which keys an annotation of a type may have; every other is foreign to it."""

_FOREIGN: Final[Mapping[str, Callable[[Row], Any]]] = {
    kind: attrgetter(*sorted(set(Row.__struct_fields__) - keys)) for kind, keys in KEYS.items()
}
_T = TypeVar("_T")


class NotDrawable(Exception):
    """A row whose fields can be read and still do not make a shape; the words are for people."""


def has_foreign_keys(row: Row) -> bool:
    """Whether `row` holds a field that another type has, and its own has not."""
    return any(value is not UNSET for value in _FOREIGN[row.type](row))


def is_complete(row: Row) -> bool:
    """Whether the row, as it stands, is what a client may send (Pictograph contract, 2.1).

    An id, a confidence and attributes are always there, and no field of a shape is null.
    """
    return (
        row.id is not UNSET
        and row.confidence is not UNSET
        and row.attributes is not _NO_ATTRIBUTES
        and row.created_by is not None
        and row.bounding_box is not None
        and row.oriented_box is not None
        and row.instance_id is not None
    )


def as_records(rows: Sequence[Row], first: int, extra: JsonText | None = None) -> list[Drawable]:
    """The records of `rows`, ranked from `first`; no rule of the model is held against them here.

    Raises:
        NotDrawable: of one, the geometry of its type is missing, its box is none, or its
            attributes are neither an object nor a list.
    """
    runs = iter(packed([run for row in rows for run in _runs(row)]))
    return [_record(row, float(rank), extra, runs) for rank, row in enumerate(rows, first)]


def _record(row: Row, rank: float, extra: JsonText | None, runs: Iterator[Points]) -> Drawable:
    own = tuple(islice(runs, len(_runs(row))))
    common: dict[str, Any] = {
        "id": AnnotationId(row.id) if row.id is not UNSET else new_id(),
        # A few words, a hundred thousand times: 14 MB when each row has its own.
        "name": intern(row.name),
        "rank": rank,
        "confidence": 1.0 if row.confidence in (UNSET, 1.0) else row.confidence,
        "created_by": intern(row.created_by) if isinstance(row.created_by, str) else None,
        "attributes": _attributes(row.attributes),
        "extra": extra,
    }
    match row.type:
        case "bbox":
            return _bbox(row, common)
        case "polygon":
            _given(row.polygon, "polygon")
            _check_box(row.bounding_box)
            return Polygon(rings=own, **common)
        case "polyline":
            _given(row.polyline, "polyline")
            _check_box(row.bounding_box)
            return Polyline(path=own[0], **common)
        case "keypoint":
            point = _given(row.keypoint, "keypoint")
            return Keypoint(x=point.x, y=point.y, instance_id=_or_none(row.instance_id), **common)


def as_row(record: Drawable) -> Row:
    """The row of a record, with the enclosing box of a polygon or polyline that has one."""
    row = Row(
        id=record.id,
        name=record.name,
        type=kind_of(record).value,
        confidence=record.confidence,
        created_by=_or_unset(record.created_by),
        attributes=Raw(record.attributes.text.encode()),
    )
    match record:
        case BBox(x=x, y=y, w=w, h=h, oriented=turned):
            row.bounding_box = Box(x, y, w, h)
            if turned is not None:
                row.oriented_box = Oriented(turned.cx, turned.cy, turned.w, turned.h, turned.angle)
        case Polygon(rings=rings):
            row.bounding_box = _enclosure(rings)
            row.polygon = Rings([unpacked(ring) for ring in rings])
        case Polyline(path=path):
            row.bounding_box = _enclosure([path])
            row.polyline = Path(unpacked(path))
        case Keypoint(x=x, y=y):
            row.keypoint = Point(x, y)
            row.instance_id = _or_unset(record.instance_id)
    return row


def _bbox(row: Row, common: dict[str, Any]) -> BBox:
    box = _given(row.bounding_box, "bounding_box")
    turned = row.oriented_box
    if turned is UNSET or turned is None:
        return BBox(x=box.x, y=box.y, w=box.w, h=box.h, **common)
    oriented = OrientedBox(turned.cx, turned.cy, turned.w, turned.h, turned.angle)
    return BBox(x=box.x, y=box.y, w=box.w, h=box.h, oriented=oriented, **common)


def _given(value: _T | UnsetType | None, field: str) -> _T:
    if value is None or isinstance(value, UnsetType):
        raise NotDrawable(f"The field “{field}” is missing.")
    return value


def _or_none(value: _T | UnsetType) -> _T | None:
    return None if isinstance(value, UnsetType) else value


def _or_unset(value: _T | None) -> _T | UnsetType:
    return UNSET if value is None else value


def _check_box(box: Box | UnsetType | None) -> None:
    """The box of a polygon is computed, never read; but a box without a size is none."""
    if isinstance(box, Box) and (box.w <= 0 or box.h <= 0):
        raise NotDrawable("A box needs a width and a height above 0.")


def _attributes(raw: Raw) -> JsonText:
    text = bytes(raw)
    if text == b"[]":
        return NO_ATTRIBUTES
    # Here and not above: building its models takes longer than painting the first window may.
    from limner.api.pictograph_wire import check_attributes

    try:
        check_attributes(msgspec.json.decode(text))
    except ValueError as error:
        raise NotDrawable(f"The attributes cannot be kept: {error}.") from error
    return JsonText(text.decode())


def _runs(row: Row) -> list[list[Point]]:
    """The rings of a polygon or the path of a polyline; no row of one type has both."""
    if row.polygon is not UNSET:
        return row.polygon.paths
    return [] if row.polyline is UNSET else [row.polyline.path]


def _enclosure(runs: Iterable[Points]) -> Box | UnsetType:
    """The box around all points; UNSET where it has no area, which no server may store.

    The same as `geometry.enclosing`, which takes 5 us of numpy calls for twenty points, this 2.
    """
    numbers = array("d", b"".join([run.packed for run in runs]))
    xs, ys = numbers[0::2], numbers[1::2]
    left, top = min(xs), min(ys)
    width, height = max(xs) - left, max(ys) - top
    return Box(left, top, width, height) if width > 0 and height > 0 else UNSET
