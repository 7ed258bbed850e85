"""The objects panel: every annotation of the image, to find, select, hide and mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QItemSelection, QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget
from typing_extensions import override

from limner.model.annotations import AnnotationId
from limner.model.patch import Patch
from limner.panels import icons
from limner.panels.card import Card, EmptyWords
from limner.panels.object_list import Column, ObjectList, Role
from limner.panels.rows import EYE_WIDTH, ModelIndex, RowPainter, RowsView, draw_text
from limner.panels.search_field import SearchField
from limner.panels.text import plain
from limner.panels.tokens import Tokens, colour_of
from limner.tools.bench import Bench

_PAD: Final = 5
_DOT: Final = 12
_ICON: Final = 15


class ObjectsPanel(Card):
    """The list and the selection of the bench are one: what is selected here is selected there."""

    hidden_changed = Signal(object)
    """frozenset[AnnotationId]: what the person does not want to see."""
    reveal = Signal(str)
    """AnnotationId: bring this annotation into view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Objects", "layers", parent)
        self._bench: Bench | None = None
        self._unwatch: list[Callable[[], None]] = []
        self._is_following = False
        self._model = ObjectList(self)
        self.filter = SearchField("Filter by label or id", "Filter objects")
        self.view = _ObjectView(self._model)
        self.empty = EmptyWords()
        self._lay_out()
        self._connect()
        self._describe()

    @property
    def hidden(self) -> frozenset[AnnotationId]:
        """The annotations that are hidden one by one."""
        return self._model.hidden

    def edit(self, bench: Bench | None) -> None:
        """Show the annotations of another image; nothing of it is hidden."""
        was_hidden = self._model.hidden
        for unwatch in self._unwatch:
            unwatch()
        self._bench = bench
        self._model.edit(bench)
        self._unwatch = (
            [bench.document.watch(self._patched), bench.selection.watch(self._follow)]
            if bench
            else []
        )
        if was_hidden:
            self.hidden_changed.emit(frozenset())

    def set_refusals(self, refusals: Mapping[AnnotationId, str]) -> None:
        """Mark the annotations that the server refused, each with the reason."""
        self._model.set_refusals(refusals)

    def name_of(self, id_: AnnotationId) -> str:
        """The name that the list shows: "car 1"; empty when there is no such annotation."""
        return self._model.name_of(id_)

    def _lay_out(self) -> None:
        self.body.addWidget(self.filter)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._model.filter)
        self.filter.done.connect(self._first_found)
        self._model.modelReset.connect(self._refilled)
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.view.doubleClicked.connect(self._reveal)
        self.view.activated_row.connect(self._reveal)
        self.view.eye_clicked.connect(self._toggle)
        self.view.eye_pressed.connect(self._toggle_selected)

    def _patched(self, patch: Patch) -> None:
        self._is_following = True  # rows that go and come back take no part in the selection
        self._model.follow(patch)
        self._is_following = False
        self._follow()
        self._describe()

    # --- the selection, both ways

    def _selected(self, _on: QItemSelection, _off: QItemSelection) -> None:
        if self._bench is None or self._is_following:
            return
        chosen = {self._model.id_at(row): None for row in self.view.selected_row_numbers()}
        kept = [id_ for id_ in self._bench.selection if id_ in chosen]
        self._is_following = True
        self._bench.selection.choose([*kept, *chosen])
        self._is_following = False

    def _follow(self) -> None:
        if self._bench is None or self._is_following:
            return
        found = (self._model.row_of(id_) for id_ in self._bench.selection)
        rows = [row for row in found if row is not None]
        self._is_following = True
        self.view.select_rows(sorted(rows), Column.EYE)
        self._is_following = False
        if rows:
            self.view.go_to(rows[-1])

    def _refilled(self) -> None:
        self._follow()
        self._describe()

    def _first_found(self) -> None:
        if self._bench is not None and self._model.rowCount():
            self._bench.selection.choose([self._model.id_at(0)])
            self.view.setFocus()

    def _reveal(self, index: QModelIndex) -> None:
        if index.isValid():
            self.reveal.emit(self._model.id_at(index.row()))

    # --- hiding

    def _toggle(self, row: int) -> None:
        self._hide(self._model.hidden ^ {self._model.id_at(row)})

    def _toggle_selected(self) -> None:
        chosen = {self._model.id_at(row) for row in self.view.selected_row_numbers()}
        hidden = self._model.hidden
        self._hide(hidden - chosen if chosen <= hidden else hidden | chosen)

    def _hide(self, hidden: frozenset[AnnotationId]) -> None:
        if hidden != self._model.hidden:
            self._model.set_hidden(hidden)
            self.hidden_changed.emit(hidden)

    def _describe(self) -> None:
        shown, total = self._model.rowCount(), self._model.total
        self.aside.setText(f"{total:,}" if shown == total else f"{shown:,} of {total:,}")
        self.aside.setVisible(total > 0)
        self.view.setVisible(shown > 0)
        self.empty.setVisible(shown == 0)
        if self._bench is None:
            self.empty.setText("Open an image to see its objects.")
        elif total:
            self.empty.setText(f"No label or id has “{plain(self.filter.text(), 40)}”.")
        else:
            self.empty.setText("Nothing is drawn yet.\nChoose a tool and draw on the image.")


class _ObjectView(RowsView):
    activated_row = Signal(QModelIndex)

    def __init__(self, model: ObjectList) -> None:
        super().__init__(eye_column=Column.EYE)
        self.setModel(model)
        self.setItemDelegate(_ObjectPainter(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName("Objects")
        self.setMinimumHeight(56)
        self._measure()

    def go_to(self, row: int) -> None:
        """Bring a row into view and make it the one that the keyboard goes on from."""
        index = self.model().index(row, 0)
        flags = self.selectionModel().SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated_row.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _measure(self) -> None:
        letters = self.fontMetrics()
        kind = letters.horizontalAdvance("keypoint") + 14
        size = letters.horizontalAdvance("0000\N{MULTIPLICATION SIGN}0000") + 12
        self.stretch(Column.NAME, {Column.KIND: kind, Column.SIZE: size, Column.EYE: EYE_WIDTH})


class _ObjectPainter(RowPainter):
    @override
    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        rect, hidden = option.rect, bool(index.data(Role.HIDDEN))
        match Column(index.column()):
            case Column.NAME:
                self._draw_name(painter, rect, index, tokens, hidden=hidden)
            case Column.EYE:
                self.draw_eye(painter, rect, index.row(), hidden=hidden)
            case _:
                draw_text(painter, rect, index.data(), tokens.muted)

    def _draw_name(
        self, painter: QPainter, rect: QRect, index: ModelIndex, tokens: Tokens, *, hidden: bool
    ) -> None:
        mark = QRectF(rect.left() + _PAD, rect.center().y() - _DOT / 2 + 1, _DOT, _DOT)
        warning = index.data(Role.WARNING)
        if warning:
            ink = QColor(tokens.bad if warning == "refused" else tokens.warn)
            mark = mark.adjusted(-2, -2, 2, 2)
            icons.paint(painter, "triangle-alert", mark, ink)
        else:
            icons.paint_dot(painter, mark, colour_of(index.data(Role.COLOUR)))
        room = rect.adjusted(_PAD + _DOT + 8, 0, -6, 0)
        draw_text(painter, room, index.data(), tokens.muted if hidden else tokens.text)
