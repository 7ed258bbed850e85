"""What this is, and which key does what."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from limner import __version__, resources
from limner.panels.text import label
from limner.shell.commands import Command

_CANVAS_KEYS = (
    ("Zoom at the pointer", "Mouse wheel"),
    ("Drag the image", "Space + drag, middle button"),
    ("Previous and next image", "← →"),
    ("Move the selection by 1 or 10 pixels", "Arrow keys, Shift + arrow keys"),
    ("Finish a polygon or a polyline", "Enter, double click"),
    ("Take back the last point", "Backspace, Ctrl+Z"),
    ("Leave what is half drawn; back from a panel to the canvas", "Esc"),
)


class KeysDialog(QDialog):
    """Every shortcut, made of the commands themselves so that none is forgotten."""

    def __init__(self, commands: Iterable[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 620)
        tree = QTreeWidget()
        tree.setHeaderLabels(["What it does", "Keys"])
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.setAccessibleName("Keyboard shortcuts")
        tops: dict[str, QTreeWidgetItem] = {}
        canvas = _top(tree, tops, "Canvas")
        for text, keys in _CANVAS_KEYS:
            QTreeWidgetItem(canvas, [text, keys])
        for command in commands:
            if command.keys:
                top = _top(tree, tops, command.menu.value.replace("&", ""))
                QTreeWidgetItem(top, [_words(command), _keys(command)])
        tree.expandAll()
        column = QVBoxLayout(self)
        column.addWidget(tree)
        column.addWidget(_close_button(self))


class AboutDialog(QDialog):
    """Name, version, licence and what is used; where the person's work is, and a way out for it."""

    export_wanted = Signal()

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        """`folder` is where this computer keeps the work."""
        super().__init__(parent)
        self.setWindowTitle("About Limner")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picture = QLabel()
        picture.setPixmap(QIcon(str(resources.path("icons/app.svg"))).pixmap(72, 72))
        text = QLabel(
            f"Limner {__version__}\n\n"
            "Draws, reviews and saves image annotations, and loses nothing.\n\n"
            "Apache-2.0. Built with Qt for Python (LGPL-3.0), httpx, pydantic, Pillow, FastAPI "
            "and others; icons by Lucide (ISC), typeface Inter (OFL)."
        )
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setMinimumWidth(360)
        row = QHBoxLayout()
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addSpacing(12)
        row.addWidget(text, 1)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addSpacing(12)
        column.addLayout(self._place(folder))
        column.addWidget(_close_button(self))

    def _place(self, folder: Path) -> QVBoxLayout:
        where = QLabel(str(folder))
        where.setObjectName("workFolder")
        where.setTextFormat(Qt.TextFormat.PlainText)
        where.setWordWrap(True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        opening = QPushButton("Open folder")
        opening.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))
        export = QPushButton("Export my unsent work…")
        export.clicked.connect(self.export_wanted)
        buttons = QHBoxLayout()
        buttons.addWidget(opening)
        buttons.addWidget(export)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.addWidget(label("Your work on this computer", muted=True))
        column.addWidget(where)
        column.addLayout(buttons)
        return column


def _top(tree: QTreeWidget, tops: dict[str, QTreeWidgetItem], title: str) -> QTreeWidgetItem:
    if title not in tops:
        tops[title] = QTreeWidgetItem(tree, [title, ""])
    return tops[title]


def _words(command: Command) -> str:
    return command.text.replace("&", "").removesuffix("…")


def _keys(command: Command) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(native) for key in command.keys)


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    return buttons
