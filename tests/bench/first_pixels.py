"""What the first pixels of an image take: to read, to decode, to hand over and to paint them.

A canvas and what brings pixels to it, as in the window, without what else a window does when an
image is opened: no list, no thumbnails, no neighbours. The levels that are still to come are not
counted either, though their decoding begins before the first pixels are painted.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import psutil
from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from typing_extensions import override

from limner.api.pictograph import ImageRow
from limner.canvas.view import Canvas
from limner.imaging.children import command
from limner.imaging.decoder import Decoder
from limner.imaging.picture import Picture
from limner.imaging.pyramid_cache import PyramidCache
from limner.shell.hand import wait_until
from limner.shell.main_thread import QtMainThread
from limner.storage.image_files import ImageFiles
from limner.storage.thumbnails import Thumbnails
from limner.sync.image_source import KnownFile
from limner.sync.lanes import PROCESSES, Lanes
from limner.sync.opening import Opener, Wanted
from limner.sync.pixels import Fetching, Pixels, Preparing, Shown
from limner.sync.small_pictures import SmallPictures

_AROUND: Final = QPoint(8, 8)
_BUDGET: Final = 512_000_000
_ROOM: Final = 1_000_000_000
_PATIENCE_S: Final = 120.0


def children_cpu() -> float:
    """CPU seconds of the processes that this one started and that still live."""
    children = (child.pid for child in psutil.Process().children(recursive=True))
    # Linux: the clock of another process, with nanoseconds where /proc has ticks of 10 ms.
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in children)


def family_cpu() -> float:
    """CPU seconds of this process and of those that it started and that still live."""
    return time.process_time() + children_cpu()


def first_pixels(image: Path, before: Path) -> float:
    """CPU milliseconds from asking for `image` until some of it is painted.

    `before` is shown already then, so that the decoder has been at work.
    """
    with tempfile.TemporaryDirectory() as folder, _stand(Path(folder)) as stand:
        stand.shows(before)
        return stand.shows(image)


@contextmanager
def _stand(folder: Path) -> Iterator[_Stand]:
    decoder, main = Decoder(command("limner.imaging.cell"), processes=PROCESSES), QtMainThread()
    lanes = Lanes(main)
    pyramids = PyramidCache(folder / "pyramids", _ROOM, command("limner.imaging.pyramid_child"))
    small = SmallPictures(decoder, lanes, Thumbnails(folder / "thumbnails"))
    pixels = Pixels(Opener(decoder, pyramids, _BUDGET), lanes, small, _BUDGET)
    try:
        with closing(_Stand(pixels, ImageFiles(folder / "images", _ROOM))) as made:
            yield made
    finally:
        decoder.close()
        lanes.close(_PATIENCE_S)
        main.close()


class _Stand:
    """Shows one image after the other; it hears of their pixels (`Hears`)."""

    def __init__(self, pixels: Pixels, files: ImageFiles) -> None:
        self._pixels = pixels
        self._files = files
        self._canvas = Canvas()
        self._canvas.resize(1920, 1080)
        self._canvas.show()
        self._eye = _Eye(self._canvas)
        self._has_pixels = False
        self._decoded = 0.0
        """What the children had spent when the first pixels came."""

    def shows(self, image: Path) -> float:
        """CPU milliseconds from asking for `image` until something of it is painted."""
        self._has_pixels = False
        here, there = time.process_time(), children_cpu()
        row = ImageRow(str(image), "bench", image.name)
        self._pixels.show(Wanted(KnownFile("bench", self._files, image), row), self)
        wait_until(self._has_been_painted, "the first pixels", _PATIENCE_S)
        return (self._eye.seen_at - here + self._decoded - there) * 1000

    def close(self) -> None:
        self._pixels.close()
        self._canvas.show_picture(None)
        self._canvas.close()

    def _has_been_painted(self) -> bool:
        return self._has_pixels and not self._eye.is_open

    def _has_come(self) -> None:
        """Something to paint is in this process: what is decoded from now on comes later."""
        if not self._has_pixels:
            self._has_pixels, self._decoded = True, children_cpu()
            self._eye.open()

    # --- what Pixels tells

    def preview(self, picture: Picture) -> None:
        self._has_come()
        self._canvas.show_picture(picture)

    def shown(self, shown: Shown) -> None:
        self._canvas.show_picture(shown.picture)
        if shown.picture.tile is None:
            self._has_come()
        else:
            shown.picture.watch(lambda _level, _area: self._has_come())

    def failed(self, error: Exception) -> None:
        raise error

    def progress(self, step: Fetching | Preparing) -> None:
        """The file is here, and has its tiles."""


class _Eye(QObject):
    """Sees when a canvas has painted something; its own looking is not in the time."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.seen_at = 0.0
        """The CPU seconds of the process when the first pixels were painted."""
        self.is_open = False
        self._canvas = canvas
        self._is_looking = False
        self._looked_s = 0.0

    def open(self) -> None:
        """Look at what is painted from now on."""
        self.is_open, self._looked_s = True, 0.0
        self._canvas.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Paint or self._is_looking:
            return False
        watched.event(event)
        painted = time.process_time()
        self._is_looking = True  # which paints too
        if self._sees_something():
            self.is_open, self.seen_at = False, painted - self._looked_s
            self._canvas.removeEventFilter(self)
        self._is_looking = False
        self._looked_s += time.process_time() - painted
        return True

    def _sees_something(self) -> bool:
        """Whether there is more than ground in the middle of the canvas."""
        middle = self._canvas.rect().center()
        place = QRect(middle - _AROUND, middle + _AROUND)
        seen = self._canvas.grab(place).toImage()
        colours = {seen.pixel(x, y) for x in range(seen.width()) for y in range(seen.height())}
        return len(colours) > 1
