"""How conflicts end, as steps that can be undone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limner.model.annotations import AnnotationId, BBox
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.history import History
from limner.model.json_text import JsonText
from limner.model.merge import Doing, News
from limner.model.selection import Selection
from limner.sync.decisions import Choice, all_decided, decided, decided_by_field, made_as, put_back

BASE = BBox(id=AnnotationId("box"), name="car", x=0, y=0, w=10, h=10, rank=3.0)
MINE = replace(BASE, x=5, attributes=JsonText('{"colour":"red"}'))
THEIRS = replace(BASE, x=9, rank=0.0, name="truck", attributes=JsonText('{"colour":"blue"}'))
BOTH_MOVED = Conflict(BASE.id, BASE, MINE, THEIRS, ("attributes.colour", "geometry"))


def desk(conflict: Conflict) -> tuple[Document, History]:
    held = [conflict.mine] if conflict.mine is not None else []
    document = Document(held, [conflict])
    return document, History(document, Selection())


@pytest.mark.parametrize(
    ("choice", "expected"),
    [(Choice.MINE, [MINE]), (Choice.THEIRS, [replace(THEIRS, rank=3.0)])],
)
def test_a_decision_is_one_step_and_undoing_it_asks_again(
    choice: Choice, expected: list[BBox]
) -> None:
    document, history = desk(BOTH_MOVED)
    history.do(decided(document, BOTH_MOVED, choice))
    assert (list(document), dict(document.conflicts)) == (expected, {})
    history.undo()
    assert (list(document), dict(document.conflicts)) == ([MINE], {BASE.id: BOTH_MOVED})


def test_both_stand_beside_each_other_under_ids_of_their_own() -> None:
    document, history = desk(BOTH_MOVED)
    history.do(decided(document, BOTH_MOVED, Choice.BOTH))
    mine, other = document
    assert mine == MINE
    assert other.id != MINE.id
    assert replace(other, id=THEIRS.id, rank=0.0) == THEIRS


def test_all_of_them_are_one_step() -> None:
    other = replace(BOTH_MOVED, id=AnnotationId("other"), mine=None, theirs=None)
    document = Document([MINE], [BOTH_MOVED, other])
    history = History(document, Selection())
    history.do(all_decided(document, Choice.THEIRS))
    assert (list(document), dict(document.conflicts)) == ([replace(THEIRS, rank=3.0)], {})
    assert history.undo_title == "Decide on 2 annotations"
    history.undo()
    assert dict(document.conflicts) == {BASE.id: BOTH_MOVED, other.id: other}


def test_field_by_field_takes_what_was_picked_and_no_more() -> None:
    document, history = desk(BOTH_MOVED)
    history.do(decided_by_field(document, BOTH_MOVED, ["attributes.colour"]))
    assert list(document) == [replace(MINE, attributes=THEIRS.attributes)]


def test_what_they_removed_goes_or_stays() -> None:
    gone = Conflict(BASE.id, BASE, MINE, None)
    document, history = desk(gone)
    history.do(decided(document, gone, Choice.THEIRS))
    assert list(document) == []
    history.undo()
    history.do(decided_by_field(document, gone, []))
    assert list(document) == [MINE]


def test_my_version_is_put_back_where_it_was_in_the_order() -> None:
    document = Document([replace(THEIRS, rank=7.0)])
    history = History(document, Selection())
    history.do(put_back(document, News(Doing.CHANGED, MINE, THEIRS)))
    assert list(document) == [replace(MINE, rank=7.0)]
    assert history.undo_title == "Restore car"
    assert not put_back(document, News(Doing.ADDED, None, THEIRS))


def test_an_earlier_list_of_the_image_is_one_step_away() -> None:
    other = replace(BASE, id=AnnotationId("other"), rank=4.0)
    document = Document([MINE, other])
    history = History(document, Selection())
    history.do(made_as(document, (BASE,)))
    assert list(document) == [BASE]
    history.undo()
    assert list(document) == [MINE, other]
