"""The event loop turned by hand, so that every input and every turn can be timed by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

_PATIENCE_S: Final = 2.0
_NAP_S: Final = 0.0003
"""Between two looks whether the input has come: long enough to cost nothing that is seen."""

_INPUTS: Final = (
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.Wheel,
)


class Watch(QObject):
    """Takes the time of each input on a canvas and of the repaint that it asks for.

    It passes both on by itself, to know when they end: the next turn of the event loop would have
    background work in it that is not theirs.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._window = canvas.window()
        self._began = 0.0
        self._ended = 0.0
        self._has_begun = False
        self._is_painted = False
        canvas.installEventFilter(self)
        self._window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._canvas and kind in _INPUTS:
            if not self._has_begun:
                self._has_begun, self._is_painted = True, False
                self._began = time.process_time()
        elif watched is self._canvas and kind == QEvent.Type.Paint:
            self._is_painted = True
            return False
        elif watched is not self._window or kind != QEvent.Type.UpdateRequest:
            return False
        watched.event(event)
        self._ended = time.process_time()
        return True

    def cost(self, action: Callable[[], object]) -> float | None:
        """CPU milliseconds of the process from an input's arrival to the end of its repaint.

        None when the input never came: the X server merges moves to where the pointer is already.
        """
        self._has_begun = False
        deadline = time.monotonic() + _PATIENCE_S
        action()
        while not self._has_begun:
            if time.monotonic() > deadline:
                return None
            QApplication.processEvents()
            time.sleep(_NAP_S)
        for _ in range(3):
            if not self._is_painted:
                QApplication.sendPostedEvents()
                QApplication.processEvents()
        return (self._ended - self._began) * 1000


def turn() -> float:
    """Turn the event loop once; CPU milliseconds of this thread."""
    start = time.thread_time()
    QApplication.processEvents()
    return (time.thread_time() - start) * 1000


def run_for(seconds: float) -> None:
    """Let the event loop run."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        turn()
        time.sleep(0.002)
