"""What a filter finds, told by a second way of looking: one annotation after the other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Keypoint,
    Opaque,
    OrientedBox,
    Polygon,
    Polyline,
    kind_of,
)
from limner.model.document import Document
from limner.model.geometry import bounds, polygon_area
from limner.model.json_text import JsonText
from limner.model.patch import Change, Patch, Verb
from limner.model.points import Points
from limner.panels.filter_words import read
from limner.panels.matching import Matching
from limner.panels.object_columns import Mask, ObjectColumns
from limner.panels.object_filter import State
from limner.panels.sizes import sides_and_areas

NAMES = ("car", "Car", "truck", "traffic light", "", "straße")
ATTRIBUTES = (
    "[]",
    '{"occluded":true,"doors":4}',
    '{"occluded":false,"Doors":2,"note":"RED"}',
    '{"doors":"4","parts":["hood","wheel"],"gone":null}',
    '["occluded",{"name":"doors","value":5},{"note":"blue"},7]',
)


Chance = np.random.Generator
T = TypeVar("T")


def pick(chance: Chance, among: Sequence[T]) -> T:
    return among[int(chance.integers(len(among)))]


def annotation(number: int, chance: Chance) -> Annotation:
    x, y, w, h = (chance.uniform(1, 100) for _ in range(4))
    id_ = AnnotationId(f"{chance.integers(2**32):08x}-{number}")
    name, rank = pick(chance, NAMES), pick(chance, (float(number), 3.0))
    if not name:
        return Opaque(id=id_, raw=JsonText("{}"), reason="new", name=name, rank=rank)
    corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    inner = [(x + w * a, y + h * b) for a, b in ((0.2, 0.2), (0.8, 0.2), (0.5, 0.7))]
    common: dict[str, Any] = {
        "id": id_,
        "name": name,
        "rank": rank,
        "confidence": pick(chance, (1.0, chance.random())),
        "attributes": JsonText(pick(chance, ATTRIBUTES)),
    }
    turned = OrientedBox(x, y, w, h, 30.0)
    shapes: list[Annotation] = [
        BBox(x=x, y=y, w=w, h=h, **common),
        BBox(x=x - 50, y=y - 50, w=99, h=99, oriented=turned, **common),
        Polygon(rings=(Points.of(corners),), **common),
        Polygon(rings=(Points.of(corners), Points.of(inner)), **common),
        Polyline(path=Points.of(corners[:3]), **common),
        Keypoint(x=x, y=y, **common),
    ]
    return pick(chance, shapes)


def slow_sizes(shape: Annotation) -> tuple[float, float]:
    match shape:
        case BBox(oriented=None, w=w, h=h) | BBox(oriented=OrientedBox(w=w, h=h)):
            return max(w, h), w * h
        case Polygon():
            return max(bounds(shape).width, bounds(shape).height), polygon_area(shape.rings)
        case Polyline() | Keypoint():
            return max(bounds(shape).width, bounds(shape).height), 0.0
        case _:
            return float("nan"), float("nan")


def confidence(shape: Annotation) -> float:
    return float("nan") if isinstance(shape, Opaque) else shape.confidence


def type_of(shape: Annotation) -> str:
    return "kept" if isinstance(shape, Opaque) else str(kind_of(shape))


def holds(shape: Annotation, *texts: str) -> bool:
    return not isinstance(shape, Opaque) and shape.attributes.text in {
        ATTRIBUTES[int(text)] for text in texts
    }


Sample = tuple[str, Callable[[Annotation, int], bool]]
SAMPLES: list[Sample] = [
    ("car", lambda a, _: "car" in a.name.casefold()),
    ("-TRUCK", lambda a, _: "truck" not in a.name),
    ('"fic l"', lambda a, _: a.name == "traffic light"),
    ("STRASSE", lambda a, _: a.name == "straße"),
    ("unreadable", lambda a, _: a.name == ""),
    ("2", lambda _, number: number == 2),
    ("class:Car", lambda a, _: a.name == "Car"),
    ("class:TRUCK,car", lambda a, _: a.name in ("truck", "car")),
    ('-class:""', lambda a, _: a.name != ""),
    ("type:polygon,kept", lambda a, _: type_of(a) in ("polygon", "kept")),
    ("id:-1", lambda a, _: "-1" in a.id),
    ("size>50.5", lambda a, _: slow_sizes(a)[0] > 50.5),
    ("area<=800.5", lambda a, _: slow_sizes(a)[1] <= 800.5),
    ("-area>1234.5", lambda a, _: not slow_sizes(a)[1] > 1234.5),
    ("conf<0.5", lambda a, _: confidence(a) < 0.5),
    ("conf=1", lambda a, _: confidence(a) == 1),
    ("has:NOTE", lambda a, _: holds(a, "2", "4")),
    ("occluded=true", lambda a, _: holds(a, "1", "4")),
    ("occluded=false", lambda a, _: holds(a, "2")),
    ("doors=4", lambda a, _: holds(a, "1", "3")),
    ("doors>3", lambda a, _: holds(a, "1", "4")),
    ("note=red", lambda a, _: holds(a, "2")),
    ("parts=wheel", lambda a, _: holds(a, "3")),
    ("gone=null", lambda a, _: holds(a, "3")),
    ("is:hidden", lambda a, _: a.id[0] in "01234567"),
]


def several(chance: Chance, count: int) -> list[Sample]:
    return [SAMPLES[at] for at in chance.permutation(len(SAMPLES))[:count]]


class Found:
    """Columns over a document, and what is hidden: ids that begin with a low digit."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.columns = ObjectColumns()
        self.columns.show(document)
        self.matching = Matching(self.columns, self.state)

    def state(self, state: State) -> Mask:
        assert state is State.HIDDEN
        return np.array([id_[0] in "01234567" for id_ in self.columns.ids], dtype=np.bool_)

    def apply(self, patch: Patch) -> None:
        self.document.apply(patch)
        self.matching.follow(self.columns.follow(patch).places)

    def ids(self, words: str) -> set[str]:
        reading = read(words)
        assert not reading.complaints
        if self.matching.wanted != reading.filter:
            self.matching.want(reading.filter)
        return set(self.columns.ids[self.matching.shown()])

    def obvious(self, samples: list[Sample]) -> set[str]:
        places = {a.id: self.columns.place_of(a.id) for a in self.document}
        numbers = {
            id_: int(self.columns.number[at]) for id_, at in places.items() if at is not None
        }
        return {a.id for a in self.document if all(test(a, numbers[a.id]) for _, test in samples)}


