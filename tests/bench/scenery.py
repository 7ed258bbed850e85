"""What lies on the canvas in the benches: star polygons over an image of noise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np

from limner.imaging.picture import Picture, WholePicture
from limner.model.annotations import AnnotationId, Kind, Polygon
from limner.model.ontology import LabelClass, Ontology
from limner.model.points import Points

SIDE: Final = 12_000
"""Image pixels: with 100,000 shapes one in four is seen at zoom 0.25, one in seventy at 1."""

_PATCH: Final = 1_500
"""Pixels after which the noise begins again."""

COLOURS: Final = ("#e63c3c", "#3cb44b", "#0082c8", "#f58230", "#911eb4", "#46f0f0")
ONTOLOGY: Final = Ontology(
    [LabelClass(f"class {i}", Kind.POLYGON, colour) for i, colour in enumerate(COLOURS)]
)


def stars(count: int, points: int = 20) -> Iterator[Polygon]:
    """Polygons of 6 to 22 px radius, evenly strewn; the same ones every time."""
    random = np.random.default_rng(7)
    turn = np.linspace(0, 2 * math.pi, points, endpoint=False)
    for number in range(count):
        radius = random.uniform(6, 22) * random.uniform(0.7, 1.0, points)
        x, y = random.random(2) * SIDE
        ring = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)
        name = f"class {number % len(COLOURS)}"
        rings = (Points.from_array(ring),)
        yield Polygon(id=AnnotationId(str(number)), name=name, rings=rings, rank=float(number))


@cache
def picture() -> Picture:
    """Noise is the dearest picture to scale; its levels are made without decoding anything."""
    noise = np.random.default_rng(1).integers(60, 180, (_PATCH, _PATCH, 4), dtype=np.uint8)
    noise[..., 3] = 255
    level = np.tile(noise, (SIDE // _PATCH, SIDE // _PATCH, 1))
    levels = [level]
    while max(level.shape) > 512:
        level = np.ascontiguousarray(level[::2, ::2])
        levels.append(level)
    return WholePicture(tuple(levels))
