"""The canvas: one widget that shows an image with its annotations and feeds the tool.

It holds derived things only and can be rebuilt from the document at any moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from limner.canvas.input import is_pinch, is_space, key_of, mods_of
from limner.canvas.minimap import Minimap
from limner.canvas.worktop import Worktop
from limner.tools.tool import Overlay, Pointer, Tool
from limner.tools.toolbox import DRAWING

_NOTCH: Final = 1.2
"""One notch of a wheel zooms by this factor."""

_NOTCH_UNITS: Final = 120.0
_HAND: Final = "hand"
_LEFT: Final = Qt.MouseButton.LeftButton
_MIDDLE: Final = Qt.MouseButton.MiddleButton


class Canvas(Worktop):
    pointer_at = Signal(float, float)
    """The pointer is over another place of the image; image pixels."""
    pointer_left = Signal()
    overlay_changed = Signal()
    """A tool has seen an event: cursor, hint or selection may have changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Image canvas")
        self._pan_from: QPointF | None = None
        self._pan_button = Qt.MouseButton.NoButton
        self._is_space_down = False
        self._is_pressed = False
        self._is_crosshair_on = True
        self._pointer: QPointF | None = None
        self.view_changed.connect(self._tell_pointer)
        self.minimap = Minimap(self)
        self.minimap.entered.connect(self._lose_pointer)

    @override
    def use(self, tool: Tool | None) -> None:
        self._is_pressed = False
        self._cross(None)
        super().use(tool)

    # The pointer

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press(event, clicks=1)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._press(event, clicks=2)

    def _press(self, event: QMouseEvent, clicks: int) -> None:
        button = event.button()
        self._pointer = event.position()
        if self._pan_from is not None or self._is_pressed:
            return
        if button == _MIDDLE or (button == _LEFT and self._is_hand()):
            self._pan_from, self._pan_button = event.position(), button
            self._refresh_cursor()
        elif button == _LEFT and self._tool is not None and self._is_working():
            self._is_pressed = True
            self._feed(self._tool.press, event, clicks)
        else:
            event.ignore()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        self._cross(event.position() if self._has_crosshair() else None)
        if self._pan_from is not None:
            step = event.position() - self._pan_from
            self._pan_from = event.position()
            self.pan_by(step.x(), step.y())
            return
        if self._tool is not None and self._is_working():
            self._feed(self._tool.move, event)
        self._tell_pointer()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None and event.button() == self._pan_button:
            self._pan_from = None
            self._refresh_cursor()
        elif event.button() == _LEFT and self._is_pressed:
            self._is_pressed = False
            if self._tool is not None and self._is_working():
                self._feed(self._tool.release, event)
        else:
            event.ignore()

    def _feed(
        self, gesture: Callable[[Pointer], None], event: QMouseEvent, clicks: int = 1
    ) -> None:
        """Tell the tool, then draw what it wants drawn."""
        x, y = self.to_image(event.position())
        scale = self.devicePixelRatioF() / self.zoom
        mods = mods_of(event.modifiers())
        with self._feeding():
            gesture(Pointer(x, y, scale, mods, self._is_pressed, clicks))
        self.overlay_changed.emit()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._lose_pointer()

    def _tell_pointer(self) -> None:
        """The pointer has moved over the image, or the image under the pointer."""
        if self._pointer is not None:
            self.pointer_at.emit(*self.to_image(self._pointer))

    def _lose_pointer(self) -> None:
        self._pointer = None
        self._cross(None)
        self._show_overlay(self._live.overlay)
        self.pointer_left.emit()

    @override
    def _show_overlay(self, overlay: Overlay) -> None:
        """As the tool wants it, which does not know that the pointer has gone elsewhere."""
        is_here = self._pointer is not None
        super()._show_overlay(overlay if is_here else replace(overlay, hovered=None))

    @property
    def is_crosshair_on(self) -> bool:
        """Whether hairlines go through the pointer while a shape is being drawn."""
        return self._is_crosshair_on

    def switch_crosshair(self, *, on: bool) -> None:
        self._is_crosshair_on = on
        self._cross(None)

    def _has_crosshair(self) -> bool:
        draws = self._tool is not None and self._tool.name in DRAWING
        return self._is_crosshair_on and draws and self._is_working() and not self._is_hand()

    def _cross(self, at: QPointF | None) -> None:
        """Let the hairlines cross here; only where they were and where they are is repainted."""
        if at == self._crosshair.at:
            return
        was = self._crosshair.place(self.size())
        self._crosshair.at = at
        self.update(was + self._crosshair.place(self.size()))

    def _is_hand(self) -> bool:
        """Whether the left button pans."""
        return self._is_space_down or (self._tool is not None and self._tool.name == _HAND)

    @override
    def _refresh_cursor(self) -> None:
        if self._pan_from is not None:
            self._show_cursor(Qt.CursorShape.ClosedHandCursor)
        elif self._is_hand():
            self._show_cursor(Qt.CursorShape.OpenHandCursor)
        else:
            super()._refresh_cursor()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms at the pointer; a trackpad pans, and zooms with Ctrl."""
        turned, scrolled = event.angleDelta(), event.pixelDelta()
        modifiers = event.modifiers()
        if not scrolled.isNull() and not modifiers & Qt.KeyboardModifier.ControlModifier:
            self.pan_by(scrolled.x(), scrolled.y())
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.pan_by(turned.x() + turned.y(), 0)
        elif turned.y():
            factor = _NOTCH ** (turned.y() / _NOTCH_UNITS)
            self.zoom_to(self.zoom * factor, event.position())
        else:
            self.pan_by(turned.x(), 0)
        event.accept()

    # The keys

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and is_pinch(event):
            self.zoom_to(self.zoom * (1 + event.value()), event.position())
            return True
        is_question = event.type() == QEvent.Type.ShortcutOverride
        if is_question and isinstance(event, QKeyEvent) and self._overrides_shortcut(event):
            event.accept()
            return True
        return super().event(event)

    def _overrides_shortcut(self, event: QKeyEvent) -> bool:
        """Keys that belong to a shape being drawn, whatever the window uses them for."""
        if is_space(event):
            return True
        is_drawing = self._is_working() and self._tool is not None and self._tool.is_drawing
        return is_drawing and key_of(event) is not None

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_space(event):
            self._hold_space(is_down=True)
            return
        key = key_of(event, self.turn)
        if key is None or self._tool is None or not self._is_working():
            event.ignore()
            return
        with self._feeding():
            is_used = self._tool.key(key, mods_of(event.modifiers()))
        event.setAccepted(is_used)
        self.overlay_changed.emit()

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if is_space(event) and not event.isAutoRepeat():
            self._hold_space(is_down=False)
        elif not is_space(event):
            event.ignore()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._hold_space(is_down=False)

    def _hold_space(self, *, is_down: bool) -> None:
        self._is_space_down = is_down
        self._refresh_cursor()
