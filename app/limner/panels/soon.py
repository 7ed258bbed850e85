"""Work that waits for the next turn of the event loop, when the canvas has been painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Soon(QTimer):
    """Does one thing once in the next turn, however often `start` asks for it in this one."""

    def __init__(self, parent: QObject, do: Callable[[], None]) -> None:
        super().__init__(parent, singleShot=True, interval=0)
        self._do = do
        self.timeout.connect(do)

    def flush(self) -> None:
        """Do it now if it was asked for."""
        if self.isActive():
            self.stop()
            self._do()
