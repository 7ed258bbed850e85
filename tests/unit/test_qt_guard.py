"""The guard against the pair of Python and Qt that aborts in the middle of work."""

from __future__ import annotations

import ctypes
import sys
from importlib.metadata import version

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from limner.shell import qt_guard
from limner.shell.qt_guard import UnsoundQt

WHERE_NONE_IS_MORTAL = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on"
)


def test_the_installed_pair_is_sound() -> None:
    qt_guard.check()


def test_python_3_11_never_gets_pyside_6_12() -> None:
    if sys.version_info < (3, 12):
        assert not version("PySide6-Essentials").startswith("6.12")


@WHERE_NONE_IS_MORTAL
def test_a_call_that_takes_references_to_none_is_found_out() -> None:
    none = ctypes.py_object(None)
    stolen = 0

    def steal() -> None:
        nonlocal stolen
        ctypes.pythonapi.Py_DecRef(none)
        stolen += 1

    try:
        with pytest.raises(UnsoundQt, match=r"6\.11"):
            qt_guard.refuse_if_none_is_lost(steal)
    finally:
        for _ in range(stolen):
            ctypes.pythonapi.Py_IncRef(none)


@WHERE_NONE_IS_MORTAL
def test_ten_thousand_repaints_and_signals_leave_none_and_true_alone(qtbot: QtBot) -> None:
    paints = 0

    class Painted(QWidget):
        @override
        def paintEvent(self, event: object) -> None:
            nonlocal paints
            paints += 1

    class Source(QObject):
        rang = Signal()

    widget, source = Painted(), Source()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    nones, trues = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(10_000):
        widget.repaint()
    for _ in range(2_000):
        source.rang.emit()
    assert paints >= 10_000
    assert sys.getrefcount(None) > nones - 1_000
    assert sys.getrefcount(True) > trues - 1_000
