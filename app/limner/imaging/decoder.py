"""Decodes image files in other processes, so that no file can harm or hold up the editor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np

from limner.imaging.cell_pool import CellPool, NobodyWaits
from limner.imaging.cell_process import CellLost, CellProcess
from limner.imaging.channel import Message
from limner.imaging.facts import ImageFacts
from limner.imaging.host import PIXEL_LIMIT
from limner.imaging.picture import Level, Pixels, Planes, Samples, Window
from limner.imaging.problems import Cancelled, Damaged, ImageProblem, TooDear, Unreadable, told

Asks = Callable[[], bool]
"""Whether nobody wants the answer any more; any thread may call it."""


def never() -> bool:
    """For answers that are wanted in any case."""
    return False


@dataclass(frozen=True, slots=True)
class Limits:
    """What decoding one file may take: pixels, and seconds until the answer."""

    pixels: int = PIXEL_LIMIT
    seconds: float = 30.0
    seconds_per_megapixel: float = 0.5


DEFAULT_LIMITS: Final = Limits()


class Decoder:
    """Up to `processes` processes that decode. Every method blocks: call it on any worker.

    `command` starts such a process (`cell.py`); the handle of its connection is added to it. All
    methods take the `name` that messages call the file, and raise an ImageProblem: for a file that
    cannot be shown, for one that crashes its decoder or takes too much, and for a request that
    `is_cancelled` (asked every 50 ms) or `close` cut off. Pixels come as read-only arrays.
    """

    def __init__(
        self, command: Sequence[str], limits: Limits = DEFAULT_LIMITS, processes: int = 2
    ) -> None:
        self._limits = limits
        self._pool = CellPool(command, processes)

    def start(self) -> None:
        """Start a process ahead of need, without waiting for it."""
        self._pool.start()

    def facts(self, path: Path, name: str, page: int = 0, is_cancelled: Asks = never) -> ImageFacts:
        """What the header says, whatever the size."""
        found, _none = self._ask("facts", path, name, is_cancelled, page=page)
        return _facts(found["facts"])

    def preview(
        self, path: Path, name: str, side: int, page: int = 0, is_cancelled: Asks = never
    ) -> Planes | None:
        """One small plane, its longer side `side` or more; None when that would take long."""
        return self._planes("preview", path, name, is_cancelled, page=page, side=side)

    def whole(self, path: Path, name: str, page: int = 0, is_cancelled: Asks = never) -> Planes:
        """All levels of the image."""
        return _some(self._planes("whole", path, name, is_cancelled, page=page), name)

    def thumbnail(self, path: Path, name: str, side: int, is_cancelled: Asks = never) -> Pixels:
        """The first page with its longer side at most `side` pixels."""
        found = self._planes("thumbnail", path, name, is_cancelled, page=0, side=side)
        return _some(found, name).planes[0].view(np.uint8)

    def tile(
        self,
        path: Path,
        name: str,
        level: int,
        column: int,
        row: int,
        page: int = 0,
        is_cancelled: Asks = never,
    ) -> Samples:
        """One tile of a file whose facts say that there are tiles."""
        place = (level, column, row)
        found = self._planes("tile", path, name, is_cancelled, page=page, tile=place)
        return _some(found, name).planes[0]

    def close(self) -> None:
        """Kill what runs and take nothing more; requests under way are cancelled."""
        self._pool.close()

    def _planes(
        self, do: str, path: Path, name: str, is_cancelled: Asks, **more: Any
    ) -> Planes | None:
        found, planes = self._ask(do, path, name, is_cancelled, **more)
        if not planes:
            return None
        window = Window(*found["window"]) if found["window"] else None
        return Planes(planes, found["warning"], window)

    def _ask(
        self, do: str, path: Path, name: str, is_cancelled: Asks, **more: Any
    ) -> tuple[Message, tuple[Samples, ...]]:
        """The answer to a request, with the planes that came with it."""
        request = {"do": do, "path": str(path), "name": name, "pixel_limit": self._limits.pixels}
        try:
            with self._pool.lent(is_cancelled) as process:
                process.ask({**request, **more})
                found, planes = self._answer(process, is_cancelled)
        except Exception as error:
            raise self._problem(error, name) from error
        if "problem" in found:
            raise told(found["problem"], name, found["message"])
        return found, planes

    def _answer(
        self, process: CellProcess, is_cancelled: Asks
    ) -> tuple[Message, tuple[Samples, ...]]:
        deadline = monotonic() + self._limits.seconds

        def patience() -> None:
            if is_cancelled():
                raise NobodyWaits
            if monotonic() > deadline:
                raise _Overdue

        found, planes = process.answer(patience)
        while "expects" in found:
            deadline += self._limits.seconds_per_megapixel * found["expects"] / 1e6
            found, planes = process.answer(patience)
        return found, planes

    def _problem(self, error: Exception, name: str) -> ImageProblem:
        """What to say of a request that ended with its process."""
        match error:
            case NobodyWaits():
                return Cancelled(name)
            case _ if self._pool.is_closed:
                return Cancelled(name)
            case OSError():
                return Unreadable(name, error.strerror or str(error))
            case _Overdue() | CellLost(was_killed=True):
                return TooDear(name)
            case _:
                return Damaged(name)


def _facts(told_of: dict[str, Any]) -> ImageFacts:
    levels = tuple(Level(*level) for level in told_of["levels"])
    tile = Level(*told_of["tile"]) if told_of["tile"] else None
    return ImageFacts(**{**told_of, "levels": levels, "tile": tile})


def _some(planes: Planes | None, name: str) -> Planes:
    if planes is None:
        raise Damaged(name)
    return planes


class _Overdue(Exception):
    """The answer takes longer than it may."""
