"""The rows of an image that is too large to be decoded as a whole, read by pyvips one strip a time.

Only its loaders for the formats that this program opens are let run: others start programs or
read further files.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
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
            image = self._vips.Image.new_from_file(str(path), access="sequential", **page)
            self.orientation = _field(image, "orientation") or 1
            self._profile: bytes | None = _field(image, "icc-profile-data")
            self._image = _simple(image)
            self._region = self._vips.Region.new(self._image)
        except self._vips.Error as error:
            raise self._problem(error) from error
        self.size = Level(self._image.width, self._image.height)
        self._mode = _MODES.get((self._image.interpretation, self._image.bands), "")
        sample = np.zeros((1, 1, self._image.bands), _DTYPES[self._image.format])
        self.tiles = TileFormat.like(self.shown(sample), facts)

    def read(self, top: int, bottom: int) -> Samples:
        """Rows as (h, w, bands). Raises ImageProblem: they are damaged, or memory runs out."""
        try:
            strip = self._region.fetch(0, top, self.size.width, bottom - top)
        except self._vips.Error as error:
            raise self._problem(error) from error
        rows = np.frombuffer(strip, _DTYPES[self._image.format])
        return rows.reshape(bottom - top, self.size.width, -1)

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
