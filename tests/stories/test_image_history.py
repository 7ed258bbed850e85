"""What a person sees of an image's past, and how a version of it comes back."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from PySide6.QtCore import QPoint

from faults import FaultyHost
from limner.model.annotations import BBox, new_id
from limner.panels.history_rows import Role
from limner.shell.hand import wait_until
from robot import CTRL, Annotator, Key, Starts


@pytest.fixture
def historian(annotator: Annotator) -> Annotator:
    """A person whose image was saved by them, by somebody else, and by them again."""
    annotator.opens("coins.png")
    mine = annotator.draws_box(20, 30, 80, 90)
    annotator.draws_box(120, 30, 180, 90)
    annotator.saves()
    others_move_and_remove(annotator, mine.id)
    annotator.draws_box(20, 130, 80, 190)
    annotator.saves()
    return annotator


def others_move_and_remove(annotator: Annotator, moved: str) -> None:
    """Somebody moves one box, removes the others and draws another."""
    session = annotator.session
    kept = [a for a in annotator.document if a.id == moved and isinstance(a, BBox)]
    theirs = [replace(a, x=a.x + 40) for a in kept]
    theirs.append(BBox(id=new_id(), name="coin", x=200, y=200, w=20, h=20))
    annotator.server.save(session.dataset, session.row, theirs, idempotency_key=uuid4().hex)


def opens_the_history(annotator: Annotator, versions: int) -> None:
    """Ctrl+H, and all versions have come."""
    annotator.hand.press(Key.Key_H, CTRL)
    model = annotator.window.history.view.model()
    wait_until(lambda: model.rowCount() == 1 + versions, "the versions")


def looks_at(annotator: Annotator, row: int) -> None:
    """Go down with the arrow key until this row is on the canvas."""
    panel = annotator.window.history
    panel.view.setFocus()
    while panel.view.currentIndex().row() < row:
        annotator.hand.press(Key.Key_Down)
    wait_until(panel.restore.isEnabled, "the version")


def listed(annotator: Annotator) -> list[str]:
    model = annotator.window.history.view.model()
    return [model.index(row, 0).data(Role.DETAIL) for row in range(model.rowCount())]


def said_of_the_version(annotator: Annotator) -> list[str]:
    """What the panel says of how the version differs."""
    return annotator.window.history.said


def test_every_version_is_listed_with_who_made_it(historian: Annotator) -> None:
    opens_the_history(historian, 5)

    assert listed(historian) == [
        "On server",
        "You · Saved",
        "Me · Saved",
        "You · Draw coin",
        "You · Saved · 2 edits",
        "Before anything was saved",
    ]


def test_a_version_is_looked_at_and_nothing_can_be_edited_meanwhile(historian: Annotator) -> None:
    revision = historian.document.revision
    opens_the_history(historian, 5)
    looks_at(historian, 4)

    assert "Preview of" in historian.application.looking_back.title
    assert said_of_the_version(historian) == ["2 added", "1 changed", "1 removed"]
    historian.takes(Key.Key_B)
    historian.hand.drag((10, 200), (60, 240))
    historian.hand.press(Key.Key_A, CTRL)
    historian.hand.press(Key.Key_Delete)
    historian.undoes()
    assert historian.document.revision == revision


def test_esc_leaves_the_version_and_then_the_history(historian: Annotator) -> None:
    now = historian.sees()
    opens_the_history(historian, 5)
    looks_at(historian, 4)
    assert historian.sees() != now
    historian.hand.press(Key.Key_Escape)

    assert historian.application.looking_back.title == ""
    assert historian.window.history.isVisible()
    historian.hand.press(Key.Key_Escape)
    assert historian.window.history.isHidden()
    assert historian.window.objects.isVisible()
    historian.draws_box(10, 200, 60, 240)  # the tools work as before
    assert len(historian.shapes) == 4


def test_a_version_is_restored_as_one_step_and_reaches_the_server(historian: Annotator) -> None:
    before = historian.document.snapshot()
    opens_the_history(historian, 5)
    looks_at(historian, 4)
    historian.hand.press(Key.Key_Return)

    assert sorted(round(s.x) for s in historian.shapes if isinstance(s, BBox)) == [20, 120]
    assert "Ctrl+Z" in historian.notice
    historian.undoes()
    assert historian.document.snapshot() == before
    historian.redoes()
    historian.saves()
    assert len(historian.held_by_the_server()) == 2


def test_a_version_is_seen_as_it_was_when_nothing_is_marked(historian: Annotator) -> None:
    opens_the_history(historian, 5)
    looks_at(historian, 5)
    marked = historian.sees()
    box = historian.window.history.marks
    historian.hand.click_on(box, QPoint(10, box.height() // 2))

    assert historian.sees() != marked
    assert historian.window.status.shapes_text == "0 shapes"


def test_what_others_do_meanwhile_is_a_difference_at_once(historian: Annotator) -> None:
    opens_the_history(historian, 5)
    looks_at(historian, 1)
    assert said_of_the_version(historian) == []
    session = historian.session
    theirs = BBox(id=new_id(), name="coin", x=300, y=200, w=20, h=20)
    kept = [*historian.document, theirs]
    historian.server.save(session.dataset, session.row, kept, idempotency_key=uuid4().hex)
    session.refresh()
    wait_until(lambda: bool(said_of_the_version(historian)), "the difference")

    assert said_of_the_version(historian) == ["1 added"]
    assert len(historian.document) == 4


def test_another_image_has_another_history(historian: Annotator) -> None:
    opens_the_history(historian, 5)
    looks_at(historian, 4)
    historian.hand.press(Key.Key_D)
    historian.waits_for_the_image()
    wait_until(lambda: len(listed(historian)) == 2, "the versions of the other image")

    assert historian.application.looking_back.title == ""
    historian.draws_box(10, 10, 60, 60)
    assert len(historian.shapes) == 1


def test_what_was_seen_here_is_listed_without_a_server(starts: Starts) -> None:
    host = FaultyHost()
    annotator = starts(hosted_by=host)
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    annotator.saves()
    assert host.line is not None
    host.line.is_down()
    annotator.draws_box(120, 30, 180, 90)
    annotator.waits_until_safe()
    opens_the_history(annotator, 2)

    assert "only what was seen on this computer" in annotator.window.history.note.text().casefold()
    assert "1 edit not on the server" in listed(annotator)[0]
    looks_at(annotator, 1)
    annotator.hand.press(Key.Key_Return)
    assert len(annotator.shapes) == 1
