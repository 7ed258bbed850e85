"""The sample project: photographs, classes, annotations and criteria for the first minute."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final
from uuid import uuid4

from limner.api.classes import read_ontology
from limner.api.codec import decode
from limner.api.patronus import Patronus
from limner.api.pictograph import Dataset, Pictograph
from limner.model.verdicts import Category, CriteriaKind

_DONE: Final = ".sample"
"""The file that says that nothing is missing; it is written last."""


def install(server: Pictograph, review: Patronus, source: Path, target: Path) -> Dataset:
    """Make the sample project of the shipped files in `source`, once; later calls find it.

    The photographs are copied to `target`, so that an update of the program does not move them;
    everything else goes over the wire like anybody's work. May be interrupted and called again.

    Raises:
        OSError: the files cannot be read or copied.
        ApiError: the server refused.
    """
    target.mkdir(parents=True, exist_ok=True)
    if not (target / _DONE).exists():
        for photograph in sorted((source / "images").iterdir()):
            shutil.copyfile(photograph, target / photograph.name)
    dataset = server.open_folder(str(target)).dataset
    if (target / _DONE).exists():
        return dataset
    dataset = _annotate(server, dataset, source)
    _ask(review, dataset, source)
    (target / _DONE).touch()
    return dataset


def _annotate(server: Pictograph, dataset: Dataset, source: Path) -> Dataset:
    classes = json.loads((source / "ontology.json").read_text("utf-8"))["classes"]
    dataset = server.update_classes(dataset.id, read_ontology(classes), dataset.ontology)
    for row in server.images(dataset):
        shipped = source / "annotations" / f"{row.filename}.json"
        if row.annotation_count == 0 and shipped.exists():
            annotations = decode(shipped.read_bytes())
            server.save(dataset, row, annotations, idempotency_key=uuid4().hex)
            server.set_status(dataset, row, "review")
    return dataset


def _ask(review: Patronus, dataset: Dataset, source: Path) -> None:
    project_id = review.project(dataset.name)
    there = {criteria.name for criteria in review.criteria(project_id)}
    shipped = json.loads((source / "criteria.json").read_text("utf-8"))["criteria"]
    for one in shipped:
        if one["name"] not in there:
            categories = tuple(Category(**category) for category in one.get("categories") or ())
            kind = CriteriaKind(one["annotation_type"])
            review.create_criteria(
                project_id, one["name"], kind, one.get("description", ""), categories
            )
