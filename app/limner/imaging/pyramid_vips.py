"""The rows of an image that is too large to be decoded as a whole, read by pyvips a few at a time.

Only its loaders for the formats that this program opens are let run: others start programs or
read further files.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, Final

import numpy as np
from PIL import Image

from limner.imaging.colour import to_rgb
from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Level, Samples
from limner.imaging.problems import Damaged, ImageProblem, NeedsGigapixel, TooDear
from limner.imaging.pyramid_format import TileFormat

_LOADERS: Final = ("Jpeg", "Png", "Webp", "Tiff", "Nsgif", "Heif")
_PAGED: Final = frozenset({"TIFF", "WEBP", "GIF", "HEIF"})
_DTYPES: Final = {"uchar": np.uint8, "ushort": np.uint16, "float": np.float32}

_OUT_OF_MEMORY: Final = ("out of memory", "insufficient memory", "unable to allocate")
"""What pyvips and the libraries below it say then."""

_PIECES_AHEAD: Final = 16
"""Rows, mostly, that may be read before they are wanted."""

_PLAIN: Final = frozenset({"b-w", "grey16", "srgb", "rgb", "rgb16", "scrgb", "multiband", "cmyk"})
"""Interpretations whose numbers can be shown as they are."""

_MODES: Final = {
    ("b-w", 1): "L", ("b-w", 2): "LA", ("srgb", 3): "RGB", ("srgb", 4): "RGBA",
    ("cmyk", 4): "CMYK",
}  # fmt: skip
"""What Pillow calls 8-bit pixels of pyvips, by interpretation and number of bands."""


class StreamedRows:
    """Rows as they lie in the file, which can be read from top to bottom only."""

    def __init__(self, path: Path, name: str, frame: int, facts: ImageFacts) -> None:
        """Read the header. `frame` counts the directories of a TIFF file, as Pillow does.

        Raises:
            ImageProblem: pyvips is missing, or cannot read it.
        """
        self._name = name
        self._vips = _pyvips(name, facts)
        page = {"page": frame} if facts.format in _PAGED else {}
        try:
            options = {"access": "sequential", "fail_on": "error", **page}
            image = self._vips.Image.new_from_file(str(path), **options)
            self.orientation = _field(image, "orientation") or 1
            self._profile: bytes | None = _field(image, "icc-profile-data")
            self._image = _simple(image)
        except self._vips.Error as error:
            raise self._problem(error) from error
        self.size = Level(self._image.width, self._image.height)
        self._mode = _MODES.get((self._image.interpretation, self._image.bands), "")
        self._dtype = _DTYPES[self._image.format]
        sample = np.zeros((1, 1, self._image.bands), self._dtype)
        self.tiles = TileFormat.like(self.shown(sample), facts)
        self._stream = _Stream(self._vips, self._image)

    def read(self, top: int, bottom: int) -> Samples:
        """Rows as (h, w, bands). Raises ImageProblem: they are damaged, or memory runs out."""
        rows = np.empty((bottom - top, self.size.width, self._image.bands), self._dtype)
        try:
            self._stream.fill(rows.reshape(-1).view(np.uint8).data)
        except (self._vips.Error, EOFError) as error:
            raise self._problem(error) from error
        return rows

    def shown(self, samples: Samples) -> Samples:
        """Deep samples without alpha; 8 bits as colours or grey on a screen."""
        if samples.dtype != np.uint8:
            return samples[..., 0] if samples.shape[2] == 1 else samples
        if self._mode == "L" and self._profile is None:
            return samples[..., 0]
        height, width = samples.shape[:2]
        mode, raw = self._mode, np.ascontiguousarray(samples)
        image = Image.frombuffer(mode, (width, height), raw, "raw", mode, 0, 1)
        if self._profile is not None:
            image.info["icc_profile"] = self._profile
        return np.asarray(to_rgb(image))

    def _problem(self, error: Exception) -> ImageProblem:
        said = str(error).lower()
        is_dear = any(words in said for words in _OUT_OF_MEMORY)
        return TooDear(self._name) if is_dear else Damaged(self._name)


class _Stream:
    """The bytes of an image from its first row on, as a thread of its own writes them.

    Only as a writer does pyvips read a file strictly in order and hold no more than it needs: to
    ask for one region after another took twice the time and three times the memory.
    """

    def __init__(self, vips: Any, image: Any) -> None:
        self._vips = vips
        self._image = image
        self._pieces: Queue[bytes | Exception] = Queue(_PIECES_AHEAD)
        self._rest = memoryview(b"")
        Thread(target=self._write, name="limner-vips", daemon=True).start()

    def fill(self, room: memoryview) -> None:
        """Fill `room` with what comes next.

        Raises:
            EOFError: there is not so much of it; and whatever pyvips says to what it reads.
        """
        while room:
            if not self._rest:
                self._rest = memoryview(self._next())
            length = min(len(room), len(self._rest))
            room[:length] = self._rest[:length]
            room, self._rest = room[length:], self._rest[length:]

    def _next(self) -> bytes:
        piece = self._pieces.get()
        if isinstance(piece, Exception):
            raise piece
        return piece

    def _write(self) -> None:
        target = self._vips.TargetCustom()
        target.on_write(self._take)
        try:
            self._image.write_to_target(target, ".raw")
        except Exception as error:  # noqa: BLE001 - `fill` raises it where somebody answers for it
            self._pieces.put(error)
        else:
            self._pieces.put(EOFError("no more rows"))

    def _take(self, piece: Any) -> int:
        self._pieces.put(bytes(piece))
        return len(piece)


def _pyvips(name: str, facts: ImageFacts) -> Any:
    """The library, allowed to read our formats only."""
    try:
        pyvips: Any = import_module("pyvips")
    except (ImportError, OSError) as error:  # OSError: it is there, but not the libvips it needs
        raise NeedsGigapixel(name, facts.width, facts.height) from error
    pyvips.operation_block_set("VipsForeignLoad", True)
    for loader in _LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{loader}", False)
    return pyvips


def _field(image: Any, field: str) -> Any:
    """Something the file says beside its pixels; None if it does not."""
    return image.get(field) if image.get_typeof(field) else None


def _simple(image: Any) -> Any:
    """8 bits: grey, RGB or CMYK, with or without alpha; more: grey or RGB of ushort or float."""
    is_deep = image.format != "uchar"
    if image.interpretation not in _PLAIN or (is_deep and image.interpretation == "cmyk"):
        image, is_deep = image.colourspace("srgb"), False
    if is_deep:
        image = image.extract_band(0, n=3 if image.bands >= 3 else 1)
        return image if image.format == "ushort" else image.cast("float")
    if image.interpretation == "cmyk":
        return image.extract_band(0, n=4)
    if image.bands <= 2:
        return image.copy(interpretation="b-w")
    bands = image.bands if image.bands <= 4 else 3
    return image.extract_band(0, n=bands).copy(interpretation="srgb")
