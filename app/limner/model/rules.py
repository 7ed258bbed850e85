"""What makes an annotation legal, and the one error that says what is wrong with it.

Sources: Pictograph contract, 2.1 to 2.4. The canvas refuses what breaks a rule where it is drawn,
the server refuses it with 422; both use the words given here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Final

from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Drawable,
    Keypoint,
    Opaque,
    Polygon,
    Polyline,
    kind_of,
)
from limner.model.geometry import enclosing, ring_holds
from limner.model.ontology import Ontology
from limner.model.points import Points

_OUTLINE: Final = "polygon.paths.0"
_PATH: Final = "polyline.path"


class RuleBroken(ValueError):
    """An annotation that may not exist: which one, which field, and what to do.

    `annotation_id` names it, `field` is the path on the wire ("polygon.paths.1"), `str(error)` is
    a sentence for people.
    """

    def __init__(self, annotation_id: AnnotationId, field: str, message: str) -> None:
        super().__init__(message)
        self.annotation_id = annotation_id
        self.field = field


def check(annotation: Drawable) -> None:
    """Hold one annotation against the rules that need nothing else.

    Raises:
        RuleBroken: the first rule it breaks.
    """
    _check_common(annotation)
    match annotation:
        case BBox():
            _check_box(annotation)
        case Polygon():
            _check_polygon(annotation)
        case Polyline(id=id_, path=path):
            _check_run(id_, _PATH, path, 2, "A polyline")
        case Keypoint():
            _check_keypoint(annotation)


def check_each(annotations: Collection[Drawable]) -> None:
    """`check` for each, with the coordinates of all looked at in one go: a sixth of the time.

    Raises:
        RuleBroken: as the first of them would by itself.
    """
    try:
        _check_together(annotations)
    except RuleBroken:
        for annotation in annotations:
            check(annotation)


def check_class(annotation: Drawable, ontology: Ontology) -> None:
    """Hold the label against the ontology.

    Raises:
        RuleBroken: the class is unknown, or belongs to another type.
    """
    kind = kind_of(annotation)
    if ontology.find(annotation.name, kind):
        return
    others = ontology.kinds_named(annotation.name)
    if others:
        listed = ", ".join(others)
        message = f"The class “{annotation.name}” is for {listed} annotations, not for {kind}."
    else:
        message = f"The dataset has no class called “{annotation.name}”."
    raise RuleBroken(annotation.id, "name", message)


def check_all(annotations: Iterable[Annotation], ontology: Ontology | None = None) -> None:
    """Hold a whole list against every rule, unique ids included.

    Raises:
        RuleBroken: the first rule that is broken.
    """
    seen: set[AnnotationId] = set()
    for annotation in annotations:
        if annotation.id in seen:
            raise RuleBroken(annotation.id, "id", f"The id {annotation.id} stands twice.")
        seen.add(annotation.id)
        if isinstance(annotation, Opaque):
            continue
        check(annotation)
        if ontology is not None:
            check_class(annotation, ontology)


def _check_together(annotations: Iterable[Drawable]) -> None:
    """Raises `RuleBroken` when any is illegal, not always for the first one."""
    packed: list[bytes] = []
    for annotation in annotations:
        match annotation:
            case Polygon(rings=(run,)):
                _check_length(annotation.id, _OUTLINE, run, 3, "A polygon")
            case Polyline(path=run):
                _check_length(annotation.id, _PATH, run, 2, "A polyline")
            case _:
                check(annotation)
                continue
        _check_common(annotation)
        packed.append(run.packed)
    if packed:
        _check_points(annotation.id, _OUTLINE, Points(b"".join(packed)))


def _check_common(annotation: Drawable) -> None:
    id_ = annotation.id
    if not id_.strip():
        raise RuleBroken(id_, "id", "An annotation needs an id.")
    if not annotation.name.strip():
        raise RuleBroken(id_, "name", "An annotation needs a class name.")
    if not 0.0 <= annotation.confidence <= 1.0:
        raise RuleBroken(id_, "confidence", "The confidence must lie between 0 and 1.")


def _check_box(box: BBox) -> None:
    _check_finite(box.id, "bounding_box", box.x, box.y, box.w, box.h)
    if box.w <= 0 or box.h <= 0:
        raise RuleBroken(box.id, "bounding_box", "A box needs a width and a height above 0.")
    turned = box.oriented
    if turned is None:
        return
    _check_finite(box.id, "oriented_box", turned.cx, turned.cy, turned.w, turned.h, turned.angle)
    if turned.w <= 0 or turned.h <= 0:
        raise RuleBroken(box.id, "oriented_box", "A box needs a width and a height above 0.")
    if not 0.0 <= turned.angle < 360.0:
        raise RuleBroken(
            box.id, "oriented_box.angle", "The angle must be at least 0 and below 360 degrees."
        )


def _check_polygon(polygon: Polygon) -> None:
    if not polygon.rings:
        raise RuleBroken(polygon.id, "polygon.paths", "A polygon needs an outline.")
    for index, ring in enumerate(polygon.rings):
        what = "A hole" if index else "A polygon"
        _check_run(polygon.id, f"polygon.paths.{index}", ring, 3, what)
    outline, *holes = polygon.rings
    for index, hole in enumerate(holes, start=1):
        if not _touches_inside(outline, hole):
            raise RuleBroken(
                polygon.id,
                f"polygon.paths.{index}",
                "A second ring must lie inside the first; draw a separate region by itself.",
            )


def _touches_inside(outline: Points, hole: Points) -> bool:
    """Whether any part of `hole` lies in `outline`: only a wholly separate region does not."""
    middle_x, middle_y = hole.xy.mean(axis=0).tolist()
    if ring_holds(outline, middle_x, middle_y):
        return True
    return _holds_any(outline, hole) or _holds_any(hole, outline)


def _holds_any(ring: Points, others: Points) -> bool:
    """Whether any of `others` lies in `ring`; quick where the two are far apart."""
    xy, (left, top, right, bottom) = others.xy, enclosing([ring])
    near = xy[(xy >= (left, top)).all(axis=1) & (xy <= (right, bottom)).all(axis=1)]
    return any(ring_holds(ring, x, y) for x, y in near.tolist())


def _check_keypoint(keypoint: Keypoint) -> None:
    _check_finite(keypoint.id, "keypoint", keypoint.x, keypoint.y)
    if keypoint.instance_id is not None and keypoint.instance_id < 1:
        raise RuleBroken(keypoint.id, "instance_id", "An instance number starts at 1.")


def _check_run(id_: AnnotationId, field: str, run: Points, least: int, what: str) -> None:
    _check_length(id_, field, run, least, what)
    _check_points(id_, field, run)


def _check_length(id_: AnnotationId, field: str, run: Points, least: int, what: str) -> None:
    if len(run) < least:
        raise RuleBroken(id_, field, f"{what} needs at least {least} points, this has {len(run)}.")


def _check_points(id_: AnnotationId, field: str, run: Points) -> None:
    if not run.is_finite():
        raise RuleBroken(id_, field, "A coordinate is not a finite number.")


def _check_finite(id_: AnnotationId, field: str, *numbers: float) -> None:
    if not all(map(math.isfinite, numbers)):
        raise RuleBroken(id_, field, "A coordinate is not a finite number.")
