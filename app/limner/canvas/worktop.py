"""The half of the canvas that works: it follows a document, and draws what a tool wants drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from limner.canvas.finder import found_at, found_within
from limner.canvas.ghosts import Ghost
from limner.canvas.input import cursor_shape
from limner.canvas.leavings import Leavings
from limner.canvas.palette import NO_TINTS, Tints
from limner.canvas.stage import Stage
from limner.imaging.picture import Picture
from limner.model.annotations import AnnotationId
from limner.model.geometry import Bounds
from limner.model.ontology import Ontology
from limner.model.patch import Patch
from limner.tools.bench import Bench
from limner.tools.tool import Overlay, Tool


class Worktop(Stage):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench: Bench | None = None
        self._tool: Tool | None = None
        self._unwatch: list[Callable[[], None]] = []
        self._is_feeding = False
        self._leavings = Leavings(self)
        self._overlay_timer = QTimer(self, singleShot=True, interval=0)
        self._overlay_timer.timeout.connect(self.refresh_overlay)
        self.zoom_changed.connect(self._overlay_timer.start)

    def edit(self, bench: Bench | None, tints: Tints = NO_TINTS) -> None:
        """Show this bench's document and follow it, and no longer the one before.

        What is in `tints` has these colours and not those of its class.
        """
        for stop in self._unwatch:
            stop()
        if self._bench is not None:
            self._bench.find, self._bench.find_within = _find_nothing, _find_nothing_within
        self._bench = bench
        self._unwatch = []
        self._leavings.take(self._scene.table.simplified, self._scene.table.records)
        if bench is None:
            self._scene.load((), Ontology())
        else:
            self._scene.load(bench.document, bench.ontology, tints)
            self._scene.select(bench.selection.ids)
            bench.find, bench.find_within = self._find, self._find_within
            self._fit_without_picture()
            self._unwatch = [
                bench.document.watch(self._on_patch),
                bench.selection.watch(self._on_selection),
            ]
        self._live.selected = bench.selection.ids if bench else ()
        self._live.clear()
        self._start_afresh()
        self.refresh_overlay()

    @override
    def show_picture(self, picture: Picture | None, *, in_place: bool = False) -> None:
        is_gone = picture is None and self._scene.backdrop.picture is not None
        super().show_picture(picture, in_place=in_place)
        if is_gone:
            self._fit_without_picture()

    @override
    def set_hidden(self, ids: Collection[AnnotationId]) -> None:
        super().set_hidden(ids)
        self._draw_live(self._live.overlay)

    @property
    def has_frame(self) -> bool:
        """Whether it is known where the image lies, if only by its size."""
        return self._scene.backdrop.picture is not None or self._has_size()

    def _has_size(self) -> bool:
        return self._bench is not None and self._bench.image_size != (0, 0)

    def _fit_without_picture(self) -> None:
        """Make room for a picture that is still to come, or not to be read."""
        if self._bench is not None and self._scene.backdrop.picture is None and self._has_size():
            self._fit_to(*self._bench.image_size)

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """What of others' work is drawn over the shapes."""
        return self._ghosts.shown

    def show_ghosts(self, ghosts: Iterable[Ghost], emphasised: AnnotationId | None = None) -> None:
        """Draw these over the shapes, and no others; `emphasised` is the one looked at."""
        self._ghosts.show(ghosts, emphasised)
        for place in self._ghosts.changed(self._screen()):
            self._update_device(place)

    def recolour(self, ontology: Ontology) -> None:
        """Show the shapes in the colours and with the skeletons of another label set."""
        self._mend(self._scene.recolour(ontology))
        self.update()
        self._overlay_may_differ()

    def use(self, tool: Tool | None) -> None:
        """Feed this tool from now on, and draw its overlay."""
        self._tool = tool
        self.refresh_overlay()

    @property
    def overlay(self) -> Overlay:
        """What the tool has drawn above the settled shapes now, in image pixels."""
        return self._live.overlay

    def refresh_overlay(self) -> None:
        """Ask the tool what to draw, and draw it: tool or selection changed from outside."""
        if self._bench is not None:
            self._bench.scale = self.devicePixelRatioF() / self.zoom
        self._show_overlay(self._tool.overlay if self._is_working() and self._tool else Overlay())
        self._refresh_cursor()

    def _show_overlay(self, overlay: Overlay) -> None:
        if overlay != self._live.overlay:
            self._draw_live(overlay)

    def _draw_live(self, overlay: Overlay) -> None:
        """Draw this overlay from now on, and what is selected as the document has it now."""
        places, in_hand = self._live.show(overlay), self._live.in_hand
        # What is put down is drawn on by the live layer, so there is time to mend the tiles.
        self._mend(places, at_once=not in_hand.is_empty and in_hand.is_ready(self._view()))
        screen = self._screen()
        for place in [*self._live.changed(screen), *self._outlines.changed(screen)]:
            self._update_device(place)

    def _is_working(self) -> bool:
        """Whether there is a tool, and it works on what is shown."""
        return self._tool is not None and self._tool.bench is self._bench

    def _find(self, x: float, y: float, reach: float) -> Sequence[AnnotationId]:
        return found_at(self._scene.table, x, y, reach)

    def _find_within(self, band: Bounds) -> Sequence[AnnotationId]:
        return found_within(self._scene.table, band)

    def _on_patch(self, patch: Patch) -> None:
        self._mend(self._scene.update(patch, self._view()))
        self._overlay_may_differ()

    def _on_selection(self) -> None:
        if self._bench is None:
            return
        self._live.selected = self._bench.selection.ids
        self._mend(self._scene.select(self._live.selected))
        self._overlay_may_differ()

    def _overlay_may_differ(self) -> None:
        """Ask the tool once this is over: the change may come from the middle of its own work."""
        self._draw_live(self._live.overlay)
        if not self._is_feeding:
            self._overlay_timer.start()

    @contextmanager
    def _feeding(self) -> Iterator[None]:
        """While the tool works; afterwards what it wants drawn is drawn."""
        self._is_feeding = True
        try:
            yield
        finally:
            self._is_feeding = False
            self.refresh_overlay()

    def _refresh_cursor(self) -> None:
        self._show_cursor(cursor_shape(self._live.overlay.cursor, self.turn))

    def _show_cursor(self, shape: Qt.CursorShape) -> None:
        if self.cursor().shape() != shape:  # the window system is slow to ask
            self.setCursor(shape)


def _find_nothing(_x: float, _y: float, _reach: float) -> Sequence[AnnotationId]:
    return ()


def _find_nothing_within(_band: Bounds) -> Sequence[AnnotationId]:
    return ()
