"""Two people on one image: what each did is there, or somebody is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.model.annotations import Annotation, AnnotationId, BBox, Opaque
from limner.model.conflict import Conflict
from limner.model.json_text import JsonText
from limner.model.merge import Doing, Merged, merge
from unit import any_annotation

Documents = st.lists(
    any_annotation.records(), max_size=5, unique_by=lambda annotation: annotation.id
)


def box(id_: str, x: float = 0.0, name: str = "car", attributes: str = "[]", w: float = 10) -> BBox:
    kept = JsonText(attributes)
    return BBox(id=AnnotationId(id_), name=name, x=x, y=0, w=w, h=10, attributes=kept)


def in_order(*annotations: Annotation) -> list[Annotation]:
    return [replace(a, rank=float(rank)) for rank, a in enumerate(annotations)]


def nothing_known(_id: AnnotationId, _annotation: Annotation | None) -> bool:
    return False


def knowing(*versions: Annotation) -> Knows:
    return Knows(versions)


class Knows:
    def __init__(self, versions: Collection[Annotation]) -> None:
        self._versions = [replace(v, rank=0.0) for v in versions]

    def __call__(self, id_: AnnotationId, annotation: Annotation | None) -> bool:
        return annotation is not None and replace(annotation, rank=0.0) in self._versions


def bare(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Order and content, without the numbers that stand for the order."""
    return [replace(a, rank=0.0) for a in annotations]


def ids(annotations: Iterable[Annotation]) -> list[str]:
    return [str(a.id) for a in annotations]


def merged(base: list[BBox], mine: list[BBox], theirs: list[BBox]) -> Merged:
    return merge(in_order(*base), in_order(*mine), in_order(*theirs), nothing_known)


def test_three_boxes_drawn_offline_meet_a_move_and_a_removal() -> None:
    a, b = box("a"), box("b")
    result = merged([a, b], [a, b, box("x"), box("y"), box("z")], [box("a", x=7)])
    assert bare(result.annotations) == bare([box("a", x=7), box("x"), box("y"), box("z")])
    assert result.conflicts == ()
    assert [(n.doing, str((n.after or n.before or b).id)) for n in result.news] == [
        (Doing.CHANGED, "a"),
        (Doing.REMOVED, "b"),
    ]


def test_one_renames_what_the_other_moves() -> None:
    result = merged([box("a")], [box("a", name="bus")], [box("a", x=7)])
    assert bare(result.annotations) == [box("a", x=7, name="bus")]
    assert result.conflicts == ()


def test_both_move_one_box_mine_stays_and_theirs_waits() -> None:
    result = merged([box("a")], [box("a", x=3)], [box("a", x=7)])
    assert bare(result.annotations) == [box("a", x=3)]
    (conflict,) = result.conflicts
    assert conflict.fields == ("geometry",)
    assert conflict.theirs is not None
    assert bare([conflict.theirs]) == [box("a", x=7)]


def test_attributes_come_together_key_by_key() -> None:
    result = merged(
        [box("a", attributes='{"wet":1,"old":2}')],
        [box("a", attributes='{"wet":5,"old":2,"mine":3}')],
        [box("a", attributes='{"wet":1,"theirs":4}')],
    )
    (together,) = result.annotations
    assert isinstance(together, BBox)
    assert together.attributes.value() == {"wet": 5, "mine": 3, "theirs": 4}
    assert result.conflicts == ()


def test_the_spelling_of_attributes_stays_where_one_side_alone_has_them() -> None:
    spelled = '{ "size": 1.50 }'
    result = merged([box("a")], [box("a", x=3)], [box("a", attributes=spelled)])
    (together,) = result.annotations
    assert isinstance(together, BBox)
    assert together.attributes.text == spelled


@pytest.mark.parametrize("mine_is_removed", [True, False])
def test_what_one_changed_and_the_other_removed_stays_and_is_asked_about(
    mine_is_removed: bool,
) -> None:
    changed: list[BBox] = [box("a", x=3)]
    sides = ([], changed) if mine_is_removed else (changed, [])
    result = merged([box("a")], *sides)
    assert bare(result.annotations) == changed
    assert [conflict.fields for conflict in result.conflicts] == [()]


