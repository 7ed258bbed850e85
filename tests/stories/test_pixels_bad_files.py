"""What strangers wrote into a file harms nothing: one sentence, and the next image opens."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from limner.shell.hand import wait_until
from photographs import noise, photographs
from robot import Key, Starts


def truncated(path: Path) -> None:
    whole = noise(path.with_suffix(".jpg"), 1200, 900)
    path.write_bytes(whole.read_bytes()[:5_000])
    whole.unlink()


def drawing(path: Path) -> None:
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')


def bomb(path: Path) -> None:
    """A PNG that says it has 400,000 by 400,000 pixels, all black, in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 400_000, 400_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000), 9)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    path.write_bytes(start + chunk(b"IDAT", body) + chunk(b"IEND", b""))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(truncated, "damaged"), (drawing, "SVG drawing"), (bomb, "0bomb.png”")],
)
def test_a_file_that_cannot_be_shown_is_one_sentence_and_the_next_one_opens(
    starts: Starts, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    folder = photographs(tmp_path / "day", 3)
    spoil(folder / f"0{spoil.__name__}.png")
    annotator = starts(folder / "1.jpg")
    annotator.hand.press(Key.Key_A)
    window = annotator.window
    editor = annotator.application.editor
    wait_until(lambda: editor.session is not None, "its annotations")
    assert annotator.session.row.filename.startswith("0")
    wait_until(
        lambda: words in f"{window.canvas.message} {window.notice.text}", "a word about the file"
    )

    annotator.hand.press(Key.Key_B)
    annotator.hand.drag((10, 10), (60, 60))
    assert annotator.shapes == []
    assert "no image to draw on" in annotator.notice

    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == "1.jpg"
    assert "no image to draw on" not in annotator.says
