"""From opening an image to its first pixels, to all that is in sight, to tiles.

CPU of the process and of those it decodes in. What belongs to the first pixels is measured by
itself (`first_pixels.py`); all else is in the real window, with what that does besides: the list,
thumbnails, neighbours. It shows another image before and has come to rest, nothing
of this one is known, and the folder has been opened once, as any but the very first time.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt

from bench import photographs
from bench.figure import Figure
from bench.first_pixels import family_cpu, first_pixels
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
_FIRST_TIMES: Final = 7
_TIMES: Final = 3
_NEIGHBOURS: Final = 4
_PREFETCH_S: Final = 3.0
_REST_S: Final = 0.5
_RESTING_CPU_S: Final = 0.05
"""What a window at rest spends in that time, of which turning the event loop is most."""


def figures(order: Order) -> Iterator[Figure]:
    if order.wants("images.first"):
        before = photographs.jpeg("2mp", (1600, 1200))
        for case, (limit, file) in _FILES.items():
            first = [first_pixels(file(), before) for _ in range(_FIRST_TIMES)]
            yield Figure("images.first", 0, 1, first, limit, case)
    if order.wants("images.sharp", "images.tiles"):
        for case, (_limit, file) in _FILES.items():
            yield from _opened(case, file())
    if order.wants("images.next", "images.next.wall"):
        yield from _stepped(photographs.jpeg("24mp", (6000, 4000)))


def _opened(case: str, image: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as home:
        _know(Path(home), image)
        found = [_open_once(Path(home), image) for _ in range(_TIMES)]
    sharp, tiles = (list(samples) for samples in zip(*found, strict=True))
    yield Figure("images.sharp", 0, 1, sharp, None, case)
    yield Figure("images.tiles", 0, 1, tiles, None, case)


def _open_once(home: Path, image: Path) -> tuple[float, float]:
    """To all that is in sight, and then to the middle at full size; ms."""
    annotator = Annotator(home)
    annotator.window.resize(1920, 1080)
    _come_to_rest()
    start = family_cpu()
    annotator.application.opening.open_path(image)
    wait_until(partial(_shows, annotator, image.name), "the pixels", 120.0)
    annotator.waits_for_the_image()
    sharp = family_cpu() - start
    tiles = _tiles(annotator)
    annotator.quits()
    shutil.rmtree(home / "config")  # the next start shows the sample project again
    return sharp * 1000, tiles


def _come_to_rest() -> None:
    """Until thumbnails and neighbours of the image before are there."""
    before = family_cpu()
    run_for(_REST_S)
    while family_cpu() - before > _RESTING_CPU_S:
        before = family_cpu()
        run_for(_REST_S)


def _tiles(annotator: Annotator) -> float:
    """To show the middle at full size, once the rest has come to rest."""
    _come_to_rest()
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
    """Whether pixels of this image, and no preview, are on the canvas."""
    project, canvas = annotator.application.project, annotator.canvas
    row = project.rows.get(project.current or "")
    if row is None or row.filename != filename or not project.has_pixels:
        return False
    place = QRect(canvas.rect().center() - QPoint(8, 8), canvas.rect().center() + QPoint(8, 8))
    seen = canvas.grab(place).toImage()
    colours = {seen.pixel(x, y) for x in range(seen.width()) for y in range(seen.height())}
    return len(colours) > 1
