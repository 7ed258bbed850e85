"""The images panel: what there is to work on, how far it is, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget
from typing_extensions import override

from limner.api.listing import ImageRow
from limner.panels.card import Card, EmptyWords
from limner.panels.image_list import ImageList
from limner.panels.image_painter import ROW_HEIGHT, ImagePainter
from limner.panels.rows import RowsView
from limner.panels.search_field import SearchField
from limner.panels.text import plain

_SETTLED_MS: Final = 60
"""How long the list must stand still before thumbnails of what is seen are asked for."""


class ImagesPanel(Card):
    """Model and view over any number of images; it loads nothing itself."""

    chosen = Signal(str)
    """The person wants to work on the image with this id."""
    thumbnail_wanted = Signal(str)
    """The image with this id is on the screen and has no thumbnail yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Images", "images", parent)
        self._model = ImageList(self)
        self._current: str | None = None
        self._is_kept_in_place = False
        self.search = SearchField("Filter by name or stage", "Filter images")
        self.view = _ImageView(self._model)
        self.empty = EmptyWords()
        self._settled = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._lay_out()
        self._connect()
        self._describe()

    @property
    def current_id(self) -> str | None:
        """The image being worked on."""
        return self._current

    def set_images(self, rows: Iterable[ImageRow], *, is_same: bool = False) -> None:
        """Show another dataset; nothing is current until `set_current`.

        Of the same dataset, read anew, what is on the screen stays where it is.
        """
        if not is_same:
            self._current = None
            self._model.replace_all(rows)
            return
        bar = self.view.verticalScrollBar()
        at = bar.value()
        self._is_kept_in_place = True
        self._model.replace_rows(rows)
        self._is_kept_in_place = False
        bar.setValue(at)

    def update_row(self, row: ImageRow) -> None:
        """Take over what changed in one row."""
        self._model.replace_one(row)

    def set_current(self, image_id: str | None) -> None:
        """Mark the image that is open and bring it into view, without telling `chosen`."""
        self._current = image_id
        self._show_current()
        self._describe()

    def set_thumbnail(self, image_id: str, image: QImage) -> None:
        """The answer to `thumbnail_wanted`; any size of at least 112 px looks sharp."""
        self._model.set_thumbnail(image_id, image)

    def ask_again(self, image_ids: Iterable[str]) -> None:
        """Want the thumbnails of these once more, those that are on the screen at once."""
        self._model.forget_asked(image_ids)
        self._settled.start()

    def set_kept(self, image_ids: Collection[str]) -> None:
        """Mark these, and no others, as being on this computer without their server."""
        self._model.set_kept(image_ids)

    def shown_ids(self) -> list[str]:
        """The images that the filter lets through, in the order of the list."""
        return [self._model.id_at(row) for row in range(self._model.rowCount())]

    def set_problem(self, image_id: str, words: str) -> None:
        """Say that the image cannot be used, and why; empty words take it back."""
        self._model.set_problem(image_id, words)

    def set_state(self, image_id: str, words: str) -> None:
        """Say what the person should know ("needs you"); empty words take it back."""
        self._model.set_state(image_id, words)

    def neighbour_id(self, step: int) -> str | None:
        """The image so many places after (or before) the current one, of those that are shown."""
        return self._model.neighbour(self._current, step)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settled.start()

    def _lay_out(self) -> None:
        self.body.addWidget(self.search)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.search.done.connect(self._first_found)
        self._model.modelReset.connect(self._refresh)
        self.view.stepped.connect(self._moved)
        self.view.clicked.connect(self._moved)
        self.view.let_go.connect(self._show_current)
        self.view.verticalScrollBar().valueChanged.connect(self._look_again)
        self.view.verticalScrollBar().rangeChanged.connect(self._look_again)
        self._settled.timeout.connect(self._ask)

    def _filter(self, needle: str) -> None:
        self._model.filter(needle)

    def _first_found(self) -> None:
        if self._model.rowCount():
            self._choose(self._model.id_at(0))
            self.view.setFocus()

    def _refresh(self) -> None:
        self._show_current()
        self._describe()
        self._settled.start()

    def _show_current(self) -> None:
        row = self._model.row_of(self._current)
        if row is None:
            self.view.setCurrentIndex(QModelIndex())
            self.view.clearSelection()
            return
        index = self._model.index(row)
        was_current = self.view.currentIndex() == index
        self.view.setCurrentIndex(index)
        self.view.select_rows([row], 0)
        if not was_current and not self._is_kept_in_place:
            self.view.scrollTo(index)

    def _moved(self, index: QModelIndex) -> None:
        if index.isValid():
            self._choose(self._model.id_at(index.row()))

    def _choose(self, image_id: str) -> None:
        if image_id != self._current:
            self.set_current(image_id)
            self.chosen.emit(image_id)

    def _look_again(self) -> None:
        self._settled.start()  # not connected itself: it would take the place for milliseconds

    def _ask(self) -> None:
        last = self._model.rowCount() - 1
        if last < 0 or not self.view.isVisible():
            return
        bottom = self.view.rowAt(self.view.viewport().height() - 1)
        for image_id in self._model.ask(self.view.rowAt(0), bottom if bottom >= 0 else last):
            self.thumbnail_wanted.emit(image_id)

    def _describe(self) -> None:
        shown, total = self._model.rowCount(), self._model.total
        row = self._model.row_of(self._current)
        at = "\N{EN DASH}" if row is None else f"{row + 1:,}"
        self.aside.setText(f"{at} / {shown:,}" if total else "")
        self.view.setVisible(shown > 0)
        self.empty.setVisible(shown == 0)
        self.empty.setText(
            f"No image has “{plain(self.search.text(), 40)}” in its name or stage."
            if total
            else "No images here yet.\nOpen a folder with photographs, or drop one on the window."
        )


class _ImageView(RowsView):
    """Only a click or a key chooses: a view makes its first row current when it gets the focus."""

    stepped = Signal(QModelIndex)
    """The keyboard went to another row."""
    let_go = Signal()
    """A mouse button came up, be it on the row it was pressed on or not."""

    def __init__(self, model: ImageList) -> None:
        super().__init__(ROW_HEIGHT)
        self.setModel(model)
        self.setItemDelegate(ImagePainter(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.stretch(0, {})
        self.setAccessibleName("Images")
        self.setMinimumHeight(ROW_HEIGHT)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self.stepped.emit(self.currentIndex())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():  # a drag would select without opening
            super().mouseMoveEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.let_go.emit()
