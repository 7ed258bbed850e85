"""Pyramids on disk, for images that are too large for the memory and have no tiles of their own."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from limner.imaging.facts import ImageFacts
from limner.imaging.problems import ImageProblem, NoRoom, Unreadable
from limner.imaging.pyramid_builder import build_pyramid
from limner.imaging.pyramid_format import expected_bytes
from limner.imaging.pyramid_maker import Progress
from limner.imaging.tiff import pages

_LAYOUT: Final = 1
"""Goes up when pyramids of before cannot be used any more."""

_IN_USE: Final = 4
"""The pyramids asked for last: of the picture on the screen and of those beside it."""

_ABANDONED_S: Final = 600.0
"""A pyramid that is being made grows all the time; one that did not for so long has no maker."""

_SPARE_BYTES: Final = 500_000_000
"""What is left to others on the disk."""


class _Kept(NamedTuple):
    used: float
    path: Path
    size: int


class PyramidCache:
    """A folder of finished pyramids, the least recently used of which go when it is full.

    Methods may be called on any thread, also of several programs with the same folder at a time.
    """

    def __init__(self, folder: Path, limit_bytes: int, command: Sequence[str]) -> None:
        """`command` starts the process that makes one (`pyramid_child.py`)."""
        self.limit_bytes = limit_bytes
        self._folder = folder
        self._command = tuple(command)
        self._in_use: deque[Path] = deque(maxlen=_IN_USE)

    def find(self, path: Path, page: int = 0) -> Path | None:
        """The pyramid of exactly this page of this file as it is now; open it as a `TileFile`.

        One that the disk has spoilt is removed.
        """
        try:
            pyramid = self._place(path, page)
            os.utime(pyramid)
        except OSError:  # the image is gone or the pyramid is not there: none, in either case
            return None
        if not _is_whole(pyramid):
            _remove(pyramid)
            return None
        self._in_use.append(pyramid)
        return pyramid

    def build(
        self,
        path: Path,
        name: str,
        page: int,
        facts: ImageFacts,
        progress: Progress,
        is_cancelled: Callable[[], bool],
    ) -> Path:
        """Make the pyramid of a page and wait for it; nothing is left of one that is not finished.

        Raises:
            ImageProblem: it cannot be made, there is no room for it, or it `is_cancelled`; `name`
                is what the message calls the image.
        """
        try:
            pyramid = self._place(path, page)
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreadable(name, error.strerror or str(error)) from error
        self._remove_others(pyramid)
        self._make_room(expected_bytes(facts), name)
        part = pyramid.with_name(f"{pyramid.stem}.{secrets.token_hex(4)}.part")
        try:
            build_pyramid(self._command, path, part, name, page, facts, progress, is_cancelled)
            part.replace(pyramid)
        finally:
            part.unlink(missing_ok=True)
        self._in_use.append(pyramid)
        self.sweep()
        return pyramid

    def sweep(self) -> None:
        """Remove what was never finished, and what is too much."""
        for part in self._folder.glob("*.part"):
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > _ABANDONED_S:
                    part.unlink()
        self._shrink(self.limit_bytes)

    def size_bytes(self) -> int:
        """How much the finished pyramids take."""
        return sum(kept.size for kept in self._kept())

    def clear(self) -> None:
        """Remove all pyramids but those in use."""
        self._shrink(0)

    def _place(self, path: Path, page: int) -> Path:
        """Where the pyramid of a file belongs: another one for each state the file was in."""
        state = path.stat()
        stamp = f"{page}-{state.st_size:x}-{state.st_mtime_ns:x}"
        return self._folder / f"{_digest(path)}-{_LAYOUT}-{stamp}.tif"

    def _remove_others(self, pyramid: Path) -> None:
        """Remove pyramids that were made of the same page when the file was another."""
        digest, layout, page, *_state = pyramid.stem.split("-")
        for other in self._folder.glob(f"{digest}-{layout}-{page}-*.tif"):
            if other != pyramid:
                _remove(other)

    def _make_room(self, needed: int, name: str) -> None:
        """Raise NoRoom: it does not fit even when everything else that may go has gone."""
        if needed > self.limit_bytes:
            raise NoRoom(name, needed)
        self._shrink(self.limit_bytes - needed)
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError as error:
            raise Unreadable(name, error.strerror or str(error)) from error
        if free < needed + _SPARE_BYTES:
            raise NoRoom(name, needed)

    def _shrink(self, limit: int) -> None:
        """Remove pyramids, least recently used first, until the rest takes no more than `limit`."""
        kept = sorted(self._kept())
        total = sum(pyramid.size for pyramid in kept)
        for pyramid in kept:
            if total <= limit:
                return
            if pyramid.path not in self._in_use and _remove(pyramid.path):
                total -= pyramid.size

    def _kept(self) -> Iterator[_Kept]:
        for path in self._folder.glob("*.tif"):
            with suppress(FileNotFoundError):  # another program may remove it meanwhile
                state = path.stat()
                yield _Kept(state.st_mtime, path, state.st_size)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:24]


def _is_whole(pyramid: Path) -> bool:
    """Whether its directories, which were written last, can be read."""
    try:
        return bool(pages(pyramid)[0].levels)
    except ImageProblem:
        return False


def _remove(path: Path) -> bool:
    """Whether a pyramid could be removed; Windows keeps what somebody reads."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        return False
    return True
