"""From opening an image in the real window to its first pixels, to all that is in sight, to tiles.

CPU of the process and of those it decodes in. The window shows another image before, so nothing
of this one is known; the folder has been opened once, as any but the very first time.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from PySide6.QtCore import QPoint, QRect, Qt

from bench import photographs
from bench.figure import Figure
from bench.home import serving
from bench.registry import Order
from bench.turns import run_for
from limner.model.geometry import Bounds
from limner.shell.hand import wait_until
from robot import Annotator

_FILES: Final[dict[str, tuple[float, Callable[[], Path]]]] = {
    "24 MP JPEG": (150.0, lambda: photographs.jpeg("24mp", (6000, 4000))),
    "100 MP JPEG": (450.0, lambda: photographs.jpeg("100mp", (11_600, 8_640))),
    "400 MP TIFF": (100.0, lambda: photographs.pyramidal_tiff("400mp", 20_000)),
}
"""By case: the most that the first pixels may take, in ms CPU (DESIGN §5)."""

_NEXT_MS: Final = 50.0
_TIMES: Final = 3
_NEIGHBOURS: Final = 4
_PREFETCH_S: Final = 3.0


def figures(order: Order) -> Iterator[Figure]:
    if order.wants("images.first", "images.sharp", "images.tiles"):
        for case, (limit, file) in _FILES.items():
            yield from _opened(case, file(), limit)
    if order.wants("images.next", "images.next.wall"):
        yield from _stepped(photographs.jpeg("24mp", (6000, 4000)))


def family_cpu() -> float:
    """CPU seconds of this process and of those that it started and that still live."""
    children = (child.pid for child in psutil.Process().children(recursive=True))
    # Linux: the clock of another process, with nanoseconds where /proc has ticks of 10 ms.
    return time.process_time() + sum(time.clock_gettime((~pid << 3) | 2) for pid in children)


def _opened(case: str, image: Path, limit: float) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as home:
        _know(Path(home), image)
        found = [_open_once(Path(home), image) for _ in range(_TIMES)]
    first, sharp, tiles = (list(samples) for samples in zip(*found, strict=True))
    yield Figure("images.first", 0, 1, first, limit, case)
    yield Figure("images.sharp", 0, 1, sharp, None, case)
    yield Figure("images.tiles", 0, 1, tiles, None, case)


def _open_once(home: Path, image: Path) -> tuple[float, float, float]:
    """To the first pixels, to all that is in sight, and then to the middle at full size; ms."""
    annotator = Annotator(home)
    annotator.window.resize(1920, 1080)
    run_for(0.5)
    start = family_cpu()
    annotator.application.open_path(image)
    wait_until(partial(_shows, annotator, image.name), "the first pixels", 120.0)
    first = family_cpu() - start
    annotator.waits_for_the_image()
    sharp = family_cpu() - start
    tiles = _tiles(annotator)
    annotator.quits()
    shutil.rmtree(home / "config")  # the next start shows the sample project again
    return first * 1000, sharp * 1000, tiles


def _tiles(annotator: Annotator) -> float:
    """To show the middle at full size, once the rest has come to rest."""
    run_for(1.0)
    canvas, start = annotator.canvas, family_cpu()
    x, y = canvas.visible_bounds().centre
    canvas.zoom_to(1.0)
    canvas.centre_on(Bounds(x, y, x, y))
    wait_until(lambda: canvas.is_settled, "the tiles", 60.0)
    return (family_cpu() - start) * 1000


def _stepped(image: Path) -> Iterator[Figure]:
    """From the key to the painted neighbour, after a pause in which it can be fetched ahead."""
    cpu, wall = [], []
    with tempfile.TemporaryDirectory() as folder:
        home, images = Path(folder) / "home", Path(folder) / "images"
        images.mkdir()
        for number in range(_NEIGHBOURS):
            shutil.copy(image, images / f"{number}.jpg")
        _know(home, images / "0.jpg")
        annotator = Annotator(home, images / "0.jpg")
        annotator.window.resize(1920, 1080)
        for number in range(1, _NEIGHBOURS):
            run_for(_PREFETCH_S)
            start = family_cpu(), time.perf_counter()
            annotator.hand.press(Qt.Key.Key_D)
            wait_until(partial(_shows, annotator, f"{number}.jpg"), "the next image", 60.0)
            cpu.append((family_cpu() - start[0]) * 1000)
            wall.append((time.perf_counter() - start[1]) * 1000)
        annotator.quits()
    yield Figure("images.next", 0, 1, cpu, _NEXT_MS, "24 MP JPEG")
    yield Figure("images.next.wall", 0, 1, wall, None, "24 MP JPEG", "ms wall")


def _know(home: Path, image: Path) -> None:
    with serving(home) as server:
        server.open_folder(str(image.parent))


def _shows(annotator: Annotator, filename: str) -> bool:
    """Whether any pixel of this image is on the canvas."""
    project, canvas = annotator.application.project, annotator.canvas
    row = project.rows.get(project.current or "")
    if row is None or row.filename != filename or not project.has_pixels:
        return False
    place = QRect(canvas.rect().center() - QPoint(8, 8), canvas.rect().center() + QPoint(8, 8))
    seen = canvas.grab(place).toImage()
    colours = {seen.pixel(x, y) for x in range(seen.width()) for y in range(seen.height())}
    return len(colours) > 1
