"""What commands do to the selected annotations, each as one step.

Every function returns the patch it made, or None when there was nothing to do or a rule refused
it (`Bench.refused` has then been told), unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from limner.model.annotations import Annotation, Drawable, Keypoint, Opaque, kind_of, new_id
from limner.model.geometry import moved
from limner.model.json_text import JsonText
from limner.model.ontology import LabelClass
from limner.model.patch import Patch, Verb
from limner.model.rules import RuleBroken, check_class
from limner.tools.bench import Bench
from limner.tools.vertices import Path, Vertex, edge_near, with_vertex_after, without_vertex

PASTE_SHIFT: Final = 10.0
"""Image pixels: how far a paste on top of its own original stands aside, to be seen."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Copied annotations, lowest first; they keep their places, so another image can take them."""

    annotations: tuple[Drawable, ...]


def delete(bench: Bench) -> Patch | None:
    """Remove what is selected, also what cannot be drawn."""
    return bench.do(Patch.removing(Verb.DELETE, _in_order(bench)))


def duplicate(bench: Bench, dx: float, dy: float) -> Patch | None:
    """Put a copy (dx, dy) image pixels aside on top; the copies are selected."""
    shapes = [moved(shape, dx, dy) for shape in _drawables(bench)]
    return _add_copies(bench, Verb.DUPLICATE, shapes)


def copy(bench: Bench) -> Clip:
    """The selected annotations that can be drawn; empty when there are none."""
    return Clip(tuple(_drawables(bench)))


def paste(bench: Bench, clip: Clip) -> Patch | None:
    """Put copies of `clip` on top and select them.

    They keep their places, or stand a little aside where they would hide their own originals.
    What this dataset has no class for is left out, and `Bench.refused` is told of the first.
    """
    fitting = list(_fitting(bench, clip.annotations))
    aside = any(bench.document.get(shape.id) == shape for shape in fitting)
    shift = PASTE_SHIFT if aside else 0.0
    return _add_copies(bench, Verb.PASTE, [moved(shape, shift, shift) for shape in fitting])


def relabel(bench: Bench, label: LabelClass) -> int:
    """Give the selected annotations of the label's kind this class; how many were left out."""
    shapes = _drawables(bench)
    fitting = [shape for shape in shapes if kind_of(shape) is label.kind]
    _replace(bench, Verb.RELABEL, fitting, lambda shape: replace(shape, name=label.name))
    return len(shapes) - len(fitting)


def reorder(bench: Bench, where: Literal["front", "back"]) -> Patch | None:
    """Bring the selection above or below everything else; its own order stays."""
    chosen = _in_order(bench)
    order = bench.document.snapshot()
    there = order[-len(chosen) :] if where == "front" else order[: len(chosen)]
    if not chosen or list(there) == chosen:
        return None
    document = bench.document
    first = document.top_rank() if where == "front" else document.bottom_rank() - len(chosen) + 1
    pairs = [(shape, replace(shape, rank=first + i)) for i, shape in enumerate(chosen)]
    return bench.do(Patch.replacing(Verb.REORDER, pairs))


def describe(bench: Bench, attributes: JsonText) -> Patch | None:
    """Give all selected annotations these attributes."""
    return _replace(
        bench, Verb.DESCRIBE, _drawables(bench), lambda a: replace(a, attributes=attributes)
    )


def set_confidence(bench: Bench, confidence: float) -> Patch | None:
    """Give all selected annotations this confidence, 0 to 1; another number is refused."""
    return _replace(
        bench, Verb.DESCRIBE, _drawables(bench), lambda a: replace(a, confidence=confidence)
    )


def nudge(bench: Bench, dx: float, dy: float) -> Patch | None:
    """Move the selection by (dx, dy) image pixels."""
    return _replace(bench, Verb.MOVE, _drawables(bench), lambda shape: moved(shape, dx, dy))


def remove_vertex(bench: Bench, path: Path, vertex: Vertex) -> Patch | None:
    """Take one vertex out of `path`; a hole that becomes too short goes altogether."""
    verb, after = without_vertex(path, vertex)
    return bench.do(Patch.replacing(verb, [(path, after)]))


def add_vertex(bench: Bench, path: Path, x: float, y: float, reach: float) -> Patch | None:
    """Put a vertex onto the edge of `path` that passes within `reach` image pixels of (x, y)."""
    run, hit = edge_near(path, x, y)
    if hit.distance > reach:
        return None
    after = with_vertex_after(path, Vertex(run, hit.edge), hit.x, hit.y)
    return bench.do(Patch.replacing(Verb.ADD_POINT, [(path, after)]))


def _in_order(bench: Bench) -> list[Annotation]:
    """The selected annotations in z-order, lowest first."""
    found = (bench.document.get(id_) for id_ in bench.selection)
    return sorted((a for a in found if a is not None), key=lambda a: (a.rank, a.id))


def _drawables(bench: Bench) -> list[Drawable]:
    return [a for a in _in_order(bench) if not isinstance(a, Opaque)]


def _replace(
    bench: Bench, verb: Verb, shapes: Iterable[Drawable], change: Callable[[Drawable], Drawable]
) -> Patch | None:
    return bench.do(Patch.replacing(verb, [(shape, change(shape)) for shape in shapes]))


def _fitting(bench: Bench, shapes: Iterable[Drawable]) -> Iterable[Drawable]:
    refusal: RuleBroken | None = None
    for shape in shapes:
        try:
            check_class(shape, bench.ontology)
        except RuleBroken as broken:
            refusal = refusal or broken
        else:
            yield shape
    if refusal is not None:
        bench.refused(refusal)


def _add_copies(bench: Bench, verb: Verb, shapes: Iterable[Drawable]) -> Patch | None:
    """Add `shapes` under new ids, on top in the given order; nobody has drawn them yet."""
    top = bench.document.top_rank()
    copies = [
        replace(shape, id=new_id(), rank=top + i, created_by=None)
        for i, shape in enumerate(_as_other_objects(bench, shapes))
    ]
    return bench.do(Patch.adding(verb, copies), select=tuple(made.id for made in copies))


def _as_other_objects(bench: Bench, shapes: Iterable[Drawable]) -> Iterable[Drawable]:
    """The joints of a copied object form an object of their own."""
    taken = [a.instance_id or 0 for a in bench.document if isinstance(a, Keypoint)]
    free = max(taken, default=0) + 1
    renamed: dict[int, int] = {}
    for shape in shapes:
        if isinstance(shape, Keypoint) and shape.instance_id is not None:
            number = renamed.setdefault(shape.instance_id, free + len(renamed))
            yield replace(shape, instance_id=number)
        else:
            yield shape
