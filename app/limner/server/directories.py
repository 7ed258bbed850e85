"""The directories of a dataset; they exist in the database only (Pictograph contract, 5.3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Response
from sqlalchemy import Connection, Row, delete, func, select, update

from limner.api.pictograph_wire import Strict
from limner.server.auth import VIEWERS, StoreOf
from limner.server.calls import MemberCall
from limner.server.clock import now
from limner.server.errors import Problem, conflict, not_found, wrong_field
from limner.server.image_rows import ensure_directories, names_in
from limner.server.lookups import dataset_row
from limner.server.names import ROOT, directory_path, file_name, parents, split_path, unused
from limner.server.replies import data, plain
from limner.server.tables import directory, image

router: Final = APIRouter(prefix="/directories")


class Create(Strict):
    dataset: str
    directory_path: str


class Rename(Strict):
    new_name: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The directories of one dataset with the number of images in each."""

    rows: dict[str, Row[Any]]
    images: Counter[str]
    nested: Counter[str]

    @classmethod
    def of(cls, tx: Connection, dataset_id: str) -> Tree:
        query = select(directory).where(directory.c.dataset_id == dataset_id)
        rows = {row.path: row for row in tx.execute(query.order_by(directory.c.path))}
        counted = select(image.c.directory, func.count()).group_by(image.c.directory)
        counted = counted.where(image.c.dataset_id == dataset_id, ~image.c.is_archived)
        images: Counter[str] = Counter(dict(tx.execute(counted).all()))
        nested: Counter[str] = Counter()
        for path, count in images.items():
            for above in parents(path):
                nested[above] += count
        return cls(rows, images, nested)

    def shown(self, path: str) -> dict[str, Any]:
        row = self.rows[path]
        above, name = split_path(path.removeprefix("/"))
        return {
            "id": row.id,
            "dataset_id": row.dataset_id,
            "name": name,
            "full_path": path,
            "directory_path": path,
            "parent_directory_id": self.rows[above].id if above in self.rows else None,
            "image_count": self.images[path],
            "nested_image_count": self.nested[path],
            "created_at": row.created_at,
        }

    def nodes(self) -> list[dict[str, Any]]:
        nodes = {path: {**self.shown(path), "children": []} for path in self.rows}
        roots: list[dict[str, Any]] = []
        for path, node in nodes.items():
            above, _name = split_path(path.removeprefix("/"))
            parent = nodes.get(above)
            (parent["children"] if parent else roots).append(node)
        return roots


@router.get("/{given}", dependencies=VIEWERS)
def list_directories(store: StoreOf, given: str, parent_path: str | None = None) -> Response:
    """Every directory, or those directly in `parent_path`, as a bare list."""
    with store.reading() as tx:
        tree = Tree.of(tx, dataset_row(tx, given).id)
    paths = list(tree.rows)
    if parent_path is not None:
        above = directory_path(parent_path, "parent_path")
        paths = [path for path in paths if split_path(path.removeprefix("/"))[0] == above]
    return plain([tree.shown(path) for path in paths])


@router.get("/{given}/tree", dependencies=VIEWERS)
def get_tree(store: StoreOf, given: str) -> Response:
    """The directories in the root, each with its children, as a bare list."""
    with store.reading() as tx:
        tree = Tree.of(tx, dataset_row(tx, given).id)
    return plain(tree.nodes())


@router.get("/{given}/{path:path}/stats", dependencies=VIEWERS)
def get_stats(
    store: StoreOf, given: str, path: str, include_subdirectories: bool = True
) -> Response:
    """How many images of which stage lie in a directory, and below it."""
    wanted = directory_path(path, "directory_path")
    with store.reading() as tx:
        owner = dataset_row(tx, given)
        tree = Tree.of(tx, owner.id)
        if wanted != ROOT and wanted not in tree.rows:
            raise not_found(f"there is no directory {wanted!r}")
        paths = [wanted]
        if include_subdirectories:
            paths = [path for path in {*tree.rows, ROOT} if _is_at_or_below(path, wanted)]
        inside = [image.c.dataset_id == owner.id, ~image.c.is_archived]
        inside.append(image.c.directory.in_(paths))
        columns = (image.c.status, func.count(), func.coalesce(func.sum(image.c.file_size), 0))
        rows = tx.execute(select(*columns).where(*inside).group_by(image.c.status)).all()
    return plain(
        {
            "total_directories": len(paths) - 1,
            "total_images": sum(row[1] for row in rows),
            "total_size_bytes": sum(int(row[2]) for row in rows),
            "directories_by_status": {row[0]: row[1] for row in rows},
        }
    )


