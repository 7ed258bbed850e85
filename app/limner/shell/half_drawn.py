"""Keeps the shape that is being drawn, so that a crash or another image does not lose it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from limner.model.points import Points
from limner.sync.session import Session
from limner.tasks import MainThread
from limner.tools.tool import Tool
from limner.tools.toolbox import DRAWING
from limner.tools.unfinished import Unfinished

_PAUSE_S: Final = 0.05
"""A freehand stroke grows with every move of the hand: it is written so often, not more."""

_LOG = logging.getLogger(__name__)

Resume = Callable[[Unfinished], bool]
"""Takes the tool in hand and goes on; whether that was possible."""


class HalfDrawn:
    """What is being drawn on the image of one session at a time. Main thread only."""

    def __init__(self, main: MainThread, resumed: Callable[[Unfinished], None]) -> None:
        """`resumed` hears of a shape that somebody can go on with."""
        self._main = main
        self._resumed = resumed
        self._session: Session | None = None
        self._kept: Unfinished | None = None
        self._now: Unfinished | None = None
        self._is_read = False
        self._stop: Callable[[], None] | None = None

    def open(self, session: Session, resume: Resume) -> None:
        """Go on with what was being drawn on this image, if there is something."""
        self._session, self._kept, self._now, self._is_read = session, None, None, False

        def found(text: bytes | None) -> None:
            if self._session is not session:
                return
            self._is_read = True
            self._kept = None if text is None else Unfinished.from_json(text)
            if self._kept is not None and self._kept.tool in DRAWING and resume(self._kept):
                self._now = self._kept
                self._resumed(self._kept)
            elif text is not None:
                self._write()

        session.read_sketch(found, self._not_read)

    def _not_read(self, error: Exception) -> None:
        self._is_read = True
        _LOG.warning("the shape that was being drawn cannot be read: %s", error)

    def follow(self, tool: Tool | None) -> None:
        """Keep what the tool in hand is drawing now, soon."""
        self._now = None if tool is None else tool.unfinished
        if self._is_read and self._now != self._kept and self._stop is None:
            self._stop = self._main.after(_PAUSE_S, self._write)

    def close(self) -> None:
        """The image is left: what is half drawn on it stays for when it is opened again."""
        if self._stop is not None:
            self._write()
        self._session = None

    def _write(self) -> None:
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()
        if self._session is not None:
            self._kept = self._now
            self._session.journal.draw(None if self._now is None else self._now.as_json())


def count_of(points: Points) -> str:
    """How many points a shape has, in words."""
    return "1 point" if len(points) == 1 else f"{len(points):,} points"
