"""An annotation program as the scenarios need it; one subclass for each that is compared.

A program runs its own `main` in this process; only `QApplication.exec` is ours, so that events
come one at a time and their cost can be taken. What a person does with the mouse comes as real Qt
mouse events to the program's canvas; what they do with a menu calls what the menu calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

XY = tuple[float, float]


class Program(ABC):
    """Points are image pixels, but for those that Qt takes. `canvas` is the widget that paints."""

    name: str
    distribution: str
    binding: str
    window: Any
    canvas: Any

    def __init__(self) -> None:
        self.core: Any = import_module(f"{self.binding}.QtCore")
        self.gui: Any = import_module(f"{self.binding}.QtGui")
        self.widgets: Any = import_module(f"{self.binding}.QtWidgets")

    @property
    def title(self) -> str:
        """What the program is called in a row, with its version."""
        return f"{self.name} {version(self.distribution)}"

    # --- from the start to an image

    @abstractmethod
    def main(self, image: Path | None) -> None:
        """Run the program's own main, on an image or as it opens by itself."""

    @abstractmethod
    def attach(self) -> None:
        """Find `window` and `canvas`; called once `main` has come to `QApplication.exec`."""

    @property
    @abstractmethod
    def is_ready(self) -> bool:
        """Whether the image and its shapes are on the canvas, in whatever sharpness."""

    @property
    def is_complete(self) -> bool:
        """Whether everything is loaded that the program loads at its start by itself."""
        return True

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be made sharper behind what is seen."""
        return True

    @abstractmethod
    def open(self, image: Path) -> None:
        """Open an image with its shapes, as from the menu."""

    # --- seeing

    @abstractmethod
    def to_canvas(self, at: XY) -> Any:
        """The QPointF on the canvas where an image point is."""

    @abstractmethod
    def outlines(self) -> list[Sequence[XY]]:
        """The points of every shape, in their order."""

    @property
    @abstractmethod
    def zoom(self) -> float:
        """Widget pixels per image pixel."""

    @abstractmethod
    def set_zoom(self, zoom: float) -> None: ...

    @abstractmethod
    def scroll(self, dx: int, dy: int) -> None:
        """Move the view by widget pixels."""

    @abstractmethod
    def centre(self) -> None:
        """Show the middle of the image in the middle."""

    # --- editing

    @abstractmethod
    def take_select(self) -> None: ...

    @abstractmethod
    def take_polygon(self) -> None: ...

    @property
    @abstractmethod
    def holds_vertex(self) -> bool:
        """Whether the pointer is over a vertex that a press would take."""

    @abstractmethod
    def select_first(self, count: int) -> None: ...

    @abstractmethod
    def delete_selected(self) -> None: ...

    @abstractmethod
    def undo(self) -> None: ...

    @abstractmethod
    def save(self) -> None:
        """Save and return when it is done."""
