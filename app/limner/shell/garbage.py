"""Collects Python's garbage on the main thread only.

The collector runs in whichever thread happens to allocate. When it frees a widget that sat in a
reference cycle from a worker thread, Qt waits there for the main thread, and both hang.

Modules, classes and routes stay for good: to look through all of them took 150 ms, in which the
window stood still. They are put aside once the server inside is up.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_EVERY_MS: Final = 1000


class MainThreadCollector(QObject):
    """Takes the collector over until `close`; make one, on the main thread.

    Nothing is collected before `begin`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._collect)

    def begin(self) -> None:
        """Put aside what there is now, and collect what becomes garbage later."""
        gc.freeze()
        self._timer.start()

    def close(self) -> None:
        """Leave the collector as it was found; the windows must be gone."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    @staticmethod
    def _collect() -> None:
        """Collect the oldest generation that is due, as Python itself would have done."""
        pairs = zip(gc.get_count(), gc.get_threshold(), strict=True)
        young, middle, old = (count > limit for count, limit in pairs)
        if young and old:
            gc.unfreeze()  # what was left alone since the last look at everything
        if young:
            gc.collect(2 if old else 1 if middle else 0)
