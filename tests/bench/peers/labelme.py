"""labelme (PySide6): version 7 on Python 3.12, version 6.3 on 3.11."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from typing_extensions import override

from bench.peers.program import XY, Program


class Labelme(Program):
    """Autosave is off, or every operation would pay for a save of its own."""

    name = "labelme"
    distribution = "labelme"
    binding = "PySide6"

    @override
    def main(self, image: Path | None) -> None:
        options = ["--config", "{display_label_popup: false}", "--logger-level", "warning"]
        sys.argv = ["labelme", *options, "--no-auto-save", *([str(image)] if image else [])]
        import_module("labelme.__main__").main()

    @override
    def attach(self) -> None:
        kind = self.widgets.QMainWindow
        windows = self.widgets.QApplication.topLevelWidgets()
        self.window = next(window for window in windows if isinstance(window, kind))
        self.canvas = self.window._canvas_widgets.canvas

    @property
    @override
    def is_ready(self) -> bool:
        return self.canvas.pixmap is not None and not self.canvas.pixmap.isNull()

    @override
    def open(self, image: Path) -> None:
        self.window._load_file(image_or_label_path=str(image))

    @override
    def to_canvas(self, at: XY) -> Any:
        return self.canvas.transform_image_point_to_widget(self.core.QPointF(*at))

    @override
    def outlines(self) -> list[Sequence[XY]]:
        return [[(float(x), float(y)) for x, y in s.points] for s in self.canvas.shapes]

    @property
    @override
    def zoom(self) -> float:
        return float(self.canvas.scale)

    @override
    def set_zoom(self, zoom: float) -> None:
        self.window._zoom_mode = type(self.window._zoom_mode).MANUAL_ZOOM
        self.window._set_zoom(value=zoom * 100, pos=None)

    @override
    def scroll(self, dx: int, dy: int) -> None:
        for bar, by in zip(self._bars(), (dx, dy), strict=True):
            bar.setValue(bar.value() + by)

    @override
    def centre(self) -> None:
        for bar in self._bars():
            bar.setValue((bar.minimum() + bar.maximum()) // 2)

    def _bars(self) -> tuple[Any, Any]:
        bars = self.window._canvas_widgets.scroll_bars
        directions = self.core.Qt.Orientation
        return bars[directions.Horizontal], bars[directions.Vertical]

    @override
    def take_select(self) -> None:
        self.window._switch_canvas_mode(edit=True, create_mode=None)

    @override
    def take_polygon(self) -> None:
        self.window._docks.unique_label_list.setCurrentRow(0)
        self.window._switch_canvas_mode(edit=False, create_mode="polygon")

    @property
    @override
    def holds_vertex(self) -> bool:
        return self.canvas._hovered_vertex is not None

    @override
    def select_first(self, count: int) -> None:
        self.canvas.select_shapes(shapes=self.canvas.shapes[:count])

    @override
    def delete_selected(self) -> None:
        self.window.delete_selected_shapes()

    @override
    def undo(self) -> None:
        self.window.undo_shape_edit()

    @override
    def save(self) -> None:
        path = Path(self.window._image_path).with_suffix(".json")
        self.window.save_labels(label_path=str(path))
