"""The queue: everything that is not on its server yet, why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
)
from typing_extensions import override

from limner.panels.card import Card, EmptyWords
from limner.panels.one_row import OneRowView
from limner.panels.queue_painter import ROW_HEIGHT, QueuePainter
from limner.panels.queue_rows import Act, Key, QueueList, Row, Wait
from limner.panels.text import plain

_SIZE: Final = QSize(520, 460)
_AWAY: Final = 8
_EMPTY: Final = {
    Wait.ALL: "Everything is on the server.",
    Wait.NEEDS_YOU: "Nothing needs you.",
    Wait.WAITING: "Nothing waits to be sent.",
}


class QueuePanel(Card):
    """Stands above the status bar, over what is there; one goes on working beside it."""

    act_wanted = Signal(object, object)
    """(Row, Act)"""
    send_wanted = Signal()
    """Everything is to be sent now."""
    pause_switched = Signal(bool)
    export_wanted = Signal()
    thumbnail_wanted = Signal(object)
    """Key of an image whose small picture is looked for."""
    closed = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__("Not on the server yet", "cloud-upload", window)
        self._window = window
        self._model = QueueList(self)
        self.view = OneRowView(ROW_HEIGHT, "Work that is not on the server yet")
        self.view.setModel(self._model)
        self.view.setItemDelegate(QueuePainter(self.view))
        self.view.stretch(0, {})
        self.empty = EmptyWords(_EMPTY[Wait.ALL])
        self.reason = QLabel()
        self.switches = QButtonGroup(self)
        self.acts = {act: QPushButton(act.value) for act in Act}
        self.send = QPushButton("Send all now")
        self.pause = QPushButton("Pause")
        self.export = QPushButton("Export my unsent work…")
        self._segments = QFrame()
        self._wait = Wait.ALL
        self._lay_out()
        self._connect()
        self.show_rows(())
        self.hide()

    # --- what is shown

    @property
    def shown(self) -> list[Row]:
        """The rows that are listed now, from the top."""
        return self._model.shown

    @property
    def selected(self) -> Row | None:
        return self._model.at(self.view.currentIndex().row())

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these; what is selected stays selected, and the list where it is."""
        was = self.selected
        if self._model.show(rows):
            self._go_back_to(was)
        self._describe()

    def show_paused(self, *, is_paused: bool, line: str) -> None:
        """Whether nothing is sent, and how it stands with the server, in a word or none."""
        self.pause.setText("Resume" if is_paused else "Pause")
        self.pause.setChecked(is_paused)
        self.aside.setText(line)

    def set_thumbnail(self, key: Key, image: QImage) -> None:
        self._model.set_thumbnail(key, image)

    def open(self) -> None:
        """Show the queue with the keyboard on it."""
        self.show()
        self._place()
        self.raise_()
        self.view.setFocus()
        if self.selected is None:
            self._go_back_to(None)
        self._ask()

    # --- what the person does

    def _filtered(self, place: int) -> None:
        self._wait = list(Wait)[place]
        was = self.selected
        if self._model.filter(self._wait):
            self._go_back_to(was)
        self._describe()

    def _act(self, act: Act) -> None:
        row = self.selected
        if row is not None and act in row.acts:
            self.act_wanted.emit(row, act)

    def _ask(self) -> None:
        """Ask for the small pictures of what is in sight."""
        if self.isVisible():
            first = max(self.view.rowAt(0), 0)
            last = self.view.rowAt(self.view.viewport().height() - 1)
            for key in self._model.ask(first, last if last >= 0 else self._model.rowCount()):
                self.thumbnail_wanted.emit(key)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; no other key goes on to the window."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parent() and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    # --- the parts

    def _lay_out(self) -> None:
        closer = self.add_button("x", "Close the queue", "Close (Esc)")
        closer.clicked.connect(self.closed)
        self.body.addWidget(self._switch_row())
        self.empty.setMinimumHeight(ROW_HEIGHT)
        for part in (self.view, self.empty):
            self.body.addWidget(part, 1)
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setWordWrap(True)
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self.reason)
        self.body.addLayout(_row(*self.acts.values()))
        line = QFrame()
        line.setObjectName("line")
        self.body.addWidget(line)
        self.pause.setCheckable(True)
        self.pause.setToolTip("Send nothing until you say so; all work is kept on this computer")
        self.send.setToolTip("Try everything again at once, whatever was in the way")
        self.export.setToolTip("Write what no server has to a file that any program can read")
        self.body.addLayout(_row(self.send, self.pause, self.export))
        self._window.installEventFilter(self)

    def _switch_row(self) -> QFrame:
        self._segments.setObjectName("segments")
        row = QHBoxLayout(self._segments)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for place, wait in enumerate(Wait):
            button = QPushButton(wait.value)
            button.setObjectName("segment")
            button.setCheckable(True)
            button.setChecked(wait is Wait.ALL)
            self.switches.addButton(button, place)
            row.addWidget(button, 1)
        return self._segments

    def _connect(self) -> None:
        self.switches.idClicked.connect(self._filtered)
        self.view.selectionModel().currentRowChanged.connect(lambda _now, _was: self._describe())
        self.view.confirmed.connect(lambda: self._act(Act.OPEN))
        self.view.doubleClicked.connect(lambda _index: self._act(Act.OPEN))
        self.view.verticalScrollBar().valueChanged.connect(lambda _at: self._ask())
        self._model.modelReset.connect(self._ask)
        for act, button in self.acts.items():
            button.clicked.connect(lambda _checked=False, act=act: self._act(act))
        self.send.clicked.connect(self.send_wanted)
        self.pause.clicked.connect(self.pause_switched)
        self.export.clicked.connect(self.export_wanted)

    def _go_back_to(self, row: Row | None) -> None:
        """Select it again, or the first when it is gone."""
        place = self._model.row_of(row.key) if row is not None else None
        if self._model.rowCount():
            self.view.choose(place or 0)

    def _describe(self) -> None:
        """Counts, and what the selected row is about."""
        row, has_rows = self.selected, self._model.rowCount() > 0
        for place, wait in enumerate(Wait):
            count = self._model.count(wait)
            self.switches.button(place).setText(f"{wait.value} {count:,}" if count else wait.value)
        self.view.setVisible(has_rows)
        self.empty.setVisible(not has_rows)
        self.empty.setText(_EMPTY[self._wait])
        self.send.setEnabled(self._model.count(Wait.ALL) > 0)
        self.export.setEnabled(self._model.count(Wait.ALL) > 0)
        self.reason.setText(
            plain(f"{row.place}. {row.reason}" if row.place else row.reason, 600) if row else ""
        )
        self.reason.setVisible(row is not None)
        for act, button in self.acts.items():
            button.setVisible(row is not None and act in row.acts)

    def _place(self) -> None:
        """At the left, right above the status bar, as large as there is room."""
        centre = self._window.centralWidget()
        page = self._window.rect() if centre is None else centre.geometry()
        room = QSize(page.width() - 2 * _AWAY, page.height() - 2 * _AWAY)
        self.resize(_SIZE.boundedTo(room))
        self.move(page.bottomLeft() + QPoint(_AWAY, -self.height() - _AWAY))


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row
