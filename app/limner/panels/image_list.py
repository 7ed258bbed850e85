"""The images of a dataset as a Qt model: sorted, filtered, with their thumbnails and states."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QSize, Qt
from PySide6.QtGui import QImage
from typing_extensions import override

from limner.api.listing import ImageRow
from limner.panels.rows import ModelIndex
from limner.panels.text import plain, tooltip

THUMBNAIL: Final = 56
"""The side of a thumbnail, in device-independent pixels."""

_KEPT_THUMBNAILS: Final = 800
"""About 40 MB at two device pixels a pixel; what falls out is asked for again when it is seen."""

_ROOT: Final = QModelIndex()
_DIGITS: Final = re.compile(r"([0-9]+)")


class Role(IntEnum):
    """What the delegate asks for besides the text."""

    ROW = Qt.ItemDataRole.UserRole
    THUMBNAIL = Qt.ItemDataRole.UserRole + 1
    STATE = Qt.ItemDataRole.UserRole + 2
    PROBLEM = Qt.ItemDataRole.UserRole + 3
    KEPT = Qt.ItemDataRole.UserRole + 4


class ImageList(QAbstractListModel):
    """Images by directory, then by name as people count: `scan 9` stands before `scan 10`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # a parent, so that it dies with the panel and on its thread
        self._by_id: dict[str, ImageRow] = {}
        self._sorted: list[str] = []
        self._shown: list[str] = []
        self._place: dict[str, int] = {}
        self._needle = ""
        self._thumbnails: OrderedDict[str, QImage] = OrderedDict()
        self._asked: set[str] = set()
        self._states: dict[str, str] = {}
        self._problems: dict[str, str] = {}
        self._kept: frozenset[str] = frozenset()

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        image_id = self._shown[index.row()]
        match role:
            case Role.ROW:
                return self._by_id[image_id]
            case Role.THUMBNAIL:
                return self._thumbnails.get(image_id)
            case Role.STATE:
                return self._states.get(image_id, "")
            case Role.PROBLEM:
                return self._problems.get(image_id, "")
            case Role.KEPT:
                return image_id in self._kept
            case Qt.ItemDataRole.DisplayRole:
                return plain(self._by_id[image_id].filename)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self._words(image_id))
            case Qt.ItemDataRole.AccessibleTextRole:
                return plain(self._words(image_id).replace("\n", ", "))
            case _:
                return None

    @property
    def total(self) -> int:
        """How many images there are, shown or not."""
        return len(self._sorted)

    def id_at(self, row: int) -> str:
        return self._shown[row]

    def row_of(self, image_id: str | None) -> int | None:
        """Where the image stands in what is shown; None when it is filtered out or unknown."""
        return None if image_id is None else self._place.get(image_id)

    def neighbour(self, image_id: str | None, step: int) -> str | None:
        """The shown image `step` (1 or -1) away, also from one that the filter hides."""
        row = self.row_of(image_id)
        if row is None:
            row = self._gap(image_id) - (1 if step > 0 else 0)
        wanted = row + step
        return self._shown[wanted] if 0 <= wanted < len(self._shown) else None

    def replace_all(self, rows: Iterable[ImageRow]) -> None:
        """Show another dataset; thumbnails, states and problems of the old one go."""
        self.beginResetModel()
        self._by_id = {row.id: row for row in rows}
        self._thumbnails.clear()
        self._asked.clear()
        self._states.clear()
        self._problems.clear()
        self._kept = frozenset()
        self._sort()
        self.endResetModel()

    def replace_rows(self, rows: Iterable[ImageRow]) -> None:
        """Take over the same dataset read anew: what is known of images that stay is kept."""
        now = {row.id: row for row in rows}
        if now == self._by_id:
            return
        self.beginResetModel()
        self._by_id = now
        for known in (self._thumbnails, self._states, self._problems):
            for image_id in [image_id for image_id in known if image_id not in now]:
                del known[image_id]
        self._asked &= self._thumbnails.keys()
        self._sort()
        self.endResetModel()

    def replace_one(self, row: ImageRow) -> None:
        """Take over one row; an unknown one is added."""
        old = self._by_id.get(row.id)
        if old is not None and _order(old) == _order(row):
            self._by_id[row.id] = row
            self._changed(row.id)
            return
        self.beginResetModel()
        self._by_id[row.id] = row
        self._sort()
        self.endResetModel()

    def filter(self, needle: str) -> None:
        """Show only what has `needle` in its directory, name or stage, whatever the case."""
        self.beginResetModel()
        self._needle = needle.strip().casefold()
        self._choose()
        self.endResetModel()

    def set_thumbnail(self, image_id: str, image: QImage) -> None:
        most = QSize(2 * THUMBNAIL, 2 * THUMBNAIL)
        if image.width() > most.width() or image.height() > most.height():
            fill = Qt.AspectRatioMode.KeepAspectRatioByExpanding
            image = image.scaled(most, fill, Qt.TransformationMode.SmoothTransformation)
        self._thumbnails[image_id] = image
        self._thumbnails.move_to_end(image_id)
        if len(self._thumbnails) > _KEPT_THUMBNAILS:
            dropped, _ = self._thumbnails.popitem(last=False)
            self._asked.discard(dropped)
        self._changed(image_id)

    def set_state(self, image_id: str, words: str) -> None:
        if self._states.get(image_id, "") != words:
            self._states[image_id] = words
            self._changed(image_id)

    def set_kept(self, image_ids: Collection[str]) -> None:
        """Mark these, and no others, as kept on this computer."""
        changed = self._kept.symmetric_difference(image_ids)
        self._kept = frozenset(image_ids)
        for image_id in changed:
            self._changed(image_id)

    def set_problem(self, image_id: str, words: str) -> None:
        if self._problems.get(image_id, "") != words:
            self._problems[image_id] = words
            self._changed(image_id)

    def ask(self, first: int, last: int) -> list[str]:
        """The shown images from row `first` to `last` whose thumbnail nobody was asked for yet."""
        seen = self._shown[first : last + 1]
        for image_id in seen:
            if image_id in self._thumbnails:
                self._thumbnails.move_to_end(image_id)
        wanted = [image_id for image_id in seen if image_id not in self._asked]
        self._asked.update(wanted)
        return wanted

    def forget_asked(self, image_ids: Iterable[str]) -> None:
        """Nobody was asked for the thumbnails of these, after all."""
        self._asked.difference_update(image_ids)

    def _sort(self) -> None:
        rows = sorted(self._by_id.values(), key=_order)
        self._sorted = [row.id for row in rows]
        self._choose()

    def _choose(self) -> None:
        needle, by_id = self._needle, self._by_id
        if needle:
            self._shown = [id_ for id_ in self._sorted if needle in _haystack(by_id[id_])]
        else:
            self._shown = self._sorted
        self._place = {image_id: row for row, image_id in enumerate(self._shown)}

    def _gap(self, image_id: str | None) -> int:
        """Before which shown row an image that is not shown would stand."""
        row = self._by_id.get(image_id) if image_id is not None else None
        if row is None:
            return 0
        key = _order(row)
        return sum(_order(self._by_id[other]) < key for other in self._shown)

    def _changed(self, image_id: str) -> None:
        row = self._place.get(image_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def _words(self, image_id: str) -> str:
        row = self._by_id[image_id]
        place = row.directory.rstrip("/") + "/" + row.filename
        count = (
            "1 annotation" if row.annotation_count == 1 else f"{row.annotation_count} annotations"
        )
        kept = "available offline" if image_id in self._kept else ""
        more = (kept, self._states.get(image_id), self._problems.get(image_id))
        return "\n".join([place, f"{row.status}, {count}", *filter(None, more)])


def _haystack(row: ImageRow) -> str:
    return f"{row.directory}/{row.filename}\n{row.status}".casefold()


def _order(row: ImageRow) -> tuple[list[tuple[str, int, str]], list[tuple[str, int, str]], str]:
    return _natural(row.directory), _natural(row.filename), row.id


def _natural(text: str) -> list[tuple[str, int, str]]:
    """A sort key that counts; digits are compared by length first, so no number is too long."""
    parts = _DIGITS.split(text.casefold())
    key: list[tuple[str, int, str]] = []
    for at in range(0, len(parts), 2):
        digits = parts[at + 1].lstrip("0") if at + 1 < len(parts) else ""
        key.append((parts[at], len(digits), digits))
    return key
