"""Two people on one image: nothing of either is lost, and what needs a decision waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt

from limner.api.dialects import Dialect
from limner.api.pictograph import Pictograph
from limner.api.transport import connect
from limner.canvas.ghosts import Mark
from limner.model.annotations import Annotation, BBox, new_id
from limner.model.json_text import JsonText
from limner.panels.people import Page
from limner.server.embedded import BASE_URL
from limner.server.keys import Role, add_key, new_key
from limner.server.schema import open_store
from limner.shell.hand import wait_until
from limner.sync.state import State
from limner.tools import edits
from robot import CTRL, SHIFT, Annotator, Key, Starts

SPOKEN = Qt.ItemDataRole.AccessibleTextRole
RED, BLUE = JsonText('{"colour":"red"}'), JsonText('{"colour":"blue"}')


class Ada:
    """Somebody else, with a key of her own, at the same images."""

    def __init__(self, annotator: Annotator, key: str) -> None:
        self._annotator = annotator
        local = annotator.application.services.local
        assert local is not None
        assert local.hosted is not None
        wire = connect(BASE_URL, key, transport=local.hosted.transport)
        self.server = Pictograph(wire, Dialect.IMAGE_ID)

    def saves(self, made: Callable[[BBox], Sequence[Annotation]], *more: Annotation) -> None:
        """Load what there is, make something of every box, add more, and save it."""
        session = self._annotator.session
        loaded = self.server.load(session.dataset, session.row)
        assert loaded is not None
        boxes = [box for box in loaded.annotations if isinstance(box, BBox)]
        wanted = [new for box in boxes for new in made(box)]
        key = uuid4().hex
        self.server.save(session.dataset, session.row, [*wanted, *more], idempotency_key=key)


class Desk:
    """A person with three boxes of theirs on the server, and Ada."""

    def __init__(self, annotator: Annotator, key_of_ada: str) -> None:
        self.person = annotator
        annotator.opens("coins.png")
        self.boxes = [annotator.draws_box(at, 30, at + 50, 90) for at in (20, 120, 220)]
        annotator.saves()
        annotator.takes(Key.Key_V)
        self.ada = Ada(annotator, key_of_ada)

    def moves(self, number: int, x: float, attributes: JsonText | None = None) -> None:
        """Move one of the boxes here, and describe it."""
        bench = self.person.application.editor.bench
        assert bench is not None
        bench.selection.choose([self.boxes[number].id])
        box = self.box(number)
        edits.nudge(bench, x - box.x, 0.0)
        if attributes is not None:
            edits.describe(bench, attributes)
        bench.selection.clear()

    def box(self, number: int) -> BBox:
        held = self.person.document.get(self.boxes[number].id)
        assert isinstance(held, BBox)
        return held

    def ada_moves(self, *numbers: int, x: float = 77, attributes: JsonText | None = None) -> None:
        ids = {self.boxes[number].id for number in numbers}

        def moved(box: BBox) -> list[BBox]:
            if box.id not in ids:
                return [box]
            return [replace(box, x=x, attributes=attributes or box.attributes)]

        self.ada.saves(moved)

    def ada_removes(self, *numbers: int) -> None:
        ids = {self.boxes[number].id for number in numbers}
        self.ada.saves(lambda box: [] if box.id in ids else [box])

    def tries_to_save(self) -> None:
        self.person.hand.press(Key.Key_S, CTRL)

    def waits_for_conflicts(self, count: int) -> None:
        wait_until(lambda: len(self.person.session.conflicts) == count, f"{count} conflicts")
        wait_until(lambda: self.listed == count, "the list to say so")

    @property
    def listed(self) -> int:
        return self.person.window.people.conflicts.view.model().rowCount()

    @property
    def ghosts(self) -> list[Mark]:
        return [ghost.mark for ghost in self.person.canvas.ghosts]

    def presses(self, *keys: Key) -> None:
        for key in keys:
            self.person.hand.press(key)

    def xs_on_the_server(self) -> list[float]:
        return [a.x for a in self.person.held_by_the_server() if isinstance(a, BBox)]


@pytest.fixture
def desk(home: Path, starts: Starts) -> Desk:
    key, store = new_key(), open_store(home / "data" / "library")
    with store.writing() as tx:
        add_key(tx, key, role=Role.ADMIN, name="Ada", user_id=str(uuid4()))
    store.close()
    return Desk(starts(), key)


def test_two_moves_of_one_box_wait_for_a_decision_and_mine_stays_on_the_canvas(desk: Desk) -> None:
    desk.ada_moves(0)
    desk.moves(0, 10)
    desk.tries_to_save()
    desk.waits_for_conflicts(1)

    assert desk.box(0).x == 10
    assert desk.ghosts == [Mark.THEIRS]
    assert desk.person.status == "needs you (1)"
    assert "You and Ada changed the same part of 1 shape" in desk.person.notice
    assert desk.person.window.people_button.text() == "1"
    assert not desk.person.window.is_people_shown


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Key.Key_M, [10, 120, 220]),
        (Key.Key_T, [77, 120, 220]),
        (Key.Key_B, [10, 120, 220, 77]),
    ],
)
def test_a_decision_by_one_key_goes_to_the_server_and_undo_asks_again(
    desk: Desk, key: Key, expected: list[float]
) -> None:
    desk.ada_moves(0)
    desk.moves(0, 10)
    desk.tries_to_save()
    desk.waits_for_conflicts(1)
    desk.presses(Key.Key_F6, key)
    desk.waits_for_conflicts(0)
    assert desk.ghosts == []
    desk.person.saves()
    assert desk.xs_on_the_server() == pytest.approx(expected, abs=1)
    desk.person.undoes()
    desk.waits_for_conflicts(1)

    assert desk.ghosts == [Mark.THEIRS]
    assert len(desk.person.shapes) == 3


def test_field_by_field_takes_a_colour_from_ada_and_the_place_from_me(desk: Desk) -> None:
    desk.ada_moves(0, attributes=BLUE)
    desk.moves(0, 10, RED)
    desk.tries_to_save()
    desk.waits_for_conflicts(1)
    desk.presses(Key.Key_F6, Key.Key_F, Key.Key_Right, Key.Key_Return)
    desk.waits_for_conflicts(0)

    assert desk.box(0).x == pytest.approx(10)
    assert desk.box(0).attributes.value() == BLUE.value()


def test_what_ada_removed_is_struck_out_and_can_go_or_stay(desk: Desk) -> None:
    desk.ada_removes(1)
    desk.moves(1, 130)
    desk.tries_to_save()
    desk.waits_for_conflicts(1)
    assert desk.ghosts == [Mark.REMOVED]
    desk.presses(Key.Key_F6, Key.Key_T)
    assert len(desk.person.shapes) == 2
    desk.person.undoes()
    desk.waits_for_conflicts(1)
    desk.presses(Key.Key_F6, Key.Key_M)
    desk.person.saves()

    assert desk.xs_on_the_server() == pytest.approx([20, 130, 220], abs=1)


def test_after_each_decision_the_next_is_looked_at_and_after_the_last_the_card_goes(
    desk: Desk,
) -> None:
    desk.ada_moves(0, 1, 2)
    for number in range(3):
        desk.moves(number, 10 + number)
    desk.tries_to_save()
    desk.waits_for_conflicts(3)
    selection = desk.person.session.selection
    desk.presses(Key.Key_F6)
    seen = [selection.only]
    for key in (Key.Key_M, Key.Key_T, Key.Key_M):
        assert desk.person.window.is_people_shown
        desk.presses(key)
        seen.append(selection.only)

    assert seen[:3] == [box.id for box in desk.boxes]
    assert not desk.person.window.is_people_shown
    assert desk.person.canvas.hasFocus()
    desk.person.saves()
    assert desk.xs_on_the_server() == pytest.approx([10, 77, 12], abs=1)


def test_all_of_them_are_taken_in_one_step(desk: Desk) -> None:
    desk.ada_moves(0, 1)
    for number in range(2):
        desk.moves(number, 10 + number)
    desk.tries_to_save()
    desk.waits_for_conflicts(2)
    desk.presses(Key.Key_F6)
    menu = desk.person.window.people.conflicts.everything.menu()
    assert menu is not None
    menu.actions()[1].trigger()
    desk.waits_for_conflicts(0)
    assert [desk.box(number).x for number in range(2)] == pytest.approx([77, 77], abs=1)
    desk.person.undoes()
    desk.waits_for_conflicts(2)


def test_who_is_out_of_view_is_gone_to_and_who_is_in_view_is_not(desk: Desk) -> None:
    desk.ada_moves(0, 2, x=30)
    desk.moves(0, 10)
    desk.moves(2, 230)
    desk.tries_to_save()
    desk.waits_for_conflicts(2)
    canvas = desk.person.canvas
    before = canvas.visible_bounds()
    desk.presses(Key.Key_F6, Key.Key_Down)
    assert canvas.visible_bounds() == before
    canvas.zoom_to(20.0)
    desk.presses(Key.Key_Up)

    seen, box = canvas.visible_bounds(), desk.box(0)
    assert seen.holds(box.x, box.y)
    assert seen.holds(box.x + box.w, box.y + box.h)


def test_selecting_a_shape_marks_its_conflict(desk: Desk) -> None:
    desk.ada_moves(0, 1)
    for number in range(2):
        desk.moves(number, 10 + 100 * number)
    desk.tries_to_save()
    desk.waits_for_conflicts(2)
    desk.person.hand.click(desk.box(1).x + 25, 88)

    assert desk.person.session.selection.only == desk.boxes[1].id
    assert desk.person.window.people.conflicts.current == desk.boxes[1].id


def test_letters_decide_in_the_list_only(desk: Desk) -> None:
    desk.ada_moves(0)
    desk.moves(0, 10)
    desk.tries_to_save()
    desk.waits_for_conflicts(1)
    desk.presses(Key.Key_B)

    assert desk.person.application.editor.tool_name == "box"
    assert len(desk.person.session.conflicts) == 1


def test_what_ada_did_is_said_in_one_line_and_mine_can_be_put_back(desk: Desk) -> None:
    coin = BBox(id=new_id(), name="coin", x=300, y=200, w=20, h=20)
    desk.ada.saves(lambda box: [replace(box, x=77)] if box.id == desk.boxes[0].id else [box], coin)
    desk.person.draws_box(20, 200, 60, 240)
    desk.person.saves()
    wait_until(lambda: "Also edited by Ada: 1 added, 1 changed" in desk.person.notice, "the line")
    assert desk.box(0).x == 77
    desk.person.hand.click_on(desk.person.window.notice.button("Show"))
    people = desk.person.window.people
    assert people.page is Page.OTHERS
    assert people.others.summary.text() == "Also edited by Ada: 1 added, 1 changed"
    assert desk.person.notice == ""
    rows = people.others.view.model()
    changed = next(n for n in range(2) if "changed" in rows.index(n, 0).data(SPOKEN))
    desk.presses(*[Key.Key_Down, Key.Key_Up, *[Key.Key_Down] * changed], Key.Key_P)
    assert desk.box(0).x == pytest.approx(20, abs=1)
    assert "put back" in rows.index(changed, 0).data(SPOKEN)
    desk.person.saves()

    assert desk.xs_on_the_server()[0] == pytest.approx(20, abs=1)
    desk.person.undoes()
    assert desk.box(0).x == 77


def test_the_list_is_cleared_when_the_person_has_seen_it(desk: Desk) -> None:
    desk.ada_moves(0)
    desk.person.draws_box(20, 200, 60, 240)
    desk.person.saves()
    wait_until(lambda: "Also edited" in desk.person.notice, "the line")
    desk.person.hand.press(Key.Key_F6, SHIFT)
    desk.person.hand.click_on(desk.person.window.people.others.done)

    assert desk.person.session.told == ()
    assert desk.person.window.people.others.empty.isVisible()
    desk.person.hand.press(Key.Key_F6, SHIFT)
    assert not desk.person.window.is_people_shown
    assert desk.person.window.people_button.isHidden()


@pytest.mark.parametrize(("answer", "left"), [("Keep mine", 4), ("Accept", 1)])
def test_when_much_was_removed_a_person_is_asked_and_sees_what_would_go(
    desk: Desk, answer: str, left: int
) -> None:
    desk.person.draws_box(20, 200, 60, 240)
    desk.person.saves()
    desk.ada_removes(0, 1, 2)
    desk.person.session.refresh()
    wait_until(lambda: len(desk.ghosts) == 3, "what would go to be marked")
    assert desk.ghosts == [Mark.REMOVED] * 3
    assert "3 of 4" in desk.person.notice
    assert desk.person.status == "needs you (1)"
    assert len(desk.person.shapes) == 4
    desk.person.hand.click_on(desk.person.window.notice.button(answer))
    wait_until(lambda: desk.person.session.state is State.ON_SERVER, "the end of it")

    assert desk.ghosts == []
    assert len(desk.person.shapes) == left
    assert len(desk.person.held_by_the_server()) == left


def test_ghosts_and_list_belong_to_their_image(desk: Desk) -> None:
    desk.ada_moves(0)
    desk.moves(0, 10)
    desk.tries_to_save()
    desk.waits_for_conflicts(1)
    desk.presses(Key.Key_F6)
    desk.person.hand.press(Key.Key_PageDown)
    desk.person.waits_for_the_image()
    assert desk.ghosts == []
    assert not desk.person.window.is_people_shown
    desk.person.hand.press(Key.Key_PageUp)
    desk.person.waits_for_the_image()
    desk.waits_for_conflicts(1)

    assert desk.ghosts == [Mark.THEIRS]
