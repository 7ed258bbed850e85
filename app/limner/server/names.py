"""Which names a dataset, a directory and a file may have, so that every URL means one thing."""

from __future__ import annotations

import re
from typing import Final

from limner.server.errors import Step, wrong_field

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST: Final = 255
ROOT: Final = "/"


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an id; clients tell ids from names by nothing else."""
    return _UUID.fullmatch(text) is not None


def why_not_a_name(name: str) -> str | None:
    """What is wrong with `name` as a segment of a URL; None when nothing is."""
    if not name.strip():
        return "must not be empty"
    if name in (".", ".."):
        return f"must not be {name!r}"
    if "/" in name:
        return "must not contain '/'"
    if _CONTROL.search(name):
        return "must not contain control characters"
    if len(name) > _LONGEST:
        return f"must not be longer than {_LONGEST} characters"
    return None


def dataset_name(name: str, *loc: Step) -> str:
    """`name`, when a dataset may have it; a 422 at `loc` otherwise."""
    wrong = why_not_a_name(name)
    if wrong is None and is_id(name):
        wrong = "must not look like an id"
    if wrong is not None:
        raise wrong_field(f"a dataset's name {wrong}", *loc)
    return name


def file_name(name: str, *loc: Step) -> str:
    """`name`, when a file may have it; a 422 at `loc` otherwise."""
    if wrong := why_not_a_name(name):
        raise wrong_field(f"a file's name {wrong}", *loc)
    return name


def directory_path(path: str, *loc: Step) -> str:
    """`path` as it is stored, "/" or "/a/b"; a 422 at `loc` when a segment is not a name."""
    inner = path.strip().removeprefix("/").removesuffix("/")
    if not inner:
        return ROOT
    for segment in inner.split("/"):
        if wrong := why_not_a_name(segment):
            raise wrong_field(f"a directory's name {wrong}", *loc)
    return f"/{inner}"


def split_path(path: str) -> tuple[str, str]:
    """An address `directory/filename` as (directory, filename); a bare name lies in the root."""
    directory, _, name = path.rpartition("/")
    return (f"/{directory}" if directory else ROOT), name


def joined(directory: str, name: str) -> str:
    """The path of `name` in `directory`, "/a/name"."""
    return f"{directory.rstrip('/')}/{name}"


def parents(path: str) -> list[str]:
    """`path` and every directory above it but the root, outermost first."""
    parts = path.strip("/").split("/") if path != ROOT else []
    return ["/" + "/".join(parts[: i + 1]) for i in range(len(parts))]


def unused(name: str, taken: set[str]) -> str:
    """`name`, or `stem-1.ext`, `stem-2.ext`… when it is taken."""
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    return free
