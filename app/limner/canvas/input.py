"""Qt's events in the words of the tools, and the tools' cursors in those of Qt."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent

from limner.canvas.turn import UNTURNED, Turn
from limner.tools.tool import Cursor, Key, Mods

_KEYS: Final = {
    Qt.Key.Key_Return: Key.ENTER,
    Qt.Key.Key_Enter: Key.ENTER,
    Qt.Key.Key_Escape: Key.ESCAPE,
    Qt.Key.Key_Backspace: Key.BACKSPACE,
    Qt.Key.Key_Delete: Key.DELETE,
    Qt.Key.Key_Left: Key.LEFT,
    Qt.Key.Key_Right: Key.RIGHT,
    Qt.Key.Key_Up: Key.UP,
    Qt.Key.Key_Down: Key.DOWN,
}

_CURSORS: Final = {
    Cursor.ARROW: Qt.CursorShape.ArrowCursor,
    Cursor.CROSS: Qt.CursorShape.CrossCursor,
    Cursor.MOVE: Qt.CursorShape.SizeAllCursor,
    Cursor.OPEN_HAND: Qt.CursorShape.OpenHandCursor,
    Cursor.CLOSED_HAND: Qt.CursorShape.ClosedHandCursor,
    Cursor.RESIZE_H: Qt.CursorShape.SizeHorCursor,
    Cursor.RESIZE_V: Qt.CursorShape.SizeVerCursor,
    Cursor.RESIZE_FALL: Qt.CursorShape.SizeFDiagCursor,
    Cursor.RESIZE_RISE: Qt.CursorShape.SizeBDiagCursor,
    Cursor.ROTATE: Qt.CursorShape.PointingHandCursor,
    Cursor.POINT: Qt.CursorShape.PointingHandCursor,
    Cursor.ADD: Qt.CursorShape.DragCopyCursor,
}


_STEPS: Final = {
    Key.LEFT: (-1.0, 0.0),
    Key.RIGHT: (1.0, 0.0),
    Key.UP: (0.0, -1.0),
    Key.DOWN: (0.0, 1.0),
}
_ARROWS: Final = {step: key for key, step in _STEPS.items()}

_PULLS: Final = {
    Cursor.RESIZE_H: (1.0, 0.0),
    Cursor.RESIZE_V: (0.0, 1.0),
    Cursor.RESIZE_FALL: (1.0, 1.0),
    Cursor.RESIZE_RISE: (1.0, -1.0),
}
"""One of the two directions that each of these points in."""
_PULLED: Final = {pull: cursor for cursor, pull in _PULLS.items()}


def key_of(event: QKeyEvent, turn: Turn = UNTURNED) -> Key | None:
    """The key, when it is one that means something inside a gesture.

    In a turned view an arrow key is the one that leads the same way in the image.
    """
    key = _KEYS.get(Qt.Key(event.key()))
    step = _STEPS.get(key) if key is not None else None
    return key if step is None else _ARROWS[turn.unturned(*step)]


def mods_of(modifiers: Qt.KeyboardModifier) -> Mods:
    """The modifier keys held down; on a Mac, Qt calls the command key Control."""
    mods = Mods.NONE
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        mods |= Mods.SHIFT
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        mods |= Mods.CTRL
    if modifiers & Qt.KeyboardModifier.AltModifier:
        mods |= Mods.ALT
    return mods


def cursor_shape(cursor: Cursor, turn: Turn = UNTURNED) -> Qt.CursorShape:
    """The mouse pointer that Qt has for it; arrows point the way that edges move on the screen."""
    pull = _PULLS.get(cursor)
    if pull is None:
        return _CURSORS[cursor]
    x, y = turn.seen(*pull)
    return _CURSORS[_PULLED.get((x, y)) or _PULLED[-x, -y]]


def is_space(event: QKeyEvent) -> bool:
    """Whether it is the space bar alone, which turns the left button into a hand."""
    return event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.NoModifier


def is_pinch(event: QNativeGestureEvent) -> bool:
    """Whether two fingers on a trackpad move apart or together."""
    return event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
