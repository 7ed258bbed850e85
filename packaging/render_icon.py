"""Draw an SVG into PNG files: `render_icon.py DRAWING (SIZE FILE)...`, sizes in pixels."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer


def render(drawing: QSvgRenderer, size: int, file: str) -> None:
    """Write `drawing` as a square PNG.

    Raises:
        OSError: the file could not be written.
    """
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    if not image.save(file):
        raise OSError(f"cannot write {file}")


def main() -> None:
    """Render every (SIZE, FILE) of the command line."""
    QGuiApplication([])
    drawing = QSvgRenderer(sys.argv[1])
    if not drawing.isValid():
        sys.exit(f"not an SVG drawing: {sys.argv[1]}")
    words = sys.argv[2:]
    for size, file in zip(words[::2], words[1::2], strict=True):
        render(drawing, int(size), file)


if __name__ == "__main__":
    main()
