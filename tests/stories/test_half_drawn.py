"""A shape that is being drawn is still being drawn after a crash, or after another image."""

from __future__ import annotations

import shutil
from pathlib import Path

from limner.model.annotations import Polygon
from limner.shell.hand import wait_until
from limner.tools.unfinished import Unfinished
from robot import Annotator, Key, Starts

CORNERS = [(100.0, 50.0), (200.0, 60.0)]
LAST = (150.0, 140.0)


def kept(annotator: Annotator) -> Unfinished | None:
    """What the disk has of the shape being drawn."""
    text = annotator.session.journal.read_sketch()
    return None if text is None else Unfinished.from_json(text)


def begins_a_polygon(annotator: Annotator) -> None:
    annotator.takes(Key.Key_P)
    annotator.hand.click_through(CORNERS)
    wait_until(lambda: _count(annotator) == len(CORNERS), "the points to be on the disk")


def _count(annotator: Annotator) -> int:
    found = kept(annotator)
    return 0 if found is None else len(found.points)


def test_a_polygon_that_a_crash_interrupted_is_gone_on_with(
    starts: Starts, home: Path, tmp_path: Path
) -> None:
    first = starts()
    begins_a_polygon(first)
    shutil.copytree(home / "data", tmp_path / "as-it-was")  # what a power cut would leave
    first.quits()
    shutil.rmtree(home / "data")
    shutil.copytree(tmp_path / "as-it-was", home / "data")
    second = starts()
    wait_until(lambda: second.application.editor.is_drawing, "the polygon under way")
    assert "2 points are back" in second.notice
    second.hand.click(*LAST)
    second.hand.press(Key.Key_Return)

    shape = second.newest
    assert isinstance(shape, Polygon)
    assert [tuple(map(round, xy)) for xy in shape.rings[0]] == [
        tuple(map(round, xy)) for xy in (*CORNERS, LAST)
    ]
    wait_until(lambda: kept(second) is None, "nothing to be kept of it any more")


def test_another_image_does_not_end_a_drawing(annotator: Annotator) -> None:
    begins_a_polygon(annotator)
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    assert not annotator.application.editor.is_drawing
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    wait_until(lambda: annotator.application.editor.is_drawing, "the polygon under way")

    annotator.hand.press(Key.Key_Escape)
    wait_until(lambda: kept(annotator) is None, "the drawing to be dropped for good")
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    assert not annotator.application.editor.is_drawing


def test_taking_points_back_is_kept_as_well(annotator: Annotator) -> None:
    begins_a_polygon(annotator)
    annotator.undoes()
    wait_until(lambda: _count(annotator) == 1, "one point to be on the disk")
    annotator.undoes()
    wait_until(lambda: kept(annotator) is None, "no point to be on the disk")
