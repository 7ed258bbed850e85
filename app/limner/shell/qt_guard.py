"""Refuses the one pair of Python and Qt that aborts in the middle of work."""

from __future__ import annotations

import sys
from collections.abc import Callable

_CALLS = 100


class UnsoundQt(RuntimeError):
    """This PySide6 destroys Python's None: the process would abort after some thousand calls."""


def check() -> None:
    """Measure whether calls into Qt leave None's reference count alone; takes microseconds.

    PySide6 6.12.0 on Python 3.10 and 3.11 takes one reference to None with every call that
    returns None, until the interpreter aborts. Drop this when the floor is Python 3.12, where None
    is immortal.

    Raises:
        UnsoundQt: this pair does so.
    """
    from PySide6.QtGui import QPainterPath

    path = QPainterPath()
    refuse_if_none_is_lost(lambda: path.moveTo(0.0, 0.0))


def refuse_if_none_is_lost(call: Callable[[], None]) -> None:
    """Raise `UnsoundQt` when `call`, made a hundred times, takes references to None."""
    before = sys.getrefcount(None)
    for _ in range(_CALLS):
        call()
    if sys.getrefcount(None) < before - _CALLS // 2:
        raise UnsoundQt(
            f"This PySide6 does not work with Python {sys.version.split()[0]}: it would abort "
            "during work. Use PySide6 6.11 on Python 3.11, or Python 3.12 or newer."
        )
