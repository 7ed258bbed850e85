"""What others did, each annotation once."""

from __future__ import annotations

from dataclasses import replace

from limner.model.annotations import AnnotationId, BBox
from limner.model.document import Document
from limner.model.merge import Doing, News
from limner.sync.told import counts_of, is_back, summed_up

A = BBox(id=AnnotationId("a"), name="car", x=0, y=0, w=10, h=10)
B = replace(A, x=5)
C = replace(A, x=9)
OTHER = replace(A, id=AnnotationId("other"))


def changed(before: BBox, after: BBox) -> News:
    return News(Doing.CHANGED, before, after)


def test_two_changes_of_one_annotation_are_one_row_from_the_first_to_the_last() -> None:
    assert summed_up([changed(A, B), changed(B, C)]) == [changed(A, C)]


def test_what_came_and_was_changed_has_come() -> None:
    added = News(Doing.ADDED, None, A)
    assert summed_up([added, changed(A, B)]) == [News(Doing.ADDED, None, B)]


def test_what_is_as_it_was_is_no_row() -> None:
    gone_again = [News(Doing.ADDED, None, A), News(Doing.REMOVED, A, None)]
    back_again = [News(Doing.REMOVED, OTHER, None), News(Doing.ADDED, None, OTHER)]
    assert summed_up([*gone_again, *back_again, changed(A, B), changed(B, A)]) == []


def test_my_own_work_in_between_is_what_one_would_want_back() -> None:
    mine = replace(A, x=77)
    assert summed_up([changed(A, B), changed(mine, C)]) == [changed(mine, C)]


def test_what_they_came_to_last_stands_last() -> None:
    rows = summed_up([changed(A, B), News(Doing.ADDED, None, OTHER), changed(B, C)])
    assert [row.id for row in rows] == ["other", "a"]


def test_the_counts_are_said_in_one_order_and_zeros_are_not() -> None:
    rows = [changed(A, B), News(Doing.ADDED, None, OTHER), News(Doing.ADDED, None, C)]
    assert counts_of(rows) == "2 added, 1 changed"
    assert counts_of([]) == ""


def test_what_was_put_back_is_known_by_what_it_says() -> None:
    removed = News(Doing.REMOVED, A, None)
    assert not is_back(Document(), removed)
    assert is_back(Document([replace(A, rank=7.0)]), removed)
    assert not is_back(Document([B]), removed)
