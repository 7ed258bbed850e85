"""Limner itself, driven like the others: its whole window with the server inside."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bench.peers.program import XY, Program

if TYPE_CHECKING:
    from limner.shell.application import Application
    from limner.shell.services import Host
    from limner.storage.places import Places
    from limner.sync.session import Session
    from limner.tools.bench import Bench

_PATIENCE_S = 300.0


class Limner(Program):
    """What belongs to the program is imported when it is driven: imports are part of its start."""

    name = "limner"
    distribution = "limner"
    binding = "PySide6"

    @property
    @override
    def title(self) -> str:
        return "limner"

    @override
    def main(self, image: Path | None) -> None:
        gc.disable()  # as `limner.__main__` does before it imports the rest
        from limner.cli import inside
        from limner.shell import start

        make = start.make

        def noted(host: Host, places: Places) -> Application:
            self.application = make(host, places)
            return self.application

        start.make = noted
        start.run(inside.host, image)

    @override
    def attach(self) -> None:
        self.window = self.application.window
        self.canvas = self.application.window.canvas

    @property
    @override
    def is_ready(self) -> bool:
        return self.application.project.is_ready

    @property
    @override
    def is_complete(self) -> bool:
        """The sample or the last image is shown, and the server's other half was asked."""
        desk = self.application.reviewing.desk
        return self.is_ready and desk is not None and desk.project_id is not None

    @property
    @override
    def is_settled(self) -> bool:
        return self.application.window.canvas.is_settled

    @override
    def open(self, image: Path) -> None:
        from limner.shell.hand import wait_until

        self.application.opening.open_path(image)
        wait_until(lambda: self._shows(image.name), f"{image.name} to be shown", _PATIENCE_S)

    def _shows(self, filename: str) -> bool:
        project = self.application.project
        row = project.rows.get(project.current or "")
        return project.is_ready and row is not None and row.filename == filename

    @override
    def to_canvas(self, at: XY) -> Any:
        return self.application.window.canvas.to_widget(*at)

    @override
    def outlines(self) -> list[Sequence[XY]]:
        from limner.model.annotations import Polygon

        return [list(a.rings[0]) for a in self._bench.document if isinstance(a, Polygon)]

    @property
    @override
    def zoom(self) -> float:
        return self.application.window.canvas.zoom

    @override
    def set_zoom(self, zoom: float) -> None:
        self.application.window.canvas.zoom_to(zoom)

    @override
    def scroll(self, dx: int, dy: int) -> None:
        self.application.window.canvas.pan_by(-dx, -dy)

    @override
    def centre(self) -> None:
        project = self.application.project
        row = project.rows[project.current or ""]
        canvas = self.application.window.canvas
        middle = canvas.to_widget((row.width or 0) / 2, (row.height or 0) / 2)
        canvas.pan_by(canvas.width() / 2 - middle.x(), canvas.height() / 2 - middle.y())

    @override
    def take_select(self) -> None:
        self.application.editor.use("select")

    @override
    def take_polygon(self) -> None:
        self.application.editor.use("polygon")

    @property
    @override
    def holds_vertex(self) -> bool:
        shown = self.application.window.canvas.overlay.handles
        return any(handles.hot is not None for handles in shown)

    @override
    def select_first(self, count: int) -> None:
        self._bench.selection.choose([a.id for a in self._bench.document][:count])

    @override
    def delete_selected(self) -> None:
        self.application.editor.delete()

    @override
    def undo(self) -> None:
        self.application.editor.undo()

    @override
    def save(self) -> None:
        from limner.shell.hand import wait_until
        from limner.sync.state import State

        self._session.save_now()
        wait_until(lambda: self._session.state is State.ON_SERVER, "the save", _PATIENCE_S)

    @property
    def _bench(self) -> Bench:
        bench = self.application.editor.bench
        assert bench is not None
        return bench

    @property
    def _session(self) -> Session:
        session = self.application.editor.session
        assert session is not None
        return session
