"""Undo and redo after somebody else changed the image."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from limner.model.annotations import Annotation, AnnotationId
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.history import History
from limner.model.patch import Patch, Verb
from limner.model.selection import Selection
from unit.any_annotation import documents, patches
from unit.tool_robot import a_box, a_joint

BOX = a_box()
MOVED = replace(BOX, x=50.0)


def desk(*annotations: Annotation) -> tuple[Document, History]:
    document = Document(annotations)
    return document, History(document, Selection())


def others_do(document: Document, history: History, news: Patch) -> None:
    document.apply(news)
    history.rebase(news)


def test_undoing_my_move_leaves_the_name_that_somebody_else_gave() -> None:
    document, history = desk(BOX)
    history.do(Patch.replacing(Verb.MOVE, [(BOX, MOVED)]))
    named = replace(MOVED, name="truck")
    others_do(document, history, Patch.replacing(Verb.RELOAD, [(MOVED, named)]))
    history.undo()
    assert document.snapshot() == (replace(BOX, name="truck"),)
    history.redo()
    assert document.snapshot() == (named,)


def test_what_others_removed_takes_part_in_no_step_any_more() -> None:
    document, history = desk(BOX, a_joint())
    history.do(Patch.replacing(Verb.MOVE, [(BOX, MOVED)]))
    joint = replace(a_joint(), x=9.0)
    history.do(
        Patch(
            Verb.MOVE,
            {BOX.id: (MOVED, replace(MOVED, x=70.0)), joint.id: (a_joint(), joint)},
        )
    )
    others_do(document, history, Patch.removing(Verb.RELOAD, [replace(MOVED, x=70.0)]))
    history.undo()
    assert document.snapshot() == (a_joint(),)
    assert history.undo_title is None


def test_undoing_a_decision_asks_again() -> None:
    theirs = replace(BOX, x=200.0)
    conflict = Conflict(BOX.id, BOX, MOVED, theirs, ("geometry",))
    document, history = desk(BOX)
    history.do(Patch.replacing(Verb.MOVE, [(BOX, MOVED)]))
    others_do(document, history, Patch(Verb.RELOAD, {}, {BOX.id: (None, conflict)}))
    history.do(Patch(Verb.DECIDE, {BOX.id: (MOVED, theirs)}, {BOX.id: (conflict, None)}))
    assert dict(document.conflicts) == {}
    assert history.undo_title == "Decide on car"
    history.undo()
    assert dict(document.conflicts) == {BOX.id: conflict}
    assert document.snapshot() == (MOVED,)


def test_the_steps_of_an_earlier_run_are_taken_back_in_this_one() -> None:
    move = Patch.replacing(Verb.MOVE, [(BOX, MOVED)])
    document = Document([MOVED])
    history = History(document, Selection(), [move], [Patch.removing(Verb.DELETE, [MOVED])])
    assert (history.undo_title, history.redo_title) == ("Move car", "Delete car")
    history.redo()
    history.undo()
    history.undo()
    assert document.snapshot() == (BOX,)


@given(st.data(), documents)
def test_whatever_others_do_every_step_can_be_taken_back_and_made_again(
    data: st.DataObject, annotations: list[Annotation]
) -> None:
    document, history = desk(*annotations)
    since: dict[AnnotationId, Annotation | None] = {}
    for is_mine in data.draw(st.lists(st.booleans(), max_size=7)):
        held = {a.id: a for a in document}
        patch = data.draw(patches(held))
        if is_mine:
            history.do(patch)
            since = {id_: a for id_, a in since.items() if id_ not in patch.changes}
        else:
            others_do(document, history, patch)
            since |= {id_: after for id_, (_, after) in patch.changes.items()}
    latest = document.snapshot()
    taken_back = 0
    while history.undo() is not None:
        taken_back += 1
        for id_ in (id_ for id_, after in since.items() if after is None):
            assert id_ not in document
    for _ in range(taken_back):
        history.redo()
    assert document.snapshot() == latest
    assert history.redo() is None
