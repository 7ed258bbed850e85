"""Images that the smoke test shows to an installed package, and to its decoding processes alone.

Each goes another way: decoded whole, through a pyramid made by Pillow, tile by tile, through a
pyramid made by pyvips, and refused.
"""

from __future__ import annotations

import struct
import subprocess
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image

from clean_root import Root, Wrong
from limner.imaging.decoder import Decoder, never
from limner.imaging.picture import Samples
from limner.imaging.problems import Damaged, ImageProblem, TooLarge
from limner.imaging.pyramid_builder import build_pyramid
from screen import NEAR, Colour

PROGRAM = "/usr/lib/limner/limner-editor"
CHILD = "--decoding-child"
SMALL = "1-small.jpg"
LARGE = "2-large.jpg"
GIGAPIXEL = "3-gigapixel.png"
TILED = "4-tiled.tif"
BOMB = "5-bomb.png"
COLOURS: dict[str, Colour] = {
    SMALL: (200, 40, 160),
    LARGE: (30, 160, 90),
    GIGAPIXEL: (255, 255, 255),
    TILED: (30, 160, 90),  # it is made of the large one
}

_LARGE = (9_000, 7_000)  # more than half of the memory for pixels
_GIGAPIXEL = (16_000, 10_000)  # more than Pillow is asked for
_BOMB = (60_000, 60_000)


def make(folder: Path) -> None:
    """Write the images, but for the tiled one, for everybody to read."""
    folder.mkdir()
    for name, size in ((SMALL, (900, 600)), (LARGE, _LARGE)):
        Image.new("RGB", size, COLOURS[name]).save(folder / name, quality=95)
    Image.new("1", _GIGAPIXEL, 1).save(folder / GIGAPIXEL)
    (folder / BOMB).write_bytes(bomb())


def bomb() -> bytes:
    """A PNG file of a hundred bytes that says to be 60,000 pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = chunk(b"IHDR", struct.pack(">2I5B", *_BOMB, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(4000)))
    return b"\x89PNG\r\n\x1a\n" + header + rows + chunk(b"IEND", b"")


class Cells:
    """The decoding processes of the package in `root`, asked without the editor.

    `folder` is where the images are, as `user` in there sees it.
    """

    def __init__(self, root: Root, user: str, folder: Path) -> None:
        def command(module: str) -> list[str]:
            return root.words(PROGRAM, CHILD, module, user=user)

        self._folder = folder
        self._decoder = Decoder(command("limner.imaging.cell"))
        self._maker = command("limner.imaging.pyramid_child")

    def try_all(self) -> None:
        """Decode every image in its own way.

        Raises:
            Wrong: something else than the image came out.
        """
        try:
            self._whole(SMALL)
            self._pyramid(LARGE, self._folder / TILED)
            self._tile(TILED)
            self._pyramid(GIGAPIXEL, self._folder.parent / "gigapixel.tif")
            self._refused(BOMB)
        except ImageProblem as problem:
            raise Wrong(f"in the package: {problem}") from problem
        finally:
            self._decoder.close()

    def _whole(self, name: str) -> None:
        expect_colour(name, self._decoder.whole(self._folder / name, name).planes[0])

    def _tile(self, name: str) -> None:
        path = self._folder / name
        facts = self._decoder.facts(path, name)
        if not facts.levels or (facts.width, facts.height) != _LARGE:
            raise Wrong(f"{name} is no pyramid of {_LARGE} pixels: {facts}")
        expect_colour(name, self._decoder.tile(path, name, 0, 3, 2))

    def _pyramid(self, name: str, target: Path) -> None:
        path = self._folder / name
        facts = self._decoder.facts(path, name)
        build_pyramid(self._maker, path, target, name, 0, facts, lambda _done: None, never)

    def _refused(self, name: str) -> None:
        """Whoever decodes at once says that it is too large, whoever streams finds no rows."""
        with suppress(TooLarge):
            self._decoder.whole(self._folder / name, name)
            raise Wrong(f"{name} was decoded, of {_BOMB} pixels")
        with suppress(Damaged):
            self._pyramid(name, self._folder.parent / "bomb.tif")
            raise Wrong(f"{name} has a pyramid, of {_BOMB} pixels")


def expect_colour(name: str, samples: Samples) -> None:
    """Compare BGRX samples with the colour that the image was made in.

    Raises:
        Wrong: they differ by more than a JPEG does.
    """
    off = np.abs(samples[..., 2::-1].astype(np.int16) - np.array(COLOURS[name], np.int16))
    if off.max() > NEAR:
        raise Wrong(f"{name} came out in other colours, off by {off.max()}")


def decoders_of(editor: subprocess.Popen[bytes]) -> set[str]:
    """The modules that living children of the editor were started for, each to decode."""
    found = set()
    for children in Path(f"/proc/{editor.pid}/task").glob("*/children"):
        for child in children.read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            if words[1:2] == [CHILD]:
                found.add(words[2])
    return found
