"""A hand on the mouse and the keyboard: real Qt input events, sent to the window itself.

The tour shows with it that the editor works; tests tell their stories with it. Events go to the
QWindow, so that hit-testing, shortcuts, focus and hovering happen as they do for a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from limner.canvas.view import Canvas

_DRAG_STEPS = 4
_PATIENCE_S = 20.0


class TookTooLong(AssertionError):
    """What was waited for did not happen."""


def wait_until(condition: Callable[[], bool], what: str, patience_s: float = _PATIENCE_S) -> None:
    """Let the event loop run until `condition` holds.

    Raises:
        TookTooLong: it did not, within `patience_s`.
    """
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise TookTooLong(f"waited {patience_s:g} s for {what}")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.001)


class Hand:
    """One hand over one window; points on the canvas are in image pixels."""

    def __init__(self, window: QWidget, canvas: Canvas) -> None:
        self._window = window
        self._canvas = canvas

    # --- the keyboard

    def press(
        self, key: Qt.Key, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press and release a key, wherever the focus is."""
        QTest.keyClick(self._handle(), key, mods)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        """Type `text`, key by key, wherever the focus is."""
        focused = QApplication.focusWidget() or self._window
        QTest.keyClicks(focused, text)
        QApplication.processEvents()

    # --- the mouse over any widget

    def click_on(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click in the middle of a widget, or at a point of it."""
        point = widget.mapTo(self._window, widget.rect().center() if at is None else at)
        QTest.mouseMove(self._handle(), point)
        QTest.mouseClick(
            self._handle(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            point,
        )
        QApplication.processEvents()

    # --- the mouse over the canvas

    def move(self, x: float, y: float) -> None:
        QTest.mouseMove(self._handle(), self._point(x, y))
        QApplication.processEvents()

    def click(
        self,
        x: float,
        y: float,
        mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Move there and click with the left button."""
        self.move(x, y)
        QTest.mouseClick(self._handle(), Qt.MouseButton.LeftButton, mods, self._point(x, y))
        QApplication.processEvents()

    def drag(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        """Press at `start`, move in a few steps, release at `end`."""
        handle, first, last = self._handle(), self._point(*start), self._point(*end)
        self.move(*start)
        QTest.mousePress(handle, button, mods, first)
        for step in range(1, _DRAG_STEPS + 1):
            share = step / _DRAG_STEPS
            QTest.mouseMove(
                handle, (QPointF(first) * (1 - share) + QPointF(last) * share).toPoint()
            )
            QApplication.processEvents()
        QTest.mouseRelease(handle, button, mods, last)
        QApplication.processEvents()

    def click_through(self, points: Sequence[tuple[float, float]]) -> None:
        for x, y in points:
            self.click(x, y)

    def _point(self, x: float, y: float) -> QPoint:
        return self._canvas.mapTo(self._window, self._canvas.to_widget(x, y).toPoint())

    def _handle(self) -> QWindow:
        handle = self._window.windowHandle()
        if handle is None:
            raise TookTooLong("the window has not been shown")
        return handle
