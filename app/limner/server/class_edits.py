"""Renaming, merging and deleting a class in a dataset and in all its annotations at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Response
from sqlalchemy import Connection, select, update

from limner.api.pictograph_wire import Label, ShortName, Strict
from limner.server import ontology
from limner.server.bodies import stored_body
from limner.server.calls import Call, MemberCall
from limner.server.clock import now
from limner.server.errors import conflict, not_found, wrong_field
from limner.server.lookups import DatasetRow, dataset_row
from limner.server.ontology import Class, type_of
from limner.server.replies import data
from limner.server.saves import save_again
from limner.server.shapes import Shape, decoded
from limner.server.tables import dataset, image

router: Final = APIRouter(prefix="/annotations")


class Rename(Strict):
    dataset: str
    old_name: Label
    new_name: ShortName


class Merge(Strict):
    dataset: str
    source_name: Label
    target_name: Label


class Delete(Strict):
    dataset: str
    name: Label
    class_type: str | None = None
    delete_annotations: bool = False


@dataclass(slots=True)
class Touched:
    """How much an edit changed."""

    images: int = 0
    annotations: int = 0


@router.post("/rename-class")
def rename_class(call: MemberCall) -> Response:
    """Give a class another name, in every type it has."""
    asked = call.read(Rename)
    if not asked.new_name.strip():
        raise wrong_field("must not be blank", "new_name")

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, asked.dataset, lock=True)
        classes = ontology.loads(owner.classes)
        types = _types(classes, asked.old_name)
        _refuse_taken(classes, asked.new_name)
        renamed = [_named(one, asked.old_name, asked.new_name) for one in classes]
        touched = _relabel(tx, call, owner, asked.old_name, asked.new_name, types)
        _store_classes(tx, owner, renamed)
        names = {"old_name": asked.old_name, "new_name": asked.new_name}
        return data(_updated(owner, touched, **names))

    return call.once(work)


@router.post("/merge-class")
def merge_class(call: MemberCall) -> Response:
    """Turn every annotation of one class into another class, which exists; the first one goes."""
    asked = call.read(Merge)
    if asked.source_name == asked.target_name:
        raise wrong_field("must be another class than the source", "target_name")

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, asked.dataset, lock=True)
        classes = ontology.loads(owner.classes)
        types = _types(classes, asked.source_name)
        missing = types - _types(classes, asked.target_name)
        if missing:
            message = f"the class {asked.target_name!r} has no {', '.join(sorted(missing))} type"
            raise conflict(message)
        touched = _relabel(tx, call, owner, asked.source_name, asked.target_name, types)
        _store_classes(tx, owner, [one for one in classes if one["name"] != asked.source_name])
        names = {"source_name": asked.source_name, "target_name": asked.target_name}
        return data(_updated(owner, touched, **names))

    return call.once(work)


@router.post("/delete-class")
def delete_class(call: MemberCall) -> Response:
    """Take a class out of the dataset, and with `delete_annotations` its annotations too."""
    asked = call.read(Delete)

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, asked.dataset, lock=True)
        classes = ontology.loads(owner.classes)
        types = _types(classes, asked.name)
        if asked.class_type is not None:
            types &= {type_of(asked.class_type)}
        touched = Touched()
        if asked.delete_annotations:
            touched = _rewrite(tx, call, owner, lambda shapes: _without(shapes, asked.name, types))
        gone = {(asked.name, type_) for type_ in types}
        kept = [one for one in classes if ontology.key_of(one) not in gone]
        _store_classes(tx, owner, kept)
        return data(
            {
                "dataset_id": owner.id,
                "name": asked.name,
                "config_updated": len(kept) < len(classes),
                "images_updated": touched.images,
                "annotations_removed": touched.annotations,
            }
        )

    return call.once(work)


def _types(classes: Sequence[Class], name: str) -> set[str]:
    types = {type_of(one["type"]) for one in classes if one["name"] == name}
    if not types:
        raise not_found(f"this dataset has no class {name!r}")
    return types


def _refuse_taken(classes: Sequence[Class], name: str) -> None:
    if any(one["name"] == name for one in classes):
        raise conflict(f"there is a class {name!r} already; merge the two instead")


def _named(one: Class, old: str, new: str) -> Class:
    return {**one, "name": new} if one["name"] == old else one


def _relabel(
    tx: Connection, call: Call, owner: DatasetRow, old: str, new: str, types: set[str]
) -> Touched:
    def renamed(shapes: list[Shape]) -> tuple[list[Shape], int]:
        count = 0
        for shape in shapes:
            if shape.name == old and type_of(shape.type) in types:
                shape.name = new
                count += 1
        return shapes, count

    return _rewrite(tx, call, owner, renamed)


def _without(shapes: list[Shape], name: str, types: set[str]) -> tuple[list[Shape], int]:
    kept = [s for s in shapes if s.name != name or type_of(s.type) not in types]
    return kept, len(shapes) - len(kept)


def _rewrite(
    tx: Connection,
    call: Call,
    owner: DatasetRow,
    edit: Callable[[list[Shape]], tuple[list[Shape], int]],
) -> Touched:
    """Save every image of the dataset that `edit` changes; it says how many annotations it did."""
    touched = Touched()
    used = image.c.annotation_count > 0
    query = select(image).where(image.c.dataset_id == owner.id, used).order_by(image.c.seq)
    for row in tx.execute(query.with_for_update()).all():
        shapes, count = edit(decoded(stored_body(tx, row.id)))
        if count:
            save_again(tx, row, shapes, call.act)
            touched.images += 1
            touched.annotations += count
    return touched


def _store_classes(tx: Connection, owner: DatasetRow, classes: Sequence[Class]) -> None:
    values: dict[str, Any] = {"classes": ontology.dumps(classes), "updated_at": now()}
    tx.execute(update(dataset).where(dataset.c.id == owner.id).values(values))


def _updated(owner: DatasetRow, touched: Touched, **names: str) -> dict[str, Any]:
    return {
        "dataset_id": owner.id,
        **names,
        "images_updated": touched.images,
        "annotations_updated": touched.annotations,
        "config_updated": True,
    }