def found(seed: int, count: int = 300) -> Found:
    chance = np.random.default_rng(seed)
    return Found(Document(annotation(number, chance) for number in range(count)))


def test_each_term_finds_what_looking_at_each_annotation_finds() -> None:
    here = found(1)
    for words, test in SAMPLES:
        answer = here.obvious([(words, test)])
        assert here.ids(words) == answer, words
        assert 0 < len(answer) < len(here.document), words


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_terms_that_combine_find_what_fits_all_of_them(seed: int) -> None:
    here, chance = found(seed), np.random.default_rng(seed)
    samples = several(chance, 3)
    assert here.ids(" ".join(words for words, _ in samples)) == here.obvious(samples)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_a_filter_follows_edits_deletions_and_undo(seed: int) -> None:
    here, chance = found(seed, 60), np.random.default_rng(seed)
    samples = several(chance, 2)
    words = " ".join(each for each, _ in samples)
    done: list[Patch] = []
    for step in range(12):
        assert here.ids(words) == here.obvious(samples)
        if done and chance.random() < 0.3:
            here.apply(done.pop().inverse())
            continue
        old = pick(chance, list(here.document))
        new = replace(annotation(1000 + step, chance), rank=float(step))
        changes: list[dict[AnnotationId, Change]] = [
            {old.id: (old, None), new.id: (None, new)},
            {old.id: (old, replace(new, id=old.id))},
            {old.id: (old, replace(old, name="bus"))},
        ]
        done.append(Patch(Verb.DESCRIBE, pick(chance, changes)))
        here.apply(done[-1])
    assert here.ids(words) == here.obvious(samples)


def test_a_word_of_four_characters_may_begin_an_id() -> None:
    here = found(3)
    id_ = next(iter(here.document)).id
    assert here.ids(id_[:8]) == {id_}
    assert here.ids(id_[1:8]) == set()


def test_sizes_of_many_are_the_sizes_of_each() -> None:
    chance = np.random.default_rng(5)
    shapes = [annotation(number, chance) for number in range(500)]
    sides, areas = sides_and_areas(shapes)
    slow = np.array([slow_sizes(shape) for shape in shapes])
    np.testing.assert_allclose(np.stack([sides, areas], axis=1), slow, rtol=1e-9)


def test_sizes_beyond_all_numbers_are_infinite_and_break_nothing() -> None:
    run = Points.of([(-1e308, 0), (1e308, 1e308), (0, -1e308)])
    huge: list[Annotation] = [
        Polygon(id=AnnotationId("p"), name="", rings=(run,)),
        Polyline(id=AnnotationId("l"), name="", path=run),
        BBox(id=AnnotationId("b"), name="", x=0, y=0, w=1e300, h=1e300),
    ]
    sides, _ = sides_and_areas(huge)
    assert sides.tolist() == [np.inf, np.inf, 1e300]


@pytest.mark.parametrize("words", ["car", "-car", "12", "3f2a", "id:3f", "has:doors", "size>3"])
def test_nothing_is_found_where_nothing_is_drawn(words: str) -> None:
    assert not found(1, count=0).ids(words)
