"""A hand outside the process: real X input, which the editor cannot tell from a person's.

One xdotool that lives as long as the hand gets a line for each input; so what is measured is the
editor, and not how a program is started. Points on the canvas are in its own (logical) pixels.
"""

from __future__ import annotations

import subprocess
from types import TracebackType
from typing import Self

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget


class XHand:
    """Moves over `canvas` in `window`, which must be shown on the display in the environment."""

    def __init__(self, window: QWidget, canvas: QWidget) -> None:
        self._canvas = canvas
        self._xdotool = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True)
        self.says(f"windowfocus {int(window.winId())}")

    def says(self, line: str) -> None:
        assert self._xdotool.stdin is not None
        self._xdotool.stdin.write(line + "\n")
        self._xdotool.stdin.flush()

    def moves(self, x: float, y: float) -> None:
        at = self._canvas.mapToGlobal(QPointF(x, y)) * self._canvas.devicePixelRatioF()
        self.says(f"mousemove {round(at.x())} {round(at.y())}")

    def presses(self, button: int = 1) -> None:
        self.says(f"mousedown {button}")

    def releases(self, button: int = 1) -> None:
        self.says(f"mouseup {button}")

    def turns_the_wheel(self, *, up: bool) -> None:
        self.says(f"click {4 if up else 5}")

    def types(self, key: str) -> None:
        """One key by its X name, as `ctrl+z`."""
        self.says(f"key {key}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._xdotool.stdin is not None
        self._xdotool.stdin.close()
        self._xdotool.wait()
