"""Undo and redo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limner.model.document import PatchDoesNotFit
from limner.model.patch import Patch, Verb
from limner.model.rules import RuleBroken
from unit.tool_robot import a_box, a_joint, street

DRAW = Patch.adding(Verb.DRAW, [a_box()])
MOVE = Patch.replacing(Verb.MOVE, [(a_box(), replace(a_box(), x=50))])


def test_steps_are_taken_back_and_made_again_by_name() -> None:
    place = street()
    history = place.bench.history
    history.do(DRAW)
    history.do(MOVE)
    assert (history.undo_title, history.redo_title) == ("Move car", None)
    assert history.undo() == MOVE
    assert (history.undo_title, history.redo_title) == ("Draw car", "Move car")
    assert history.undo() == DRAW
    assert history.undo() is None
    assert place.shapes == []
    assert history.redo() == DRAW
    assert history.redo() == MOVE
    assert history.redo() is None
    assert place.shapes == [replace(a_box(), x=50)]


def test_a_new_step_forgets_what_was_undone() -> None:
    place = street()
    history = place.bench.history
    history.do(DRAW)
    history.undo()
    history.do(Patch.adding(Verb.DRAW, [a_joint()]))
    assert history.redo_title is None
    assert history.redo() is None


def test_a_patch_that_changes_nothing_is_no_step_and_forgets_nothing() -> None:
    place = street()
    history = place.bench.history
    history.do(DRAW)
    history.undo()
    history.do(Patch(Verb.MOVE, {}))
    assert history.undo_title is None
    assert history.redo_title == "Draw car"


def test_undo_and_redo_bring_the_selection_back() -> None:
    place = street(a_joint())
    place.selects("joint")
    history = place.bench.history
    history.do(DRAW, select=(a_box().id,))
    assert place.selected == ["box"]
    place.selects()
    history.undo()
    assert place.selected == ["joint"]
    history.redo()
    assert place.selected == ["box"]


def test_what_is_removed_is_no_longer_selected() -> None:
    place = street(a_box(), a_joint())
    place.selects("box", "joint")
    place.bench.history.do(Patch.removing(Verb.DELETE, [place["box"]]))
    assert place.selected == ["joint"]


def test_a_step_that_is_refused_leaves_history_and_selection_alone() -> None:
    place = street(a_joint())
    place.selects("joint")
    history = place.bench.history
    history.do(DRAW, select=())
    history.undo()
    with pytest.raises(RuleBroken):
        history.do(Patch.adding(Verb.DRAW, [replace(a_box(), w=0)]), select=())
    with pytest.raises(PatchDoesNotFit):
        history.do(MOVE, select=())
    assert place.selected == ["joint"]
    assert history.redo_title == "Draw car"


def test_undo_over_news_from_the_server_fails_whole_and_keeps_the_step() -> None:
    place = street()
    history = place.bench.history
    history.do(DRAW)
    place.bench.document.apply(MOVE)
    with pytest.raises(PatchDoesNotFit):
        history.undo()
    assert place.shapes == [replace(a_box(), x=50)]
    assert history.undo_title == "Draw car"
    history.forget()
    assert history.undo() is None


def test_watchers_hear_whenever_what_can_be_undone_changes() -> None:
    history = street().bench.history
    titles: list[tuple[str | None, str | None]] = []
    stop = history.watch(lambda: titles.append((history.undo_title, history.redo_title)))
    history.do(DRAW)
    history.undo()
    history.redo()
    history.forget()
    stop()
    history.do(MOVE)
    assert titles == [("Draw car", None), (None, "Draw car"), ("Draw car", None), (None, None)]


def test_there_is_no_limit_to_undo() -> None:
    place = street()
    history = place.bench.history
    history.do(DRAW)
    for x in range(1000):
        box = place["box"]
        history.do(Patch.replacing(Verb.MOVE, [(box, replace(a_box(), x=100 + x))]))
    while history.undo():
        pass
    assert place.shapes == []


def test_what_came_back_from_elsewhere_takes_what_is_gone_out_of_the_selection() -> None:
    place = street(a_box(), a_joint())
    place.selects("box", "joint")
    place.bench.document.apply(Patch.removing(Verb.RELOAD, [place["box"]]))
    place.bench.history.forget()
    assert place.selected == ["joint"]


def test_a_large_selection_costs_an_edit_beside_it_nothing() -> None:
    place = street(a_box(), a_joint())
    place.selects("joint")
    chosen = place.bench.selection.ids
    history = place.bench.history
    history.do(MOVE)
    assert place.bench.selection.ids is chosen
    history.undo()
    history.redo()
    assert place.bench.selection.ids is chosen


def test_where_nothing_may_be_done_nothing_is_taken_back_either() -> None:
    place = street()
    history = place.bench.history
    history.do(DRAW)
    history.sealed = "Read-only: nothing can be kept here."
    with pytest.raises(RuleBroken, match="Read-only"):
        history.do(MOVE)
    assert history.undo_title is None
    assert history.undo() is None
    assert place.shapes == [a_box()]
