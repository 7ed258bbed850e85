"""A hand that works with a tool through pointer and keys only, and a street to work on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Drawable,
    Keypoint,
    Kind,
    OrientedBox,
    Polygon,
    Polyline,
)
from limner.model.document import Document
from limner.model.geometry import (
    Bounds,
    box_outline,
    nearest_edge,
    polygon_holds,
    ring_holds,
    with_oriented,
)
from limner.model.ontology import LabelClass, Ontology, Skeleton
from limner.model.points import Points
from limner.model.rules import RuleBroken
from limner.tools.band import touches
from limner.tools.bench import Bench
from limner.tools.tool import HandleKind, Handles, Key, Mods, Overlay, Pointer, Tool
from limner.tools.toolbox import make

XY = tuple[float, float]

FACE = Skeleton(
    nodes=(("nose", 0.5, 0.6), ("left eye", 0.7, 0.3), ("right eye", 0.3, 0.3)),
    edges=((0, 1), (0, 2)),
)
STREET = Ontology(
    (
        LabelClass("car", Kind.BBOX, "#ff0000"),
        LabelClass("bus", Kind.BBOX, "#00ff00"),
        LabelClass("road", Kind.POLYGON, "#0000ff"),
        LabelClass("lane", Kind.POLYLINE, "#ffff00"),
        LabelClass("nose", Kind.KEYPOINT, "#ff00ff", skeleton=FACE),
        LabelClass("left eye", Kind.KEYPOINT, "#00ffff"),
        LabelClass("right eye", Kind.KEYPOINT, "#808080"),
        LabelClass("ball", Kind.KEYPOINT, "#404040"),
    )
)


def a_box(id_: str = "box", x: float = 10, y: float = 10, w: float = 40, h: float = 20) -> BBox:
    return BBox(id=AnnotationId(id_), name="car", x=x, y=y, w=w, h=h)


def a_turned_box(id_: str = "turned", angle: float = 30.0) -> BBox:
    return with_oriented(a_box(id_), OrientedBox(200, 200, 80, 40, angle))


def a_polygon(id_: str = "polygon", *rings: Iterable[XY]) -> Polygon:
    outline = [(100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0)]
    packed = tuple(Points.of(ring) for ring in rings or (outline,))
    return Polygon(id=AnnotationId(id_), name="road", rings=packed)


def a_ring(*, left: float = 120, size: float = 30) -> list[XY]:
    """A triangle, to be cut out of `a_polygon`."""
    return [(left, left), (left + size, left), (left, left + size)]


def a_polyline(id_: str = "polyline", *points: XY) -> Polyline:
    path = Points.of(points or ((10.0, 300.0), (110.0, 300.0), (110.0, 380.0)))
    return Polyline(id=AnnotationId(id_), name="lane", path=path)


def a_joint(id_: str = "joint", x: float = 300, y: float = 300, name: str = "ball") -> Keypoint:
    return Keypoint(id=AnnotationId(id_), name=name, x=x, y=y, instance_id=1)


@dataclass
class Street:
    """A bench of 400 x 400 image pixels, with whatever was refused on it."""

    bench: Bench
    refused: list[RuleBroken] = field(default_factory=list)

    @property
    def shapes(self) -> list[Annotation]:
        return list(self.bench.document)

    @property
    def only(self) -> Drawable:
        (id_,) = [shape.id for shape in self.bench.document]
        return self[id_]

    def __getitem__(self, id_: str) -> Drawable:
        found = self.bench.drawable(AnnotationId(id_))
        assert found is not None, f"{id_} is not there"
        return found

    @property
    def selected(self) -> list[str]:
        return list(self.bench.selection.ids)

    def selects(self, *ids: str) -> None:
        self.bench.selection.choose(map(AnnotationId, ids))

    @property
    def steps(self) -> list[str]:
        """The titles of all steps, latest first; everything is redone afterwards."""
        titles = []
        while (step := self.bench.history.undo()) is not None:
            titles.append(step.title)
        while self.bench.history.redo():
            pass
        return titles


def street(*shapes: Annotation, ontology: Ontology = STREET) -> Street:
    """The shapes lie on one another in the given order, the last on top."""
    ranked = [replace(shape, rank=float(i)) for i, shape in enumerate(shapes)]
    made = Street(Bench.over(Document(ranked), ontology, (400, 400)))
    made.bench.refused = made.refused.append
    made.bench.find = lambda x, y, reach: finds(made.bench, x, y, reach)
    made.bench.find_within = lambda band: finds_within(made.bench, band)
    return made


def finds(bench: Bench, x: float, y: float, reach: float) -> list[AnnotationId]:
    """What lies within `reach` of (x, y), topmost first."""
    drawables = (bench.drawable(a.id) for a in reversed(bench.document.snapshot()))
    return [a.id for a in drawables if a is not None and _lies_at(a, x, y, reach)]


def finds_within(bench: Bench, band: Bounds) -> list[AnnotationId]:
    """What has any part in the band, lowest first."""
    drawables = (bench.drawable(a.id) for a in bench.document)
    return [a.id for a in drawables if a is not None and touches(band, a)]


def _lies_at(shape: Drawable, x: float, y: float, reach: float) -> bool:
    match shape:
        case BBox():
            outline = Points.from_array(box_outline(shape))
            near = nearest_edge(outline, x, y, closed=True).distance <= reach
            return near or ring_holds(outline, x, y)
        case Polygon(rings=rings):
            near = any(nearest_edge(r, x, y, closed=True).distance <= reach for r in rings)
            return near or polygon_holds(rings, x, y)
        case Polyline(path=path):
            return nearest_edge(path, x, y, closed=False).distance <= reach
        case Keypoint():
            return (shape.x - x) ** 2 + (shape.y - y) ** 2 <= reach**2


class Hand:
    """Holds one tool; `scale` image pixels lie under one screen pixel."""

    def __init__(self, place: Street, tool: str, scale: float = 1.0) -> None:
        self.tool: Tool = make(tool, place.bench)
        self.scale = scale

    def sees(self) -> Overlay:
        return self.tool.overlay

    def handles(self, kind: HandleKind) -> Handles:
        (found,) = [handles for handles in self.sees().handles if handles.kind is kind]
        return found

    def is_drawing(self) -> bool:
        return self.tool.is_drawing

    def drawn(self) -> list[XY]:
        """The points of the sketch; none when nothing is being drawn."""
        sketch = self.sees().sketch
        return list(sketch.points) if sketch else []

    def hovers(self, at: XY, mods: Mods = Mods.NONE) -> None:
        self.tool.move(self._at(at, mods))

    def presses(self, at: XY, mods: Mods = Mods.NONE, clicks: int = 1) -> None:
        self.tool.press(replace(self._at(at, mods), pressed=True, clicks=clicks))

    def moves(self, *to: XY, mods: Mods = Mods.NONE) -> None:
        """With the button down."""
        for at in to:
            self.tool.move(replace(self._at(at, mods), pressed=True))

    def releases(self, at: XY, mods: Mods = Mods.NONE) -> None:
        self.tool.release(self._at(at, mods))

    def clicks(self, *places: XY, mods: Mods = Mods.NONE) -> None:
        for at in places:
            self.hovers(at, mods)
            self.presses(at, mods)
            self.releases(at, mods)

    def double_clicks(self, at: XY) -> None:
        self.clicks(at)
        self.presses(at, clicks=2)
        self.releases(at)

    def drags(self, start: XY, *to: XY, mods: Mods = Mods.NONE) -> None:
        """Through the places of `to`, with a few moves between each two."""
        self.hovers(start)
        self.presses(start, mods)
        self.goes_on(start, *to, mods=mods)
        self.releases(to[-1], mods)

    def goes_on(self, start: XY, *to: XY, mods: Mods = Mods.NONE) -> None:
        for (ax, ay), (bx, by) in pairwise((start, *to)):
            way = [(ax + (bx - ax) * t / 4, ay + (by - ay) * t / 4) for t in (1, 2, 3)]
            self.moves(*way, (bx, by), mods=mods)

    def types(self, *keys: Key, mods: Mods = Mods.NONE) -> bool:
        """Whether the tool used the last of the keys."""
        used = False
        for key in keys:
            used = self.tool.key(key, mods)
        return used

    def undoes(self, place: Street) -> None:
        """Ctrl+Z, as the window does it."""
        if not self.tool.undo():
            place.bench.history.undo()

    def redoes(self, place: Street) -> None:
        if not self.tool.redo():
            place.bench.history.redo()

    def _at(self, at: XY, mods: Mods) -> Pointer:
        self.tool.bench.scale = self.scale  # as the canvas does
        return Pointer(float(at[0]), float(at[1]), scale=self.scale, mods=mods)
