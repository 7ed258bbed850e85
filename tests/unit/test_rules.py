"""What makes an annotation legal: each rule broken once, with the field it names."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.model.annotations import Annotation, AnnotationId, Drawable, Opaque, OrientedBox
from limner.model.json_text import JsonText
from limner.model.points import Points
from limner.model.rules import RuleBroken, check, check_all, check_class, check_each
from unit.any_annotation import documents, drawables
from unit.tool_robot import STREET, a_box, a_joint, a_polygon, a_polyline, a_ring, a_turned_box

NAN, INF = math.nan, math.inf
OUTLINE = [(100, 100), (200, 100), (200, 200), (100, 200)]


def turned(**changes: float) -> Drawable:
    return replace(a_box(), oriented=replace(OrientedBox(30, 20, 40, 20, 10), **changes))


@pytest.mark.parametrize(
    ("illegal", "field"),
    [
        (replace(a_box(), id=AnnotationId(" ")), "id"),
        (replace(a_box(), name="\t"), "name"),
        (replace(a_box(), confidence=-0.1), "confidence"),
        (replace(a_box(), confidence=1.1), "confidence"),
        (replace(a_joint(), confidence=NAN), "confidence"),
        (replace(a_box(), w=0), "bounding_box"),
        (replace(a_box(), h=-1), "bounding_box"),
        (replace(a_box(), x=NAN), "bounding_box"),
        (replace(a_box(), w=INF), "bounding_box"),
        (turned(w=0), "oriented_box"),
        (turned(h=-1), "oriented_box"),
        (turned(cx=INF), "oriented_box"),
        (turned(angle=NAN), "oriented_box"),
        (turned(angle=360), "oriented_box.angle"),
        (turned(angle=-1), "oriented_box.angle"),
        (replace(a_polygon(), rings=()), "polygon.paths"),
        (a_polygon("p", [(0, 0), (1, 1)]), "polygon.paths.0"),
        (a_polygon("p", [(0, 0), (1, 1), (NAN, 2)]), "polygon.paths.0"),
        (a_polygon("p", OUTLINE, a_ring(), [(150, 150)]), "polygon.paths.2"),
        (a_polygon("p", OUTLINE, a_ring(), a_ring(left=300)), "polygon.paths.2"),
        (a_polyline("l", (0, 0)), "polyline.path"),
        (a_polyline("l", (0, 0), (INF, 0)), "polyline.path"),
        (replace(a_joint(), y=NAN), "keypoint"),
        (replace(a_joint(), instance_id=0), "instance_id"),
    ],
)
def test_each_rule_names_the_annotation_and_the_field(illegal: Drawable, field: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        check(illegal)
    assert caught.value.field == field
    assert caught.value.annotation_id == illegal.id
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "legal",
    [
        a_box(x=-1000),
        a_turned_box(),
        turned(angle=0),
        a_polygon("p", [(0, 0), (1, 1), (1, 1)]),
        a_polygon("p", [(0, 0), (5, 5), (9, 9)]),
        a_polygon("p", OUTLINE, a_ring(), a_ring(left=160)),
        a_polygon("p", OUTLINE, [(190, 150), (250, 150), (250, 160)]),
        a_polygon("p", [*OUTLINE, OUTLINE[0]]),
        a_polyline("l", (3, 3), (3, 3)),
        replace(a_joint(), instance_id=None),
    ],
)
def test_what_the_contract_allows_is_allowed(legal: Drawable) -> None:
    check(legal)


def test_a_hole_may_surround_the_middle_of_its_outline_or_reach_over_it() -> None:
    check(a_polygon("p", OUTLINE, [(90, 150), (210, 140), (210, 160)]))


def test_two_regions_are_told_to_become_two_annotations() -> None:
    with pytest.raises(RuleBroken, match="draw a separate region by itself"):
        check(a_polygon("p", OUTLINE, a_ring(left=250)))


def test_a_class_that_is_unknown_or_of_another_kind_is_named() -> None:
    check_class(a_box(), STREET)
    with pytest.raises(RuleBroken, match="no class called “tram”") as unknown:
        check_class(replace(a_box(), name="tram"), STREET)
    with pytest.raises(
        RuleBroken, match="“road” is for polygon annotations, not for bbox"
    ) as other:
        check_class(replace(a_box(), name="road"), STREET)
    assert unknown.value.field == other.value.field == "name"


def test_names_are_compared_letter_for_letter() -> None:
    with pytest.raises(RuleBroken):
        check_class(replace(a_box(), name="Car"), STREET)


def test_an_id_may_stand_only_once() -> None:
    with pytest.raises(RuleBroken) as caught:
        check_all([a_box("twin"), a_joint("twin")])
    assert (caught.value.field, caught.value.annotation_id) == ("id", "twin")


def test_what_cannot_be_drawn_is_not_judged() -> None:
    raw = Opaque(id=AnnotationId("raw"), raw=JsonText("null"), reason="Not an annotation.")
    check_all([raw, a_box()], STREET)


@given(documents)
def test_every_annotation_the_other_tests_draw_from_is_legal(held: list[Annotation]) -> None:
    check_all(held)


def first_wrong(judge: Callable[[list[Drawable]], object], shapes: list[Drawable]) -> object:
    try:
        judge(shapes)
    except RuleBroken as error:
        return error.annotation_id, error.field, str(error)
    return None


BAD = [
    replace(a_box("bad box"), w=0.0),
    replace(a_joint("bad joint"), x=math.nan),
    replace(a_polygon("nameless"), name=" "),
    replace(a_polygon("unsure"), confidence=1.1),
    replace(a_polygon("no ring"), rings=()),
    replace(a_polygon("infinite"), rings=(Points.of([(0, 0), (1, math.inf), (2, 2)]),)),
    replace(a_polygon("short"), rings=(Points.of([(0, 0), (1, 1)]),)),
    a_polygon("apart", OUTLINE, a_ring(left=250)),
    a_polyline("one point", (3, 3)),
]


@given(st.lists(drawables() | st.sampled_from(BAD), max_size=8))
def test_many_are_judged_as_each_alone_would_be(shapes: list[Drawable]) -> None:
    assert first_wrong(check_each, shapes) == first_wrong(lambda many: [*map(check, many)], shapes)
