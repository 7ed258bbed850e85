"""The ends that the system makes: a signal, a log-out, a shutdown. Nobody is asked anything."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Final

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtGui import QGuiApplication, QSessionManager

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Endings(QObject):
    """Calls `end` on the main thread when the system wants this process to end."""

    def __init__(self, end: Callable[[], None]) -> None:
        """There must be a QGuiApplication."""
        super().__init__()
        self._end = end
        _qt().commitDataRequest.connect(self._session_ends)
        self._waking, self._woken = socket.socketpair()
        for each in (self._waking, self._woken):
            each.setblocking(False)
        # Python runs a signal's handler only between its own instructions, and Qt waits in its own.
        signal.set_wakeup_fd(self._waking.fileno(), warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, self._noted)
        self._notifier = QSocketNotifier(self._woken.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)

    def _session_ends(self, manager: QSessionManager) -> None:
        """Everything is on the disk already: there is nothing to ask."""
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
        self._end()

    def _noted(self, _number: int, _frame: FrameType | None) -> None:
        """The end begins in `_wake`, in the event loop."""

    def _wake(self) -> None:
        self._woken.recv(64)
        self._end()


def _qt() -> QGuiApplication:
    app = QGuiApplication.instance()
    if not isinstance(app, QGuiApplication):
        raise TypeError("the editor needs a QGuiApplication")
    return app
