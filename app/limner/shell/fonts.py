"""The typeface of the editor, the same on every computer."""

from __future__ import annotations

import logging
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from limner import resources

_FILES: Final = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf")
_POINT_SIZE: Final = 9.75
_log = logging.getLogger(__name__)


def load() -> QFont:
    """Make Inter the font of the application and return it.

    Where the files are missing or unreadable the system's own typeface serves: nobody is kept from
    work by a font.
    """
    families = [family for name in _FILES for family in _family(name)]
    font = QFont(families[0]) if families else QApplication.font()
    font.setPointSizeF(_POINT_SIZE)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    QApplication.setFont(font)
    return font


def _family(file_name: str) -> list[str]:
    try:
        path = resources.path(f"fonts/{file_name}")
    except FileNotFoundError as error:
        _log.warning("%s", error)
        return []
    number = QFontDatabase.addApplicationFont(str(path))
    return QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