def test_a_shape_that_i_sent_and_then_removed_does_not_come_back() -> None:
    """The save timed out after the server had taken it; then I deleted the shape."""
    sent = box("new")
    result = merge([], [], in_order(sent), knowing(sent))
    assert result.annotations == ()
    assert result.conflicts == ()


def test_an_older_version_of_mine_on_the_server_is_no_news() -> None:
    old, new = box("a", x=3), box("a", x=5)
    result = merge(in_order(box("a")), in_order(new), in_order(old), knowing(old))
    assert bare(result.annotations) == [new]
    assert (result.news, result.conflicts) == ((), ())


def test_new_shapes_of_others_keep_their_neighbours_when_i_reordered() -> None:
    a, b, c = box("a"), box("b"), box("c")
    result = merged([a, b, c], [c, a, b], [a, box("n"), b, c])
    assert ids(result.annotations) == ["c", "a", "n", "b"]


def test_their_order_counts_when_i_left_it_alone() -> None:
    a, b, c = box("a"), box("b"), box("c")
    result = merged([a, b, c], [a, b, c, box("m")], [c, b, a])
    assert ids(result.annotations) == ["c", "m", "b", "a"]


def test_what_cannot_be_drawn_is_carried_along() -> None:
    mask = Opaque(id=AnnotationId("m"), raw=JsonText('{"type":"mask"}'), reason="A mask.")
    result = merge(in_order(mask), in_order(mask, box("a")), in_order(mask), nothing_known)
    assert ids(result.annotations) == ["m", "a"]


@given(Documents, Documents)
def test_where_only_one_changed_something_it_is_as_that_one_has_it(
    base: list[Annotation], other: list[Annotation]
) -> None:
    base, other = in_order(*base), in_order(*other)
    for result in (
        merge(base, other, base, nothing_known),
        merge(base, base, other, nothing_known),
        merge(base, other, other, nothing_known),
    ):
        assert sorted(ids(result.annotations)) == sorted(ids(other))
        assert result.conflicts == ()
        held = {a.id: a for a in result.annotations}
        for a in other:
            assert without_author(held[a.id]) == without_author(a)


def without_author(annotation: Annotation) -> Annotation:
    if isinstance(annotation, Opaque):
        return replace(annotation, rank=0.0, name="", reason="")
    return replace(annotation, rank=0.0, created_by=None)


@given(Documents, Documents, Documents)
def test_nothing_is_dropped_unseen(
    base: list[Annotation], mine: list[Annotation], theirs: list[Annotation]
) -> None:
    base, mine, theirs = in_order(*base), in_order(*mine), in_order(*theirs)
    result = merge(base, mine, theirs, nothing_known)
    there = set(ids(result.annotations))
    old, own, other = set(ids(base)), set(ids(mine)), set(ids(theirs))
    asked = {str(conflict.id) for conflict in result.conflicts}
    told = {str(a.id) for n in result.news for a in (n.before, n.after) if a is not None}
    for gone in (own | other) - there:
        assert gone in old, "only what was there before can have been removed"
        assert gone not in own or gone in told, "what others took from me is told"
        assert gone not in other or gone not in own
    assert asked <= there
    ranks = [a.rank for a in result.annotations]
    assert ranks == sorted(set(ranks))


@given(Documents, Documents, Documents)
def test_merging_again_changes_nothing(
    base: list[Annotation], mine: list[Annotation], theirs: list[Annotation]
) -> None:
    first = merge(in_order(*base), in_order(*mine), in_order(*theirs), nothing_known)
    again = merge(in_order(*theirs), first.annotations, in_order(*theirs), nothing_known)
    assert again.annotations == first.annotations
    assert (again.news, again.conflicts) == ((), ())


@given(Documents, Documents, Documents)
def test_both_sides_are_asked_about_the_same(
    base: list[Annotation], mine: list[Annotation], theirs: list[Annotation]
) -> None:
    base, mine, theirs = in_order(*base), in_order(*mine), in_order(*theirs)
    one = merge(base, mine, theirs, nothing_known)
    other = merge(base, theirs, mine, nothing_known)
    assert [asks(c) for c in one.conflicts] == [asks(c) for c in other.conflicts]
    assert sorted(ids(one.annotations)) == sorted(ids(other.annotations))


def asks(conflict: Conflict) -> tuple[str, tuple[str, ...]]:
    return str(conflict.id), conflict.fields
