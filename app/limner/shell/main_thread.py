"""The door through which workers reach the thread that Qt runs on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal


class QtMainThread(QObject):
    """Runs calls posted from any thread on the thread this object lives in, in their order."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Run `call` on the main thread soon."""
        self._posted.emit(call)

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Run `call` on the main thread once; main thread only. The result takes it back."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(round(seconds * 1000))

        waiting = [timer]

        def ring() -> None:
            take_back()
            call()

        def take_back() -> None:
            while waiting:
                old = waiting.pop()
                old.stop()
                old.deleteLater()

        timer.timeout.connect(ring)
        timer.start()
        return take_back

    def _call(self, call: Callable[[], None]) -> None:
        call()
