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
from limner.imaging.loading import Loaded, load
from limner.imaging.odd_tiff import odd_facts, odd_samples
from limner.imaging.orientation import upright_size
from limner.imaging.overview import overview
from limner.imaging.picture import Pixels, Planes, Samples, Window, bgrx, pyramid
from limner.imaging.problems import ImageProblem, NotAnImage
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
    try:
        facts = _facts(data, name, page)
    except NotAnImage:
        odd = odd_facts(data, page)
        if odd is None:
            raise
        facts = odd
    found = sheets(data, name) if facts.format == "TIFF" else []
    if page < len(found):
        sheet = found[page]
        return replace(facts, pages=len(found), levels=sheet.levels, tile=sheet.tile)
    return facts


def _facts(data: Source, name: str, page: int) -> ImageFacts:
    with opened(data, name, page) as image:
        odd = odd_facts(data, page) if deep.loses_bits(image) else None
        if odd is not None:
            return odd
        width, height = upright_size(image)
        wide = deep.wide_mode(image)
        format_ = "JPEG" if image.format == "MPO" else image.format or ""
        is_deep = wide is not None or deep.is_deep(image)
        return ImageFacts(width, height, format_, wide or image.mode, pages(image), is_deep)


def decode(data: Source, name: str, page: int = 0, host: Host = HERE) -> Planes:
    """The whole page, upright, with its pyramid: in sRGB, or deep as in the file.

    What breaks off half-way is shown as far as it goes, with a warning.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    loaded = _loaded(data, name, page, host)
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
    try:
        loaded = _drafted(data, name, side, page, host)
    except NotAnImage:
        if odd_facts(data, page) is None:
            raise
        return None
    if loaded is None:
        return None
    if isinstance(loaded.content, Image.Image):
        return Planes((bgrx(loaded.content),), loaded.warning)
    return Planes((loaded.content,), loaded.warning, automatic(loaded.content))


def _drafted(data: Source, name: str, side: int, page: int, host: Host) -> Loaded | None:
    with opened(data, name, page) as image:
        if not draft(image, side):
            return None
        return load(image, lambda: opened(data, name, page), name, host, 2 * side)


def thumbnail(data: Source, name: str, side: int, page: int = 0, host: Host = HERE) -> Pixels:
    """The image with its longer side at most `side` pixels.

    Formats that can be decoded at a fraction of their size take a fraction of the time.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    small = overview(data, name, page, side) if isinstance(data, Path) else None
    if small is not None:
        return bgrx(_shrunk(small, side))
    loaded = _loaded(data, name, page, host, side)
    return bgrx(_shrunk(loaded.content, side))


def _loaded(data: Source, name: str, page: int, host: Host, side: int | None = None) -> Loaded:
    """A page by Pillow, or what Pillow cannot read in full by our own reader."""
    try:
        with opened(data, name, page) as image:
            odd = odd_samples(data, name, page, host) if deep.loses_bits(image) else None
            if odd is not None:
                return Loaded(odd, None)
            if side is not None:
                draft(image, side)
            return load(image, lambda: opened(data, name, page), name, host, side)
    except NotAnImage:
        odd = odd_samples(data, name, page, host)
        if odd is None:
            raise
        return Loaded(_image(odd.view(np.uint8)) if odd.dtype == np.uint8 else odd, None)


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
