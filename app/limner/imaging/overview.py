"""A small level of a tiled file as one picture, put together of its tiles."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from limner.imaging.picture import Level, Samples
from limner.imaging.problems import ImageProblem
from limner.imaging.tiff import TileFile

_QUICK: Final = 16
"""A level with at most so many times the pixels one wants is quicker than decoding the image."""


def overview(path: Path, name: str, page: int, side: int) -> Samples | None:
    """The smallest level whose longer side has `side` pixels or more.

    None when the file has no tiles, or no level that is small enough to be quick.

    Raises:
        ImageProblem: that level is damaged; `name` is what the message calls the file.
    """
    try:
        file = TileFile(path, page, name)
    except ImageProblem:  # not a file with tiles; if it is no image either, others will say so
        return None
    with file:
        level = _level(file.levels, side)
        size = file.levels[level]
        if size.width * size.height > _QUICK * side * side:
            return None
        return _joined(file, level)


def _level(levels: tuple[Level, ...], side: int) -> int:
    enough = [nth for nth, level in enumerate(levels) if max(level) >= side]
    return enough[-1] if enough else 0


def _joined(file: TileFile, level: int) -> Samples:
    size, tile = file.levels[level], file.tile
    rows = []
    for row in range(-(-size.height // tile.height)):
        columns = range(-(-size.width // tile.width))
        rows.append(np.concatenate([file.read(level, column, row) for column in columns], axis=1))
    joined: Samples = np.concatenate(rows)
    return joined
