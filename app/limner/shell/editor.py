"""The image on the canvas: its document, the tool in hand, and what the panels show of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from limner.canvas.palette import Tints
from limner.imaging.picture import Picture
from limner.model.annotations import AnnotationId, Drawable, Kind, kind_of
from limner.model.document import PatchDoesNotFit
from limner.model.geometry import Bounds, bounds
from limner.model.history import History
from limner.model.json_text import JsonText
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch
from limner.model.rules import RuleBroken
from limner.shell.half_drawn import HalfDrawn, count_of
from limner.shell.notice import Tone
from limner.shell.trouble import words
from limner.shell.unseen import Unseen
from limner.shell.window import Window
from limner.sync.session import Session
from limner.tasks import MainThread
from limner.tools import edits
from limner.tools.bench import Bench
from limner.tools.hand import HandTool
from limner.tools.tool import Key, Tool
from limner.tools.toolbox import DRAWING, make, tool_for
from limner.tools.unfinished import Unfinished

_DUPLICATE_OFFSET = 12.0
"""Image pixels at zoom 1; divided by the zoom so that a copy is seen beside its original."""


class Editor:
    """Joins one session with the canvas and the panels. Main thread only."""

    def __init__(self, window: Window, main: MainThread) -> None:
        self._window = window
        self._half_drawn = HalfDrawn(main, self._resumed)
        self._ontology = Ontology()
        self.session: Session | None = None
        self.bench: Bench | None = None
        self._tool: Tool | None = None
        self.tool_name = "select"
        self._was_drawing = False
        self._past: Bench | None = None
        self._active: dict[Kind, LabelClass] = {}
        self._unseen = Unseen()
        self._clip: edits.Clip | None = None
        self._stops: list[Callable[[], None]] = []
        self._picture_size: tuple[int, int] | None = None
        self._watchers: list[Callable[[], None]] = []
        self._connect()

    def _connect(self) -> None:
        window, canvas = self._window, self._window.canvas
        canvas.pointer_at.connect(window.status.show_pointer)
        canvas.pointer_left.connect(window.status.hide_pointer)
        canvas.zoom_changed.connect(self._zoomed)
        canvas.picture_shown.connect(self._picture_shown)
        canvas.overlay_changed.connect(self._overlay_changed)
        window.objects.reveal.connect(self.reveal)
        window.objects.hidden_changed.connect(self._hide)
        window.classes.chosen.connect(self.choose_class)
        window.classes.hidden_changed.connect(self._hide_classes)
        window.attributes.attributes_changed.connect(self._describe)
        window.attributes.class_chosen.connect(self._relabel)

    # --- opening and leaving an image

    def show(self, session: Session, ontology: Ontology) -> None:
        """Put the session's document on the canvas; it must have one."""
        document, history = session.document, session.history
        if document is None or history is None:
            raise ValueError("the session has no document yet")
        measured = self._picture_size
        self.leave()
        self.session, self._ontology, self._picture_size = session, ontology, measured
        size = measured or (session.row.width or 0, session.row.height or 0)
        bench = Bench(document, history, session.selection, ontology, size)
        bench.active = self._active
        bench.refused = self._refused
        self.bench = bench
        self._stops = [
            document.watch(self._changed),
            session.selection.watch(self._selected),
            history.watch(self._tell),
        ]
        self._window.canvas.edit(bench)
        self._window.objects.edit(bench, (session.row.dataset_id, session.row.id))
        for panel in (self._window.classes, self._window.attributes):
            panel.edit(bench)
        self.use("select" if history.sealed else self.tool_name)
        self._half_drawn.open(session, self._resume)
        self._window.focus_canvas()
        self._apply_hidden()
        self._window.status.show_shapes(len(document))

    def leave(self) -> None:
        """Take the document off the canvas; what is half drawn stays with it for the next time."""
        self._half_drawn.close()
        if self._tool is not None:
            self._tool.leave()
        for stop in self._stops:
            stop()
        self._stops, self._tool, self.bench, self.session = [], None, None, None
        self._past = None
        self._picture_size = None
        self._window.canvas.use(None)
        self._window.canvas.edit(None)
        for panel in (self._window.objects, self._window.classes, self._window.attributes):
            panel.edit(None)
        self._window.status.show_shapes(None)
        self._tell()

    @property
    def ontology(self) -> Ontology:
        """The classes of the dataset."""
        return self._ontology

    def look_back(self, past: Bench, tints: Tints) -> None:
        """Show `past` in place of the document, in these colours; nothing is edited meanwhile."""
        self._half_drawn.close()
        if self._tool is not None:
            self._tool.leave()
        self._tool, self.bench = None, None
        self._past = past
        self._window.canvas.use(None)
        self._window.canvas.edit(past, tints)
        self._window.canvas.use(HandTool(past))
        self._window.classes.edit(past)
        for panel in (self._window.objects, self._window.attributes):
            panel.edit(None)
        self._window.status.show_hint(self._window.canvas.overlay.hint)
        self._tell()

    def look_on(self) -> None:
        """Show the document again, after `look_back`."""
        if self._past is not None and self.session is not None:
            self.show(self.session, self._ontology)

    def set_ontology(self, ontology: Ontology) -> None:
        """The dataset's classes changed; document, tool and what is half drawn stay."""
        self._ontology = ontology
        bench = self.bench
        if bench is None:
            return
        bench.ontology = ontology
        self._window.canvas.recolour(ontology)
        self._window.objects.recolour()
        for panel in (self._window.classes, self._window.attributes):
            panel.edit(bench)
        self._show_active_class()
        self._apply_hidden()
        self._tell()

    def finish_drawing(self) -> None:
        """Keep the shape being drawn when it is complete enough, before its image is left."""
        if self._tool is not None and self._tool.is_drawing:
            self._tool.key(Key.ENTER)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after an edit, an undo, another selection, tool or image."""
        self._watchers.append(watcher)

    # --- tools and classes

    def use(self, name: str) -> None:
        """Take a tool in hand; what is half drawn with the one before is dropped."""
        bench = self.bench
        if bench is not None and bench.history.sealed and name in DRAWING:
            self._window.notice.say("rule", bench.history.sealed, Tone.WARNING)
            return
        self.tool_name = name
        if bench is None:
            return
        if self._tool is not None:
            self._tool.leave()
        self._tool = make(name, bench)
        self._window.canvas.use(self._tool)
        self._show_active_class()
        self._overlay_changed()
        self._tell()

    def choose_class(self, label: LabelClass) -> None:
        """Give the selected shapes of its kind this class, else the next shape that is drawn."""
        self._active[label.kind] = label
        bench = self.bench
        if bench is None:
            return
        drawing = self.is_drawing
        fits = any(kind_of(shape) is label.kind for shape in bench.selected())
        if fits and not drawing and self.tool_name == "select":
            self._relabel(label)
        elif not drawing and self.tool_name not in _tools_for(label.kind):
            self.use(tool_for(label.kind))
        self._show_active_class()
        self._window.canvas.refresh_overlay()

    def choose_digit(self, digit: str) -> None:
        label = self._ontology.by_digit(digit)
        if label is not None:
            self.choose_class(label)

    def _show_active_class(self) -> None:
        bench = self.bench
        kind = next((k for k in Kind if self.tool_name in _tools_for(k)), None)
        label = bench.class_for(kind) if bench is not None and kind is not None else None
        self._window.classes.set_active(label)

    # --- edits

    def undo(self) -> None:
        if self._tool is not None and self._tool.undo():
            self._window.canvas.refresh_overlay()
            self._overlay_changed()
        elif self.bench is not None:
            self._step(self.bench.history, self.bench.history.undo)

    def redo(self) -> None:
        if self._tool is not None and self._tool.redo():
            self._window.canvas.refresh_overlay()
            self._overlay_changed()
        elif self.bench is not None:
            self._step(self.bench.history, self.bench.history.redo)

    def _step(self, history: History, step: Callable[[], Patch | None]) -> None:
        if self._tool is not None and self._tool.is_drawing:
            self._tool.leave()
        try:
            step()
        except PatchDoesNotFit as error:
            history.forget()  # what was changed from outside cannot be undone step by step
            self._window.notice.say("rule", words(error), Tone.WARNING)

    def delete(self) -> None:
        """Delete the vertex under the pointer when the tool has one, else the selection."""
        if self.bench is None:
            return
        if self._tool is None or not self._tool.key(Key.DELETE):
            edits.delete(self.bench)
        self._window.canvas.refresh_overlay()

    def duplicate(self) -> None:
        if self.bench is not None:
            offset = _DUPLICATE_OFFSET / max(self._window.canvas.zoom, 0.01)
            edits.duplicate(self.bench, offset, offset)

    def copy(self) -> None:
        if self.bench is not None and self.bench.selection:
            self._clip = edits.copy(self.bench)
            self._tell()

    def paste(self) -> None:
        if self.bench is not None and self._clip is not None:
            edits.paste(self.bench, self._clip)

    def select_all(self) -> None:
        """Select everything that can be seen."""
        if self.bench is not None:
            unseen = self._unseen.ids
            self.bench.selection.choose(a.id for a in self.bench.document if a.id not in unseen)

    def reorder(self, where: str) -> None:
        if self.bench is not None:
            edits.reorder(self.bench, "front" if where == "front" else "back")

    def _relabel(self, label: LabelClass) -> None:
        if self.bench is None:
            return
        left_out = edits.relabel(self.bench, label)
        if left_out:
            self._window.notice.say(
                "relabel",
                f"“{label.name}” is a class for {label.kind} shapes: {left_out} of the selected "
                "ones are of another type and keep their class.",
            )

    def _describe(self, attributes: JsonText) -> None:
        if self.bench is not None:
            edits.describe(self.bench, attributes)

    # --- seeing

    def reveal(self, id_: AnnotationId) -> None:
        """Bring an annotation into view."""
        found = self.bench.drawable(id_) if self.bench is not None else None
        if found is not None:
            self._window.canvas.centre_on(bounds(found), zoom_in=True)

    def reveal_selected(self) -> None:
        """Bring all that is selected into view."""
        selected = self.bench.selected() if self.bench is not None else []
        if selected:
            whole = reduce(Bounds.united, map(bounds, selected))
            self._window.canvas.centre_on(whole, zoom_in=True)

    def _hide(self, ids: frozenset[AnnotationId]) -> None:
        self._unseen.hide(ids)
        self._window.canvas.set_hidden(self._unseen.ids)

    def _hide_classes(self, classes: frozenset[LabelClass]) -> None:
        shown = self.bench or self._past
        self._unseen.hide_classes(classes, shown.document if shown is not None else ())
        self._window.canvas.set_hidden(self._unseen.ids)

    def _apply_hidden(self) -> None:
        self._unseen.count(self.bench.document if self.bench is not None else ())
        self._window.canvas.set_hidden(self._unseen.ids)

    # --- what happened

    @property
    def can_paste(self) -> bool:
        return self._clip is not None

    @property
    def is_drawing(self) -> bool:
        return self._tool is not None and self._tool.is_drawing

    @property
    def undo_title(self) -> str | None:
        if self.is_drawing:
            return "last point"
        return self.bench.history.undo_title if self.bench is not None else None

    @property
    def redo_title(self) -> str | None:
        return self.bench.history.redo_title if self.bench is not None else None

    @property
    def selected_drawable(self) -> Drawable | None:
        """The one selected annotation, when exactly one is selected."""
        only = self.bench.selection.only if self.bench is not None else None
        return self.bench.drawable(only) if self.bench is not None and only is not None else None

    def set_image_size(self, width: int, height: int) -> None:
        """The upright size in image pixels, known once the image was decoded."""
        if self.bench is not None:
            self.bench.image_size = (width, height)
        if self.session is not None:
            self.session.row = replace(self.session.row, width=width, height=height)

    def _picture_shown(self, picture: Picture | None) -> None:
        """Even a preview says how large the image is; then one can draw."""
        self._picture_size = (picture.width, picture.height) if picture is not None else None
        if self._picture_size is not None:
            self.set_image_size(*self._picture_size)
        self._zoomed()

    def _zoomed(self) -> None:
        canvas = self._window.canvas
        self._window.status.show_zoom(canvas.zoom if canvas.has_frame else None)

    def _changed(self, patch: Patch) -> None:
        if self.bench is not None:
            self._window.status.show_shapes(len(self.bench.document))
        if self._unseen.follow(patch):
            self._window.canvas.set_hidden(self._unseen.ids)
        for topic in ("rule", "drawing"):
            self._window.notice.clear(topic)
        self._tell()

    def _selected(self) -> None:
        self._window.canvas.refresh_overlay()
        self._tell()

    def _refused(self, error: RuleBroken) -> None:
        self._window.notice.say("rule", str(error), Tone.WARNING)

    def _resume(self, unfinished: Unfinished) -> bool:
        """Go on with a shape that was being drawn when the image was left, or at a crash."""
        if self.is_drawing or (self.bench is not None and self.bench.history.sealed):
            return False
        before = self.tool_name
        self.use(unfinished.tool)
        kind = next((k for k in Kind if self.tool_name in _tools_for(k)), None)
        label = self._ontology.find(unfinished.label or "", kind) if kind is not None else None
        if label is not None:
            self._active[label.kind] = label
        if self._tool is None or not self._tool.resume(unfinished):
            self.use(before)
            return False
        self._show_active_class()
        self._window.canvas.refresh_overlay()
        return True

    def _resumed(self, unfinished: Unfinished) -> None:
        text = f"You were drawing here: {count_of(unfinished.points)} are back."
        self._window.notice.say("drawing", f"{text} Go on, or press Esc to drop them.")

    def _overlay_changed(self) -> None:
        self._half_drawn.follow(self._tool)
        self._window.status.show_hint(self._window.canvas.overlay.hint)
        if self.is_drawing != self._was_drawing:
            self._tell()

    def _tell(self) -> None:
        self._was_drawing = self.is_drawing
        for watcher in self._watchers:
            watcher()


def _tools_for(kind: Kind) -> tuple[str, ...]:
    match kind:
        case Kind.BBOX:
            return ("box", "rotated")
        case Kind.POLYGON:
            return ("polygon", "hole")
        case Kind.POLYLINE:
            return ("polyline",)
        case Kind.KEYPOINT:
            return ("keypoint",)
