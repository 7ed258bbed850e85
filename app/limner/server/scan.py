"""The image files below a folder, found without opening one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from limner.server.names import ROOT, joined, why_not_a_name

TYPES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "webp": "image/webp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "avif": "image/avif",
    "jp2": "image/jp2",
    "heic": "image/heic",
    "heif": "image/heif",
}
"""The endings that are taken for images, in any case, and what they are sent as."""

_NUMBER: Final = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Found:
    """An image file: where it lies on this computer and where in the dataset."""

    source: str
    directory: str
    filename: str
    size: int


@dataclass(slots=True)
class Scan:
    """What a folder holds: its images in natural order, and what had to be left out and why."""

    images: list[Found] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)

    def skip(self, path: str, reason: str) -> None:
        """Note that `path` was left out."""
        self.skipped.append({"path": printable(path), "reason": reason})


def content_type(filename: str) -> str | None:
    """What a file is sent as, by its ending; None for one that is no image."""
    return TYPES.get(filename.rpartition(".")[2].lower())


def natural(name: str) -> list[str | int]:
    """A key that sorts `img2` before `img10`, whatever the case."""
    parts = _NUMBER.split(name.casefold())
    return [int(part) if i % 2 else part for i, part in enumerate(parts)]


def printable(path: str) -> str:
    """`path` as text that can be sent: bytes that are no text show as replacement marks."""
    return os.fsencode(path).decode("utf-8", "replace")


def scan(folder: Path) -> Scan:
    """Every image below `folder`; hidden files and folders are passed over.

    A folder that is reached twice, by a symbolic link, counts once.

    Raises:
        OSError: `folder` itself cannot be read.
    """
    result = Scan()
    seen = {_identity(folder)}
    waiting = [(str(folder), ROOT)]
    while waiting:
        path, directory = waiting.pop()
        try:
            entries = _entries(path)
        except OSError as error:
            if directory == ROOT:
                raise
            result.skip(path, error.strerror or "cannot be read")
            continue
        for entry in entries:
            try:
                if _is_new_folder(entry, seen, result):
                    waiting.append((entry.path, joined(directory, entry.name)))
            except OSError as error:
                result.skip(entry.path, error.strerror or "cannot be read")
        result.images.extend(_images(entries, directory, result))
    result.images.sort(key=lambda found: (natural(found.directory), natural(found.filename)))
    return result


def _entries(path: str) -> list[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        return [entry for entry in entries if not entry.name.startswith(".")]


def _identity(path: str | Path) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - also for the plain strings that scandir gives
    return status.st_dev, status.st_ino


def _is_new_folder(entry: os.DirEntry[str], seen: set[tuple[int, int]], result: Scan) -> bool:
    if not entry.is_dir():
        return False
    if wrong := _why_not(entry.name):
        result.skip(entry.path, f"the folder's name {wrong}")
        return False
    identity = _identity(entry.path)
    if identity in seen:
        return False
    seen.add(identity)
    return True


def _images(entries: list[os.DirEntry[str]], directory: str, result: Scan) -> Iterator[Found]:
    for entry in entries:
        if content_type(entry.name) is None:
            continue
        if wrong := _why_not(entry.name):
            result.skip(entry.path, f"the file's name {wrong}")
            continue
        try:
            if entry.is_file():
                yield Found(entry.path, directory, entry.name, entry.stat().st_size)
            elif not entry.is_dir():
                result.skip(entry.path, "is not a file")
        except OSError as error:
            result.skip(entry.path, error.strerror or "cannot be read")


def _why_not(name: str) -> str | None:
    if printable(name) != name:
        return "is not text (UTF-8)"
    return why_not_a_name(name)
