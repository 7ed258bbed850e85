"""The one image and the shapes on it that every program gets, in the form it reads.

Peers read a file in labelme's form beside the image. Limner opens the folder, and its library
holds the shapes, saved through its own server.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np

from bench.home import serving
from bench.photographs import photograph
from limner.model.annotations import AnnotationId, Kind, Polygon
from limner.model.ontology import LabelClass, Ontology
from limner.model.points import Points

SIZE: Final = (4000, 3000)
LABELS: Final = ("cell", "car", "person", "tree", "road", "roof", "crack", "text")
_COLOURS: Final = ("#e63c3c", "#3cb44b", "#0082c8", "#f58230", "#911eb4", "#46f0f0", "#d2f53c")
_POINTS: Final = 20

Shape = tuple[str, list[tuple[float, float]]]


def write(folder: Path, count: int) -> Path:
    """An image with `count` polygons beside it; the path of the image."""
    folder.mkdir(parents=True)
    image = folder / f"shapes{count}.jpg"
    photograph(SIZE).save(image, quality=92)
    if count:
        image.with_suffix(".json").write_text(json.dumps(_labelme(image.name, polygons(count))))
    return image


def write_home(home: Path, image: Path, count: int) -> None:
    """A home of Limner whose library holds the folder of `image`; each gets the shapes."""
    with serving(home) as server:
        dataset = server.open_folder(str(image.parent)).dataset
        classes = zip(LABELS, (*_COLOURS, "#ffffff"), strict=True)
        ontology = Ontology([LabelClass(name, Kind.POLYGON, colour) for name, colour in classes])
        dataset = server.update_classes(dataset.id, ontology, dataset.ontology)
        records = [_record(i, *shape) for i, shape in enumerate(polygons(count))]
        for row in server.images(dataset):
            server.save(dataset, row, records, idempotency_key=uuid4().hex)


def polygons(count: int) -> list[Shape]:
    """Round polygons of 20 points in a grid over the whole image, the same ones every time."""
    if count == 0:
        return []
    chance = np.random.default_rng(7)
    width, height = SIZE
    columns = max(1, round(math.sqrt(count * width / height)))
    rows = math.ceil(count / columns)
    across, down = width / columns, height / rows
    turns = [2 * math.pi * k / _POINTS for k in range(_POINTS)]
    shapes = []
    for i in range(count):
        x, y = (i % columns + 0.5) * across, (i // columns + 0.5) * down
        radii = 0.42 * min(across, down) * chance.uniform(0.8, 1.0, _POINTS)
        ring = [
            (round(x + r * math.cos(turn), 2), round(y + r * math.sin(turn), 2))
            for r, turn in zip(radii.tolist(), turns, strict=True)
        ]
        shapes.append((LABELS[i % len(LABELS)], ring))
    return shapes


def _labelme(image: str, shapes: list[Shape]) -> dict[str, object]:
    rest: dict[str, object] = {
        "group_id": None,
        "description": "",
        "shape_type": "polygon",
        "flags": {},
        "mask": None,
    }
    rows = [{"label": label, "points": ring, **rest} for label, ring in shapes]
    size = {"imageWidth": SIZE[0], "imageHeight": SIZE[1]}
    where = {"imagePath": image, "imageData": None, **size}
    return {"version": "5.5.0", "flags": {}, "shapes": rows, **where}


def _record(number: int, label: str, ring: list[tuple[float, float]]) -> Polygon:
    id_ = AnnotationId(f"shape-{number}")
    return Polygon(id=id_, name=label, rings=(Points.of(ring),), rank=float(number))
