"""The door through which workers reach the thread that Qt runs on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal


class QtMainThread(QObject):
    """Runs calls posted from any thread on the thread this object lives in, in their order.

    After `close` nothing that was posted or timed is run any more.
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_closed = False
        self._timers: set[QTimer] = set()
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Run `call` on the main thread soon."""
        self._posted.emit(call)

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Run `call` on the main thread once; main thread only. The result takes it back."""
        timer = QTimer(self, singleShot=True, interval=round(seconds * 1000))

        def take_back() -> None:
            self._drop(timer)

        def ring() -> None:
            take_back()
            self._call(call)

        timer.timeout.connect(ring)
        self._timers.add(timer)
        timer.start()
        return take_back

    def close(self) -> None:
        """Stop every timer and run nothing from now on."""
        self._is_closed = True
        for timer in tuple(self._timers):
            self._drop(timer)

    def _drop(self, timer: QTimer) -> None:
        if timer in self._timers:
            self._timers.remove(timer)
            timer.stop()
            timer.deleteLater()

    def _call(self, call: Callable[[], None]) -> None:
        if not self._is_closed:
            call()
