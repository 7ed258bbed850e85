"""Class lists between the wire and the model (Pictograph contract, 4.2).

A class of a kind that is no annotation (`tag`) has no place in an ontology; it is told apart here
so that it survives when the classes are changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from limner.api.errors import Garbled
from limner.model.annotations import Kind
from limner.model.ontology import UNKNOWN_COLOUR, AttributeSpec, LabelClass, Ontology, Skeleton

_KINDS: Final = {
    "box": Kind.BBOX,
    "bbox": Kind.BBOX,
    "polygon": Kind.POLYGON,
    "polyline": Kind.POLYLINE,
    "keypoint": Kind.KEYPOINT,
}


class _Attribute(msgspec.Struct):
    name: str
    type: str | None = None
    values: list[str] | None = None


class _Node(msgspec.Struct):
    name: str
    x: float | None = None
    y: float | None = None


class _Skeleton(msgspec.Struct):
    nodes: list[_Node]
    edges: list[tuple[int, int]] | None = None


class _Class(msgspec.Struct):
    name: str
    type: str
    color: str | None = None
    attributes: list[_Attribute] | None = None
    skeleton: _Skeleton | None = None


def read_ontology(classes: Any) -> Ontology:
    """The ontology of a dataset's `classes`; what is no annotation class is left out.

    Raises:
        Garbled: it is not a list of classes.
    """
    rows = _rows(classes)
    return Ontology(tuple(_label(row, _KINDS[row.type]) for row in rows if row.type in _KINDS))


def foreign_classes(classes: Any) -> list[Any]:
    """Those of `classes` that `read_ontology` leaves out, as they stand."""
    rows = zip(classes or [], _rows(classes), strict=True)
    return [raw for raw, row in rows if row.type not in _KINDS]


def write_ontology(ontology: Iterable[LabelClass]) -> list[dict[str, Any]]:
    """The `classes` of an ontology, as the wire has them."""
    return [_written(label) for label in ontology]


def _rows(classes: Any) -> Sequence[_Class]:
    try:
        return msgspec.convert(classes or [], list[_Class])
    except msgspec.ValidationError as error:
        raise Garbled("The server's list of classes could not be read.") from error


def _label(row: _Class, kind: Kind) -> LabelClass:
    colour = row.color or ""
    return LabelClass(
        name=row.name,
        kind=kind,
        colour=colour if re.fullmatch("#[0-9a-fA-F]{6}", colour) else UNKNOWN_COLOUR,
        attributes=tuple(
            AttributeSpec(each.name, each.type or "text", tuple(each.values or ()))
            for each in row.attributes or ()
        ),
        skeleton=_skeleton(row.skeleton),
    )


def _skeleton(row: _Skeleton | None) -> Skeleton | None:
    if row is None or not row.nodes:
        return None
    count = len(row.nodes)
    nodes = tuple(
        (node.name, 0.5 if node.x is None else node.x, 0.5 if node.y is None else node.y)
        for node in row.nodes
    )
    edges = row.edges or ()
    return Skeleton(nodes, tuple((a, b) for a, b in edges if 0 <= a < count and 0 <= b < count))


def _written(label: LabelClass) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": label.name,
        "type": "box" if label.kind is Kind.BBOX else label.kind.value,
        "color": label.colour,
        "attributes": [_written_attribute(each) for each in label.attributes],
    }
    if label.skeleton is not None:
        nodes = [{"name": name, "x": x, "y": y} for name, x, y in label.skeleton.nodes]
        written["skeleton"] = {"nodes": nodes, "edges": [list(e) for e in label.skeleton.edges]}
    return written


def _written_attribute(spec: AttributeSpec) -> dict[str, Any]:
    values = {"values": list(spec.values)} if spec.values else {}
    return {"name": spec.name, "type": spec.type, **values}
