"""The main window: where the panels stand, and the commands as menus, buttons and keys."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QSplitter,
    QToolBar,
    QWidget,
)
from typing_extensions import override

from limner.canvas.rulers import Rulers
from limner.canvas.view import Canvas
from limner.panels.attributes import AttributesPanel
from limner.panels.classes import ClassesPanel
from limner.panels.history import HistoryPanel
from limner.panels.icons import icon
from limner.panels.images import ImagesPanel
from limner.panels.levels import LevelsPanel
from limner.panels.objects import ObjectsPanel
from limner.panels.people import PeoplePanel
from limner.panels.queue import QueuePanel
from limner.panels.review import ReviewPanel
from limner.shell.commands import Command, Menu
from limner.shell.notice import Notice
from limner.shell.status import Status
from limner.shell.trouble import words

_TOP = ("file.open", "file.save", "|", "edit.undo", "edit.redo", "|")
_TOP_ZOOM = ("view.zoom_in", "view.zoom_out", "view.fit")
_TOP_IMAGE = ("image.previous", "image.next")
_TOP_RIGHT = ("view.theme", "help.keys")
_GAP = 8


class Window(QMainWindow):
    """Holds the parts and knows nothing of the work itself."""

    dropped = Signal(Path)
    closing = Signal()
    escaped = Signal()
    """Esc, when no tool and no panel had a use for it."""
    arrow = Signal(int)
    """-1 or +1: an arrow key that neither a tool nor a panel had a use for."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("Limner")
        self.setAcceptDrops(True)
        self.resize(1440, 900)
        self.canvas = Canvas()
        self.rulers = Rulers(self.canvas)
        self.notice = Notice(self.canvas)
        self.levels = LevelsPanel(self.canvas)
        self.images = ImagesPanel()
        self.objects = ObjectsPanel()
        self.people = PeoplePanel()
        self.people_button = self.objects.add_button("user", "Other people’s work", "")
        self.classes = ClassesPanel()
        self.attributes = AttributesPanel()
        self.review = ReviewPanel(words)
        self.history = HistoryPanel()
        self._is_right_unwanted = False
        self.status = Status()
        self.position = QLabel()
        self.actions_by_id: dict[str, QAction] = {}
        self._commands: tuple[Command, ...] = ()
        self._shown: dict[str, tuple[bool, str]] = {}
        self._refreshing = QTimer(self, singleShot=True, interval=0)
        self._refreshing.timeout.connect(self.refresh)
        self.top = _toolbar("Main", QSize(20, 20))
        self.rail = _toolbar("Tools", QSize(22, 22))
        self._lay_out()
        self.queue = QueuePanel(self)

    # --- the parts in their places

    def _lay_out(self) -> None:
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.top)
        self.rail.setObjectName("rail")
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.rail)
        self.setStatusBar(self.status)
        self.work = _column(self.objects, self.attributes, shares=(3, 2))
        self.side = _column(self.people, self.work, self.review, shares=(5, 5, 4))
        self.show_people(on=False)
        self.show_people_count(0, 0)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setObjectName("page")
        self.left = _padded(_column(self.images, self.classes, shares=(3, 2)))
        self.right = _padded(self.side, self.history)
        self.history.hide()
        for part in (self.left, self.rulers, self.right):
            self.split.addWidget(part)
        self.split.setStretchFactor(1, 1)
        self.split.setCollapsible(1, False)
        self.split.setSizes([250, 850, 340])
        self.setCentralWidget(self.split)

    def focus_canvas(self) -> None:
        """Give the keyboard to the canvas, unless the person works in a panel."""
        focused = QApplication.focusWidget()
        panels = (self.left, self.right, self.queue)
        if focused is None or not any(panel.isAncestorOf(focused) for panel in panels):
            self.canvas.setFocus()

    def show_history(self, *, is_open: bool) -> None:
        """Let the history of the image stand in place of the panels at the right, or no more."""
        if is_open != self.history.isHidden():
            return
        was_hidden, self._is_right_unwanted = self._is_right_unwanted, self.right.isHidden()
        self.history.setVisible(is_open)
        self.side.setVisible(not is_open)
        self.right.setVisible(is_open or not was_hidden)

    @property
    def is_people_shown(self) -> bool:
        """Whether the card about other people's work stands in the place of the objects."""
        return not self.people.isHidden()

    def show_people(self, *, on: bool) -> None:
        """Put the card about other people's work in the place of the objects, or take it away."""
        self.people.setVisible(on)
        self.work.setVisible(not on)
        if on:
            self.right.show()

    def show_people_count(self, conflicts: int, others: int) -> None:
        """Let the objects say that there is something of others', and how much is to decide."""
        button = self.people_button
        button.setVisible(bool(conflicts or others))
        button.setText(f"{conflicts:,}" if conflicts else "")
        is_loud = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        button.setToolButtonStyle(is_loud if conflicts else Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setToolTip(
            "Conflicts with others to decide (F6)" if conflicts else "What others did (Shift+F6)"
        )

    # --- commands

    def install(self, commands: Iterable[Command]) -> None:
        """Make menus, tool buttons and shortcuts of `commands`; once, at the start."""
        self._commands = tuple(commands)
        menus: dict[Menu, QMenu] = {menu: self.menuBar().addMenu(menu.value) for menu in Menu}
        groups: dict[str, QActionGroup] = {}
        for command in self._commands:
            action = self._action(command)
            if command.separated:
                menus[command.menu].addSeparator()
            menus[command.menu].addAction(action)
            if command.group:
                group = groups.setdefault(command.group, QActionGroup(self))
                group.addAction(action)
        self._fill_top()
        for command in self._commands:
            if command.menu is Menu.TOOLS and command.group == "tool":
                self.rail.addAction(self.actions_by_id[command.id])
        self.refresh()

    def _action(self, command: Command) -> QAction:
        action = QAction(command.text, self)
        action.setObjectName(command.id)
        action.setCheckable(command.checkable or bool(command.group))
        if command.icon:
            action.setIcon(icon(command.icon))
        if command.keys:
            action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setToolTip(_tip(command))
        action.triggered.connect(lambda _checked=False: self._run(command))
        self.addAction(action)
        self.actions_by_id[command.id] = action
        return action

    def _run(self, command: Command) -> None:
        command.run()
        self.refresh()

    def refresh(self) -> None:
        """Ask every command anew whether it can run, is on, and what it is called."""
        self._refreshing.stop()
        for command in self._commands:
            self._show(command, self.actions_by_id[command.id])

    def refresh_soon(self) -> None:
        """Refresh once in this turn of the event loop, however often it is asked for."""
        self._refreshing.start()

    def _show(self, command: Command, action: QAction) -> None:
        """What is as it was is left alone: most commands are, and an action is slow to set."""
        shown = command.enabled(), command.text if command.title is None else command.title()
        if self._shown.get(command.id) != shown:
            self._shown[command.id] = shown
            action.setEnabled(shown[0])
            action.setText(shown[1])
        if (command.checkable or command.group) and action.isChecked() != command.checked():
            action.setChecked(not action.isChecked())  # a click turns it too

    def _fill_top(self) -> None:
        for id_ in _TOP + _TOP_ZOOM:
            self._add_to_top(id_)
        self.top.addWidget(_spring())
        self._add_to_top(_TOP_IMAGE[0])
        self.position.setObjectName("m")
        self.position.setTextFormat(Qt.TextFormat.PlainText)
        self.position.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.position.setMinimumWidth(self.fontMetrics().horizontalAdvance("00 000 / 00 000"))
        self.top.addWidget(self.position)
        self._add_to_top(_TOP_IMAGE[1])
        self.top.addWidget(_spring())
        for id_ in _TOP_RIGHT:
            self._add_to_top(id_)

    def _add_to_top(self, id_: str) -> None:
        if id_ == "|":
            self.top.addSeparator()
        else:
            self.top.addAction(self.actions_by_id[id_])

    # --- what Qt tells the window

    @override
    def event(self, event: QEvent) -> bool:
        # A key can come in the same turn as what it is about: Qt asks this before shortcuts.
        if event.type() == QEvent.Type.ShortcutOverride and self._refreshing.isActive():
            self.refresh()
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = QApplication.focusWidget()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and focused is not None and self.attributes.isAncestorOf(focused):
            self.canvas.setFocus()  # the value is written; the next keys are for the canvas
            return
        if event.key() == Qt.Key.Key_Escape:
            self.canvas.setFocus()  # the way back from any panel
            self.escaped.emit()
            return
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: +1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            self.arrow.emit(step)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_path(event) is not None:
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.dropped.emit(path)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.accept()


def _dropped_path(event: QDragEnterEvent | QDropEvent) -> Path | None:
    for url in event.mimeData().urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None


def _tip(command: Command) -> str:
    plain = command.text.replace("&", "").removesuffix("…")
    if not command.keys:
        return plain
    shown = QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{plain} ({shown})"


def _toolbar(title: str, size: QSize) -> QToolBar:
    bar = QToolBar(title)
    bar.setObjectName(title.lower())
    bar.setMovable(False)
    bar.setIconSize(size)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    return bar


def _spring() -> QWidget:
    spring = QWidget()
    policy = spring.sizePolicy()
    policy.setHorizontalPolicy(policy.Policy.Expanding)
    spring.setSizePolicy(policy)
    return spring


def _padded(*inner: QWidget) -> QWidget:
    outer = QWidget()
    row = QHBoxLayout(outer)
    row.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
    for part in inner:
        row.addWidget(part)
    return outer


def _column(*parts: QWidget, shares: tuple[int, ...]) -> QSplitter:
    """The parts one above the other; room to spare goes to them by their shares."""
    column = QSplitter(Qt.Orientation.Vertical)
    column.setObjectName("page")
    column.setHandleWidth(_GAP)
    column.setChildrenCollapsible(False)
    for part in parts:
        column.addWidget(part)
    for index, share in enumerate(shares):
        column.setStretchFactor(index, share)
    if all(shares):
        column.setSizes([share * 1000 for share in shares])
    return column
