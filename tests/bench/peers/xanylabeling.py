"""X-AnyLabeling (PyQt6), as `x-anylabeling-cvhub[cpu]` installs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from typing_extensions import override

from bench.peers.program import XY, Program

_CONFIG = "display_label_popup: false\nauto_save: false\nlanguage: en_US\n"


class XAnyLabeling(Program):
    """Autosave is off, or every operation would pay for a save of its own."""

    name = "X-AnyLabeling"
    distribution = "x-anylabeling-cvhub"
    binding = "PyQt6"

    @override
    def main(self, image: Path | None) -> None:
        options = ["--no-auto-update-check", "--work-dir", os.environ["HOME"], "--config", _CONFIG]
        options += ["--filename", str(image)] if image else []
        sys.argv = ["xanylabeling", *options]
        import_module("anylabeling.app").main()

    @override
    def attach(self) -> None:
        kind = self.widgets.QMainWindow
        windows = self.widgets.QApplication.topLevelWidgets()
        self.window = next(window for window in windows if isinstance(window, kind))
        self.view = self.window.labeling_widget.view
        self.canvas = self.view.canvas

    @property
    @override
    def is_ready(self) -> bool:
        return self.canvas.pixmap is not None and not self.canvas.pixmap.isNull()

    @override
    def open(self, image: Path) -> None:
        self.view.load_file(str(image))

    @override
    def to_canvas(self, at: XY) -> Any:
        return (self.core.QPointF(*at) + self.canvas.offset_to_center()) * self.canvas.scale

    @override
    def outlines(self) -> list[Sequence[XY]]:
        return [[(p.x(), p.y()) for p in shape.points] for shape in self.canvas.shapes]

    @property
    @override
    def zoom(self) -> float:
        return float(self.canvas.scale)

    @override
    def set_zoom(self, zoom: float) -> None:
        """By the zoom box, which knows whole per cents; beyond them as its own code does."""
        self.view.zoom_mode = self.view.MANUAL_ZOOM
        self.view.zoom_widget.setValue(int(zoom * 100))
        if abs(self.canvas.scale - zoom) > 0.01:
            self.canvas.scale = zoom
            self.view.paint_canvas()

    @override
    def scroll(self, dx: int, dy: int) -> None:
        for bar, by in zip(self._bars(), (dx, dy), strict=True):
            bar.setValue(bar.value() + by)

    @override
    def centre(self) -> None:
        for bar in self._bars():
            bar.setValue((bar.minimum() + bar.maximum()) // 2)

    def _bars(self) -> tuple[Any, Any]:
        directions = self.core.Qt.Orientation
        bars = self.view.scroll_bars
        return bars[directions.Horizontal], bars[directions.Vertical]

    @override
    def take_select(self) -> None:
        self.view.toggle_draw_mode(True)

    @override
    def take_polygon(self) -> None:
        self.view.unique_label_list.setCurrentRow(0)
        self.view.toggle_draw_mode(False, create_mode="polygon")

    @property
    @override
    def holds_vertex(self) -> bool:
        return self.canvas.h_vertex is not None

    @override
    def select_first(self, count: int) -> None:
        self.canvas.select_shapes(self.canvas.shapes[:count])

    @override
    def delete_selected(self) -> None:
        self.view.delete_selected_shape()

    @override
    def undo(self) -> None:
        self.view.undo_shape_edit()

    @override
    def save(self) -> None:
        self.view.save_labels(str(Path(self.view.image_path).with_suffix(".json")))
