"""Minutes of work by chance in the real window: does memory grow, does a frame ever take long?

Pan, zoom, hover, draw, delete, undo and the next image (`errands.py`). A frame is one turn of the
event loop, measured in CPU of the thread that paints. There are more images than the memory for
pixels holds, so that they come and go all the time. The first quarter is a warm-up: every image
has been there and back, and the caches are as full as they get; only what comes after it counts.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import psutil
from numpy.typing import NDArray

from bench.errands import Errands
from bench.figure import Figure
from bench.peers import data
from bench.peers.clocks import resident_mb
from bench.registry import Order
from bench.xhand import XHand
from limner.storage.places import Places
from limner.storage.settings import Settings, SettingsFile
from robot import Annotator

_IMAGES: Final = 6
_SHAPES: Final = 1_000
_PIXELS_MB: Final = 200
"""Memory for pixels: three of the images, which take 64 MB each."""

_WARM_UP: Final = 0.25
"""The share of the time that is warm-up; the images are visited before it begins."""

_SPAN_S: Final = 15.0
_LOOK_S: Final = 0.5
"""How often the memory is looked at."""

_TURNS_A_SECOND: Final = 1_000

_LONGEST_MS: Final = 100.0
_SLOPE_MB: Final = 1.0


def figures(order: Order) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        annotator = _annotator(Path(folder))
        with XHand(annotator.window, annotator.canvas) as hand:
            soak = _Soak(order.minutes * 60)
            actions = soak.run(Errands(annotator, hand, order.seed, soak.frames.add))
        annotator.quits()
        surprises = annotator.application.surprises
    if surprises:
        raise AssertionError("the editor was surprised") from surprises[0]
    case, frames = f"seed {order.seed}", soak.frames.all()
    for where, memory in (("", soak.editor), (", decoders", soak.decoders)):
        slope = [memory.slope()]
        yield Figure("soak.slope", _SHAPES, 1, slope, _SLOPE_MB, case + where, "MB/min")
        yield Figure("soak.rss", _SHAPES, 1, memory.megabytes, None, case + where, "MB")
    yield Figure("soak.frame", _SHAPES, 1, frames, None, case, "ms gui")
    yield Figure("soak.longest", _SHAPES, 1, [max(frames)], _LONGEST_MS, case, "ms gui")
    yield Figure("soak.actions", _SHAPES, 1, [float(actions)], None, case, "count")


def _annotator(folder: Path) -> Annotator:
    """On the first of some images, in a window as large as the screen."""
    home, image = folder / "home", data.write(folder / "images", 0)
    for number in range(1, _IMAGES):
        shutil.copy(image, image.with_stem(f"more{number}"))
    data.write_home(home, image, _SHAPES)
    places = Places.find({"LIMNER_HOME": str(home)})
    places.make()
    settings = Settings(pixel_memory_mb=_PIXELS_MB)
    SettingsFile(places.config / "settings.json").save(settings)
    annotator = Annotator(home, image)
    annotator.window.showNormal()
    annotator.window.setGeometry(0, 0, 1920, 1080)
    return annotator


class _Soak:
    """What was seen of frames and memory."""

    def __init__(self, seconds: float) -> None:
        self.frames = _Frames(seconds)
        self.editor = _Memory()
        self.decoders = _Memory()
        self._seconds = seconds

    def run(self, errands: Errands) -> int:
        """Run errands until the time is over; how many there were."""
        errands.visit_all()
        self.frames.clear()
        start, actions, next_look = time.monotonic(), 0, self._seconds * _WARM_UP
        while (elapsed := time.monotonic() - start) < self._seconds:
            errands.run_one()
            actions += 1
            if elapsed >= next_look:
                self._look(elapsed)
                next_look = elapsed + _LOOK_S
        return actions

    def _look(self, moment: float) -> None:
        self.editor.add(moment, resident_mb())
        self.decoders.add(moment, _decoders_mb())


class _Memory:
    """Resident megabytes in the course of time."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self.megabytes: list[float] = []

    def add(self, moment: float, megabytes: float) -> None:
        self.moments.append(moment)
        self.megabytes.append(megabytes)

    def slope(self) -> float:
        """Megabytes a minute of what is never given back: of the least in each quarter minute.

        While an image is being read, it is there twice; that comes and goes.
        """
        floors: dict[int, float] = {}
        for moment, memory in zip(self.moments, self.megabytes, strict=True):
            span = int(moment / _SPAN_S)
            floors[span] = min(memory, floors.get(span, memory))
        minutes = np.array(list(floors)) * _SPAN_S / 60
        return float(np.polyfit(minutes, list(floors.values()), 1)[0])


class _Frames:
    """Milliseconds, in memory that was taken before: a list of them would grow by 1 MB a minute."""

    def __init__(self, seconds: float) -> None:
        self._found: NDArray[np.float32] = np.ones(int(seconds + 120) * _TURNS_A_SECOND, np.float32)
        self._count = 0

    def add(self, milliseconds: float) -> None:
        self._found[self._count] = milliseconds
        self._count += 1

    def clear(self) -> None:
        self._count = 0

    def all(self) -> list[float]:
        return [float(each) for each in self._found[: self._count]]


def _decoders_mb() -> float:
    """The memory of the processes that decode; xdotool is not ours."""
    children = psutil.Process().children(recursive=True)
    return sum(_resident(child) for child in children) / 2**20


def _resident(child: psutil.Process) -> int:
    try:
        return 0 if child.name() == "xdotool" else int(child.memory_info().rss)
    except psutil.NoSuchProcess:  # ended since it was listed
        return 0
