"""How one row of the images panel is drawn: thumbnail, name, directory, stage and count."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QStyleOptionViewItem
from typing_extensions import override

from limner.api.listing import ImageRow
from limner.panels import icons
from limner.panels.image_list import THUMBNAIL, Role
from limner.panels.rows import ModelIndex, RowPainter, draw_text, square
from limner.panels.text import plain
from limner.panels.tokens import Tokens

ROW_HEIGHT: Final = THUMBNAIL + 16

_STAGES: Final = {
    "new": "muted",
    "annotate": "accent",
    "in_progress": "accent",
    "review": "warn",
    "complete": "ok",
}
"""The colour of each stage, as the name of a token."""

_PAD: Final = 8
_DOT: Final = 8
_RADIUS: Final = 5
_LINE: Final = 19
_MARK: Final = 13


class ImagePainter(RowPainter):
    """Three lines of text beside a thumbnail."""

    @override
    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        row: ImageRow = index.data(Role.ROW)
        rect = option.rect
        frame = QRect(rect.left() + _PAD, rect.top() + _PAD, THUMBNAIL, THUMBNAIL)
        problem: str = index.data(Role.PROBLEM)
        _draw_thumbnail(painter, frame, index.data(Role.THUMBNAIL), tokens, broken=bool(problem))
        left = frame.right() + 11
        text = QRect(left, frame.top(), rect.right() - _PAD - left, _LINE)
        if index.data(Role.KEPT):
            _draw_kept(painter, text, tokens)
            text.setWidth(text.width() - _MARK - 4)
        _draw_name(painter, text, row, tokens)
        text.setRight(rect.right() - _PAD)
        text.translate(0, _LINE)
        _draw_place(painter, text, row, tokens)
        text.translate(0, _LINE)
        _draw_stage(painter, text, row, index.data(Role.STATE), problem, tokens)


def _draw_thumbnail(
    painter: QPainter, frame: QRect, image: QImage | None, tokens: Tokens, *, broken: bool
) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(frame), _RADIUS, _RADIUS)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.fillPath(shape, QColor(tokens.canvas))
    if broken:
        icons.paint(painter, "triangle-alert", square(frame, 20), QColor(tokens.bad))
    elif image is None or image.isNull():
        icons.paint(painter, "image", square(frame, 20), QColor(tokens.faint))
    else:
        painter.setClipPath(shape)
        painter.drawImage(QRectF(frame), image, _middle(image))
    painter.restore()


def _middle(image: QImage) -> QRectF:
    """The largest square in the middle of an image, in its own pixels."""
    return square(image.rect(), min(image.width(), image.height()))


def _draw_kept(painter: QPainter, rect: QRect, tokens: Tokens) -> None:
    """That the image is on this computer."""
    place = QRect(rect.right() - _MARK, rect.top(), _MARK, rect.height())
    icons.paint(painter, "hard-drive", square(place, _MARK), QColor(tokens.muted))


def _draw_name(painter: QPainter, rect: QRect, row: ImageRow, tokens: Tokens) -> None:
    font = QFont(painter.font())
    painter.setFont(_medium(font))
    elide = Qt.TextElideMode.ElideMiddle  # the number at the end tells neighbours apart
    draw_text(painter, rect, plain(row.filename), tokens.text, elide=elide)
    painter.setFont(font)


def _medium(font: QFont) -> QFont:
    heavier = QFont(font)
    heavier.setWeight(QFont.Weight.Medium)
    return heavier


def _draw_place(painter: QPainter, rect: QRect, row: ImageRow, tokens: Tokens) -> None:
    size = f"{row.width} \N{MULTIPLICATION SIGN} {row.height}" if row.width and row.height else ""
    used = painter.fontMetrics().horizontalAdvance(size)
    draw_text(painter, rect, size, tokens.muted, align=Qt.AlignmentFlag.AlignRight)
    room = rect.adjusted(0, 0, -used - 10 if size else 0, 0)
    place = "" if row.directory == "/" else row.directory
    draw_text(painter, room, plain(place), tokens.muted, elide=Qt.TextElideMode.ElideLeft)


def _draw_stage(
    painter: QPainter, rect: QRect, row: ImageRow, state: str, problem: str, tokens: Tokens
) -> None:
    colour = getattr(tokens, _STAGES.get(row.status, "muted"))
    circle = QRectF(rect.left(), 0, _DOT, _DOT)
    circle.moveTop(rect.center().y() - _DOT / 2 + 1)
    icons.paint_dot(painter, circle, QColor(colour))
    count = f"{row.annotation_count:,}"
    draw_text(painter, rect, count, tokens.muted, align=Qt.AlignmentFlag.AlignRight)
    room = rect.adjusted(_DOT + 6, 0, -painter.fontMetrics().horizontalAdvance(count) - 10, 0)
    words, ink = row.status.replace("_", " "), tokens.muted
    if problem:
        words, ink = "not shown", tokens.bad  # why is a sentence: the tool tip has the room
    elif state:
        words, ink = state, tokens.warn
    draw_text(painter, room, plain(words), ink)
