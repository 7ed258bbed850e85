"""One conflict field by field: what I have, what they have, and which of the two is taken."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem
from typing_extensions import override

from limner.panels import icons
from limner.panels.conflict_list import Row
from limner.panels.conflict_words import field_name, value_in_words
from limner.panels.rows import ROW_HEIGHT, ModelIndex, RowPainter, RowsView, draw_text, square
from limner.panels.text import tooltip
from limner.panels.tokens import Tokens

_ROOT: Final = QModelIndex()
_HEADINGS: Final = ("Field", "Mine", "Theirs")
_MOST_ROWS: Final = 5
_PICKED: Final = Qt.ItemDataRole.UserRole
_TICK: Final = 13
_PAD: Final = 6


class Column(IntEnum):
    FIELD = 0
    MINE = 1
    THEIRS = 2


class FieldList(QAbstractTableModel):
    """The fields that both changed; mine are taken unless the person picks theirs."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._row: Row | None = None
        self._theirs: set[str] = set()

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._fields)

    @override
    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        is_text = role == Qt.ItemDataRole.DisplayRole
        is_column = orientation == Qt.Orientation.Horizontal
        return _HEADINGS[section] if is_text and is_column else None

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(index.row(), column)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self._text(index.row(), column))
            case Qt.ItemDataRole.AccessibleTextRole:
                taken = ", taken" if self._is_taken(index.row(), column) else ""
                return f"{_HEADINGS[column]}: {self._text(index.row(), column)}{taken}"
            case role if role == _PICKED:
                return self._is_taken(index.row(), column)
            case _:
                return None

    @property
    def theirs(self) -> tuple[str, ...]:
        """The fields that are taken from them."""
        return tuple(field for field in self._fields if field in self._theirs)

    def show(self, row: Row | None) -> None:
        """Show a conflict; of the one that was shown before, what was picked stays picked."""
        is_same = row is not None and self._row is not None and row.id == self._row.id
        self.beginResetModel()
        self._row = row
        if not is_same:
            self._theirs.clear()
        self.endResetModel()

    def pick(self, number: int, column: Column) -> None:
        """Take mine or theirs of one field."""
        field = self._fields[number]
        if column is Column.THEIRS:
            self._theirs.add(field)
        elif column is Column.MINE:
            self._theirs.discard(field)
        self.dataChanged.emit(self.index(number, 0), self.index(number, Column.THEIRS))

    def toggle(self, number: int) -> None:
        """Take the other one of the two."""
        is_theirs = self._fields[number] in self._theirs
        self.pick(number, Column.MINE if is_theirs else Column.THEIRS)

    @property
    def _fields(self) -> tuple[str, ...]:
        return () if self._row is None else self._row.conflict.fields

    def _text(self, number: int, column: Column) -> str:
        if self._row is None:
            return ""
        field = self._fields[number]
        if column is Column.FIELD:
            return field_name(field)
        sides = self._row.held, self._row.conflict.theirs
        mine, other = sides if column is Column.MINE else reversed(sides)
        return value_in_words(mine, field, other)

    def _is_taken(self, number: int, column: Column) -> bool:
        wanted = Column.THEIRS if self._fields[number] in self._theirs else Column.MINE
        return column is wanted


class FieldTable(RowsView):
    """A click takes a value; Left takes mine, Right takes theirs, Space the other one."""

    entered = Signal()
    """Enter: it shall be as it is picked."""

    def __init__(self, fields: FieldList) -> None:
        super().__init__()
        self._fields = fields
        self.setModel(fields)
        self.setItemDelegate(_Painter(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setAccessibleName("Fields that both changed")
        heads = self.horizontalHeader()
        heads.show()
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heads.setHighlightSections(False)
        heads.setSectionsClickable(False)
        self.clicked.connect(self._clicked)
        fields.modelReset.connect(self._fit)
        self._fit()

    @override
    def sizeHint(self) -> QSize:
        heads = self.horizontalHeader().sizeHint().height()
        rows = min(max(self._fields.rowCount(), 1), _MOST_ROWS)
        return QSize(super().sizeHint().width(), heads + rows * ROW_HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.horizontalHeader().sizeHint().height() + ROW_HEIGHT)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = {Qt.Key.Key_Left: Column.MINE, Qt.Key.Key_Right: Column.THEIRS}
        number, key = self.currentIndex().row(), Qt.Key(event.key())
        if number >= 0 and key in columns:
            self._fields.pick(number, columns[key])
        elif number >= 0 and key == Qt.Key.Key_Space:
            self._fields.toggle(number)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        self._fields.pick(index.row(), Column(index.column()))

    def _fit(self) -> None:
        name = self.fontMetrics().horizontalAdvance("confidence ") + 2 * _PAD
        self.stretch(Column.MINE, {Column.FIELD: name})
        self.horizontalHeader().setSectionResizeMode(
            Column.THEIRS, self.horizontalHeader().ResizeMode.Stretch
        )
        self.updateGeometry()


class _Painter(RowPainter):
    @override
    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        room: QRect = option.rect.adjusted(_PAD, 0, -_PAD, 0)
        if index.column() == Column.FIELD:
            draw_text(painter, room, index.data(), tokens.muted)
            return
        is_taken = bool(index.data(_PICKED))
        if is_taken:
            painter.fillRect(option.rect.adjusted(1, 1, -1, -1), QColor(tokens.select))
            tick = QRect(room.left(), room.top(), _TICK, room.height())
            icons.paint(painter, "check", square(tick, _TICK), QColor(tokens.text))
            room.setLeft(room.left() + _TICK + 5)
        draw_text(painter, room, index.data(), tokens.text if is_taken else tokens.muted)
