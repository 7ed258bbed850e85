"""Images of a team's server stay on this computer, within a bound."""

from __future__ import annotations

from pathlib import Path

from limner.shell.hand import wait_until
from robot import Key, Starts
from servers import serving
from stories.test_connections import connects, fill, opens_the_dataset


def test_an_image_that_came_once_opens_when_its_server_is_gone(
    starts: Starts, tmp_path: Path, home: Path
) -> None:
    with serving(tmp_path / "data") as team:
        fill(team)
        annotator = starts()
        connects(annotator, team, "annotator").reject()
        opens_the_dataset(annotator, "Pets")
        pixels, project = annotator.application.services.pixels, annotator.application.project
        assert project.workspace is not None
        resting = project.workspace._resting
        wait_until(lambda: len(resting) == 1 and len(pixels._kept.paths()) >= 2, "both images")

    files = [path for path in (home / "cache" / "images").rglob("*") if path.is_file()]
    assert len(files) == 2
    pixels._kept.clear()  # the memory was needed for something else
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == "b.png"
    now = annotator.application.project.display.now
    assert now is not None
    assert now.path in files
