"""The workspace file by itself: gestures at a steady rate, one of 100,000 shapes, a million rows.

`durable` (the subject) measures a whole session, one gesture after the other; here they keep
coming whether the disk is ready or not. `gui` is CPU of the thread that makes the gesture, `wall`
runs from the gesture until it would survive a power cut.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect
from typing import Final

from bench.figure import Figure, percentile
from bench.peers import data
from bench.peers.run import drive
from bench.registry import Order
from limner.model.annotations import Annotation, BBox
from limner.model.patch import Patch, Verb
from limner.storage.entry import Entry, Kind, Op
from limner.storage.workspace_file import WorkspaceFile
from unit.journal_desk import Desk, cars

_PACED: Final = ("gui", "gui.p99", "disk", "disk.p99", "disk.max")
_RATES: Final = (60, 1_000, 5_000)
_SECONDS: Final = 5.0
_GUI_MS: Final = 1.0
_P99_MS: Final = 100.0
_MOST_MS: Final = 250.0
_SHAPES: Final = 100_000
_ROWS: Final = 1_000_000
_IMAGES: Final = 1_000
_STARTS: Final = 3
_PAINTED_MS: Final = 2_000.0
_PATIENCE_S: Final = 60.0


def figures(order: Order) -> Iterator[Figure]:
    if order.wants(*(f"journal.{name}" for name in _PACED)):
        for rate in _RATES:
            yield from _at(rate)
    if order.wants("journal.large", "journal.large.gui"):
        yield from _large()
    if order.wants("journal.start"):
        yield from _start()


def _at(rate: int) -> Iterator[Figure]:
    case, count = f"{rate:,}/s", round(rate * _SECONDS)
    with _desk(10) as desk:
        gui, disk = Pace(desk, rate).keep_up(count)
    yield Figure("journal.gui", count, 1, gui, None, case, "ms gui")
    yield Figure("journal.gui.p99", count, 1, [percentile(gui, 99)], _GUI_MS, case, "ms gui")
    yield Figure("journal.disk", count, 1, disk, None, case, "ms wall")
    yield Figure("journal.disk.p99", count, 1, [percentile(disk, 99)], _P99_MS, case, "ms wall")
    yield Figure("journal.disk.max", count, 1, [max(disk)], _MOST_MS, case, "ms wall")


@contextmanager
def _desk(count: int) -> Iterator[Desk]:
    """An image with so many shapes, on a real disk."""
    with tempfile.TemporaryDirectory() as folder:
        file = WorkspaceFile(Path(folder) / "workspace.db")
        try:
            yield Desk(file, start=cars(count))
        finally:
            file.close(_PATIENCE_S)


class Pace:
    """Gestures that come so many a second, and how soon each is on the disk."""

    def __init__(self, desk: Desk, rate: int) -> None:
        self._desk = desk
        self._rate = rate
        self._disk: list[float] = []
        self._failed: list[Exception] = []
        self._all_told = threading.Event()

    def keep_up(self, count: int) -> tuple[list[float], list[float]]:
        """GUI and wall milliseconds of each of `count` gestures."""
        gui, begun = [], time.perf_counter()
        for number in range(count):
            pause = begun + number / self._rate - time.perf_counter()
            if pause > 0:
                time.sleep(pause)
            patch = self._desk.move(float(number))
            thread, wall = time.thread_time(), time.perf_counter()
            self._gesture(patch, self._told(wall, count))
            gui.append((time.thread_time() - thread) * 1000)
        if not self._all_told.wait(_PATIENCE_S) or self._failed:
            raise RuntimeError(f"not all of it was written: {self._failed[:1]}")
        return gui, self._disk

    def _gesture(self, patch: Patch, durable: Callable[[], None]) -> None:
        self._desk.history.do(patch)
        self._desk.journal.write(Entry(op=Op(Kind.DO, patch)), durable, self._failed.append)

    def _told(self, begun: float, count: int) -> Callable[[], None]:
        def durable() -> None:
            self._disk.append((time.perf_counter() - begun) * 1000)
            if len(self._disk) == count:
                self._all_told.set()

        return durable


def _large() -> Iterator[Figure]:
    """All shapes are moved in one gesture, again and again."""
    gui, disk = list[float](), list[float]()
    with _desk(_SHAPES) as desk:
        desk.does(desk.move(-1.0))  # the list itself is on the disk then
        for _ in range(3):
            pairs = [(shape, _moved(shape)) for shape in desk.document.snapshot()]
            patch = Patch.replacing(Verb.MOVE, pairs)
            thread, wall = time.thread_time(), time.perf_counter()
            outcome = desk.starts(patch)
            gui.append((time.thread_time() - thread) * 1000)
            outcome.wait_until_safe()
            disk.append((time.perf_counter() - wall) * 1000)
    yield Figure("journal.large.gui", _SHAPES, 1, gui, None, unit="ms gui")
    yield Figure("journal.large", _SHAPES, 1, disk, None, unit="ms wall")


def _moved(shape: Annotation) -> Annotation:
    assert isinstance(shape, BBox)
    return replace(shape, x=shape.x + 1.0)


def _start() -> Iterator[Figure]:
    """From the start of the process to a painted window, with a long past on this computer."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        image = data.write(Path(folder) / "images", 0)
        data.write_home(home, image, 0)
        _write_past(home / "data" / "workspace.db")
        runs = [drive("limner", "start", "--image", str(image), home=home) for _ in range(_STARTS)]
    walls, cpus = ([run.values[f"window_{clock}"] for run in runs] for clock in ("wall", "cpu"))
    yield Figure("journal.start", _ROWS, 1, walls, _PAINTED_MS, unit="ms wall")
    yield Figure("journal.start.cpu", _ROWS, 1, cpus, None)


def _write_past(path: Path) -> None:
    """A workspace file with a million ops of a thousand images, a fiftieth of them unsent."""
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(1))
    desk.moves(2.0)
    file.close(_PATIENCE_S)
    with closing(connect(path, isolation_level=None)) as database:
        database.execute("BEGIN")
        for statement in (_MORE_IMAGES, _MORE_OPS):
            database.execute(statement, {"images": _IMAGES, "rows": _ROWS})
        database.execute("COMMIT")
        (count,) = database.execute("SELECT count(*) FROM op").fetchone()
    if count < _ROWS:
        raise RuntimeError(f"only {count} rows were written")


_IMAGE_COLUMNS: Final = "name, stem_is, stem_bytes, op_bytes, last, sent, unsent, unsent_since"
_MORE_IMAGES: Final = f"""
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :images)
    INSERT INTO image (number, origin, image_id, stem, used, is_ahead, {_IMAGE_COLUMNS})
    SELECT 1000 + i, origin, 'image ' || i, 1000 + i, 1000 + i, i % 50 = 0, {_IMAGE_COLUMNS}
    FROM n, (SELECT * FROM image LIMIT 1)
"""  # noqa: S608 - our names
_MORE_OPS: Final = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
    INSERT INTO op (seq, image, line, kind, verb, title, at, changes)
    SELECT 2000 + i, 1001 + i % :images, line, kind, verb, title, at, changes
    FROM n, (SELECT * FROM op WHERE line = 'work' LIMIT 1)
"""
