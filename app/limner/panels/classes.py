"""The classes panel: what can be drawn, with which key, and how often it is on the image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget
from typing_extensions import override

from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch
from limner.panels import icons
from limner.panels.card import Card, EmptyWords
from limner.panels.class_form import ClassForm
from limner.panels.class_list import ClassList, Column
from limner.panels.rows import EYE_WIDTH, ModelIndex, RowPainter, RowsView, draw_text, square
from limner.panels.tokens import Tokens, colour_of
from limner.tools.bench import Bench

_PAD: Final = 5
_DOT: Final = 12
_NARROW: Final = 23


class ClassesPanel(Card):
    """A click chooses the class of what is drawn next; the eye hides every shape of a class."""

    chosen = Signal(object)
    """LabelClass: the person wants to draw this one."""
    wanted = Signal(object)
    """LabelClass: the person wants this class to be added to the dataset."""
    hidden_changed = Signal(object)
    """frozenset[LabelClass]: classes that the person does not want to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Classes", "tags", parent)
        self._bench: Bench | None = None
        self._is_image_coming = False
        self._unwatch: Callable[[], None] | None = None
        self._model = ClassList(self)
        self.add = self.add_button("plus", "Add a class", "Add a class to this dataset")
        self.view = _ClassView(self._model)
        self.form = ClassForm()
        self.empty = EmptyWords()
        self._lay_out()
        self._connect()
        self._describe()

    @property
    def hidden(self) -> frozenset[LabelClass]:
        """The classes whose shapes are hidden."""
        return self._model.hidden

    def edit(self, bench: Bench | None) -> None:
        """Show the classes of a bench; call it again when its ontology is another."""
        was_hidden = self._model.hidden
        if self._unwatch is not None:
            self._unwatch()
        self._bench = bench
        self._unwatch = bench.document.watch(self._patched) if bench else None
        self._model.edit(bench)
        self.form.setHidden(True)
        self._describe()
        if self._model.hidden != was_hidden:
            self.hidden_changed.emit(self._model.hidden)

    def set_active(self, label: LabelClass | None) -> None:
        """Mark the class of what is drawn next, without telling `chosen`."""
        row = self._model.row_of(label)
        if row is None:
            self.view.clearSelection()
        else:
            self.view.select_rows([row], Column.EYE)
            self.view.scrollTo(self._model.index(row, 0))

    def _lay_out(self) -> None:
        self.body.addWidget(self.form)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.form.setHidden(True)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.add.clicked.connect(self._open_form)
        self.form.wanted.connect(self._want)
        self.form.left.connect(self._close_form)
        self.view.clicked.connect(self._choose)
        self.view.activated_row.connect(self._choose)
        self.view.eye_clicked.connect(self._toggle)
        self.view.eye_pressed.connect(lambda: self._toggle(self.view.currentIndex().row()))

    def _patched(self, patch: Patch) -> None:
        self._model.follow(patch)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            label = self._model.at(index.row())
            self.set_active(label)
            self.chosen.emit(label)

    def _toggle(self, row: int) -> None:
        if row >= 0:
            self._model.set_hidden(self._model.hidden ^ {self._model.at(row)})
            self.hidden_changed.emit(self._model.hidden)

    def _open_form(self) -> None:
        self.form.begin(self._bench.ontology if self._bench else Ontology())

    def _want(self, label: LabelClass) -> None:
        self._close_form()
        self.wanted.emit(label)

    def _close_form(self) -> None:
        self.form.setHidden(True)
        self.add.setFocus()

    def await_image(self, *, is_coming: bool) -> None:
        """Say, as long as there is nothing to show, whether an image is on its way."""
        self._is_image_coming = is_coming
        self._describe()

    def _words_without_image(self) -> str:
        is_coming = self._is_image_coming
        return "Loading the image…" if is_coming else "Open an image to see its classes."

    def _describe(self) -> None:
        count = self._model.rowCount()
        self.add.setEnabled(self._bench is not None)
        self.view.setVisible(count > 0)
        self.empty.setVisible(count == 0)
        self.empty.setText(
            self._words_without_image()
            if self._bench is None
            else "This dataset has no classes yet.\nAdd the first with + above, then draw."
        )


class _ClassView(RowsView):
    activated_row = Signal(QModelIndex)

    def __init__(self, model: ClassList) -> None:
        super().__init__(eye_column=Column.EYE)
        self.setModel(model)
        self.setItemDelegate(_ClassPainter(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAccessibleName("Classes")
        self.setMinimumHeight(56)
        self.setColumnHidden(Column.COUNT, True)  # it is drawn beside the name
        narrow = dict.fromkeys((int(Column.KIND), int(Column.DIGIT)), _NARROW)
        self.stretch(Column.NAME, {**narrow, Column.EYE: EYE_WIDTH})

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated_row.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class _ClassPainter(RowPainter):
    @override
    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        label: LabelClass = index.data(Qt.ItemDataRole.UserRole)
        model = index.model()
        hidden = isinstance(model, ClassList) and label in model.hidden
        rect = option.rect
        match Column(index.column()):
            case Column.NAME:
                ink = tokens.muted if hidden else tokens.text
                count: str = index.sibling(index.row(), Column.COUNT).data()
                room = rect.adjusted(0, 0, -_draw_count(painter, rect, count, tokens.muted), 0)
                _draw_name(painter, room, label, index.data(), ink)
            case Column.COUNT:
                pass
            case Column.KIND:
                name = icons.KIND_ICONS[label.kind]
                icons.paint(painter, name, square(rect, 15), QColor(tokens.muted))
            case Column.DIGIT:
                _draw_key(painter, rect, index.data(), tokens)
            case Column.EYE:
                self.draw_eye(painter, rect, index.row(), hidden=hidden)


def _draw_count(painter: QPainter, rect: QRect, count: str, ink: str) -> int:
    """Draw the count at the right and say how much room it took."""
    if not count:
        return 0
    room = rect.adjusted(0, 0, -_PAD, 0)
    draw_text(painter, room, count, ink, align=Qt.AlignmentFlag.AlignRight)
    return painter.fontMetrics().horizontalAdvance(count) + _PAD


def _draw_name(painter: QPainter, rect: QRect, label: LabelClass, text: str, ink: str) -> None:
    mark = QRectF(rect.left() + _PAD, rect.center().y() - _DOT / 2 + 1, _DOT, _DOT)
    icons.paint_dot(painter, mark, colour_of(label.colour))
    draw_text(painter, rect.adjusted(_PAD + _DOT + 8, 0, -6, 0), text, ink)


def _draw_key(painter: QPainter, rect: QRect, digit: str, tokens: Tokens) -> None:
    """A small key cap with the digit."""
    if not digit:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(tokens.border))
    painter.setBrush(QColor(tokens.base))
    cap = square(rect, 17).translated(0.5, 0.5)
    painter.drawRoundedRect(cap, 4, 4)
    centre = Qt.AlignmentFlag.AlignHCenter
    draw_text(painter, cap.toRect(), digit, tokens.muted, align=centre)