def _is_at_or_below(path: str, top: str) -> bool:
    return top == ROOT or path == top or path.startswith(f"{top}/")


@router.post("/")
def create_directory(call: MemberCall) -> Response:
    """Make a directory and those above it; one that is there already is answered as it is."""
    asked = call.read(Create)
    path = directory_path(asked.directory_path, "directory_path")
    if path == ROOT:
        raise wrong_field("the root is always there", "directory_path")

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, asked.dataset, lock=True)
        ensure_directories(tx, owner.id, [path])
        return data(Tree.of(tx, owner.id).shown(path))

    return call.once(work)


@router.patch("/{given}/{path:path}/rename")
def rename_directory(call: MemberCall, given: str, path: str) -> Response:
    """Give a directory another name; everything below it moves along."""
    old = directory_path(path, "directory_path")
    name = file_name(call.read(Rename).new_name, "new_name")

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, given, lock=True)
        tree = Tree.of(tx, owner.id)
        if old not in tree.rows:
            raise not_found(f"there is no directory {old!r}")
        above, _name = split_path(old.removeprefix("/"))
        new = f"{above.rstrip('/')}/{name}"
        if new != old:
            if new in tree.rows:
                raise conflict(f"there is a directory {new!r} already")
            _move_paths(tx, owner.id, [p for p in tree.rows if _is_at_or_below(p, old)], old, new)
        return data(Tree.of(tx, owner.id).shown(new))

    return call.once(work)


def _move_paths(tx: Connection, dataset_id: str, paths: list[str], old: str, new: str) -> None:
    for path in paths:
        target = new + path[len(old) :]
        here = (directory.c.dataset_id == dataset_id, directory.c.path == path)
        tx.execute(update(directory).where(*here).values(path=target))
        inside = (image.c.dataset_id == dataset_id, image.c.directory == path)
        tx.execute(update(image).where(*inside).values(directory=target, updated_at=now()))


@router.delete("/{given}/{path:path}")
def delete_directory(call: MemberCall, given: str, path: str, cascade: bool = False) -> Response:
    """Remove a directory without subdirectories; `cascade` first moves its images one up."""
    wanted = directory_path(path, "directory_path")

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, given, lock=True)
        tree = Tree.of(tx, owner.id)
        if wanted not in tree.rows:
            raise not_found(f"there is no directory {wanted!r}")
        if any(below.startswith(f"{wanted}/") for below in tree.rows):
            raise Problem(400, "validation_error", "the directory has subdirectories")
        moved = _move_up(tx, owner.id, wanted, cascade=cascade)
        here = (directory.c.dataset_id == owner.id, directory.c.path == wanted)
        tx.execute(delete(directory).where(*here))
        return plain({"success": True, "directory_path": wanted, "images_moved": moved})

    return call.once(work)


def _move_up(tx: Connection, dataset_id: str, path: str, *, cascade: bool) -> int:
    inside = (image.c.dataset_id == dataset_id, image.c.directory == path)
    rows = tx.execute(select(image.c.id, image.c.filename).where(*inside)).all()
    if rows and not cascade:
        raise Problem(400, "validation_error", "the directory has images")
    above, _name = split_path(path.removeprefix("/"))
    taken = names_in(tx, dataset_id, above)
    for row in rows:
        name = unused(row.filename, taken)
        taken.add(name)
        values = {"directory": above, "filename": name, "updated_at": now()}
        tx.execute(update(image).where(image.c.id == row.id).values(values))
    return len(rows)
