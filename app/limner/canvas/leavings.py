"""What an image leaves behind, let go of a little at a time: a hundred thousand at once stall."""

from __future__ import annotations

from time import perf_counter
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer

_SLICE_MS: Final = 4.0
_AT_ONCE: Final = 500
"""A few tenths of a millisecond: the polygons that small shapes are drawn with take 0.6 µs each."""


class Leavings(QObject):
    """Empties lists that nobody else needs, between events. Main thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._piles: list[list[Any]] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._drop_some)

    @property
    def is_empty(self) -> bool:
        return not self._piles

    def take(self, *piles: list[Any]) -> None:
        """Let go of what is in these lists, which are empty in the end."""
        self._piles += [pile for pile in piles if pile]
        if self._piles:
            self._timer.start()

    def _drop_some(self) -> None:
        start = perf_counter()
        while self._piles and (perf_counter() - start) * 1000 < _SLICE_MS:
            pile = self._piles[-1]
            del pile[-_AT_ONCE:]
            if not pile:
                self._piles.pop()
        if not self._piles:
            self._timer.stop()
