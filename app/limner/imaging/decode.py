"""Image files as pixels: facts, the whole image, a quick preview, a thumbnail. Never Qt.

These functions decode where they are called; the editor has them called in a process of their own
(`decoder.py`), because what they read was written by strangers.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from limner.imaging import deep
from limner.imaging.draft import draft
from limner.imaging.facts import ImageFacts
from limner.imaging.halves import halves
from limner.imaging.host import HERE, PIXEL_LIMIT, Host
from limner.imaging.loading import load
from limner.imaging.orientation import upright_size
from limner.imaging.overview import overview
from limner.imaging.picture import Pixels, Planes, Samples, Window, bgrx, pyramid
from limner.imaging.problems import ImageProblem
from limner.imaging.source import Source, opened, pages, sheets
from limner.imaging.tone import automatic, toned

__all__ = [
    "PIXEL_LIMIT", "ImageFacts", "ImageProblem", "decode", "preview", "probe", "thumbnail",
]  # fmt: skip


def probe(data: Source, name: str, page: int = 0) -> ImageFacts:
    """Read the header only, whatever the size.

    Raises:
        ImageProblem: it is no image; `name` is what the message calls it.
    """
    with opened(data, name, page) as image:
        width, height = upright_size(image)
        wide = deep.wide_mode(image)
        mode, is_deep = wide or image.mode, wide is not None or deep.is_deep(image)
        format_ = "JPEG" if image.format == "MPO" else image.format or ""
        facts = ImageFacts(width, height, format_, mode, pages(image), is_deep)
    found = sheets(data, name) if format_ == "TIFF" else []
    if page < len(found):
        sheet = found[page]
        return replace(facts, pages=len(found), levels=sheet.levels, tile=sheet.tile)
    return facts


def decode(data: Source, name: str, page: int = 0, host: Host = HERE) -> Planes:
    """The whole page, upright, with its pyramid: in sRGB, or deep as in the file.

    What breaks off half-way is shown as far as it goes, with a warning.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    with opened(data, name, page) as image:
        loaded = load(image, lambda: opened(data, name, page), name, host)
    if isinstance(loaded.content, Image.Image):
        return Planes(pyramid(loaded.content), loaded.warning)
    levels = halves(loaded.content)
    return Planes(levels, loaded.warning, automatic(levels[0]))


def preview(data: Source, name: str, side: int, page: int = 0, host: Host = HERE) -> Planes | None:
    """The whole page as one small plane, the longer side at least `side` pixels if it has so many.

    None when that would take long: decoding it whole is as good then.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    small = overview(data, name, page, side) if isinstance(data, Path) else None
    if small is not None:
        return Planes((small,), window=_window(small))
    with opened(data, name, page) as image:
        if not draft(image, side):
            return None
        loaded = load(image, lambda: opened(data, name, page), name, host, 2 * side)
    if isinstance(loaded.content, Image.Image):
        return Planes((bgrx(loaded.content),), loaded.warning)
    return Planes((loaded.content,), loaded.warning, automatic(loaded.content))


def thumbnail(data: Source, name: str, side: int, page: int = 0, host: Host = HERE) -> Pixels:
    """The image with its longer side at most `side` pixels.

    Formats that can be decoded at a fraction of their size take a fraction of the time.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    small = overview(data, name, page, side) if isinstance(data, Path) else None
    if small is not None:
        return bgrx(_shrunk(small, side))
    with opened(data, name, page) as image:
        draft(image, side)
        loaded = load(image, lambda: opened(data, name, page), name, host, side)
    return bgrx(_shrunk(loaded.content, side))


def _shrunk(content: Image.Image | Samples, side: int) -> Image.Image:
    """An 8-bit picture that fits into a square."""
    if not isinstance(content, Image.Image):
        window = _window(content)
        small = content if window is None else halves(content, 2 * side)[-1]
        content = _image(toned(small, None, window))
    content.thumbnail((side, side), reducing_gap=2.0)
    return content


def _image(pixels: Pixels) -> Image.Image:
    height, width = pixels.shape[:2]
    return Image.frombuffer("RGB", (width, height), pixels.tobytes(), "raw", "BGRX", 0, 1)


def _window(samples: Samples) -> Window | None:
    """The automatic window of deep samples; 8-bit ones need none."""
    return None if samples.dtype == np.uint8 else automatic(samples)
