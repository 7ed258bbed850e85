"""The colours of the two themes by what they are for, so that no widget names a colour itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QColor, QGuiApplication, QPalette

from limner.model.ontology import UNKNOWN_COLOUR

_HALF_LIGHT: Final = 128


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme, each colour as `#rrggbb`.

    Text and muted text are readable (4.5 to 1, WCAG 2.2 AA) on window, panel, base and select; so
    is `on_fill` on the three fills, and `ok`, `bad` and `warn` on a panel. `faint` is for what is
    disabled and for edges under the pointer.
    """

    window: str
    panel: str
    canvas: str
    base: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    hover: str
    select: str
    ok: str
    bad: str
    warn: str
    fill: str
    ok_fill: str
    bad_fill: str
    on_fill: str


DARK: Final = Tokens(
    window="#1b1d23",
    panel="#22252c",
    canvas="#131418",
    base="#16181d",
    border="#343842",
    text="#e4e6eb",
    muted="#9aa1ae",
    faint="#6b7280",
    accent="#4c8dff",
    hover="#2c3039",
    select="#27406f",
    ok="#3fb57f",
    bad="#f2746f",
    warn="#d9a440",
    fill="#316fea",
    ok_fill="#23805a",
    bad_fill="#c9403c",
    on_fill="#ffffff",
)

LIGHT: Final = Tokens(
    window="#f3f4f7",
    panel="#ffffff",
    canvas="#dfe2e8",
    base="#ffffff",
    border="#d3d7df",
    text="#1c2026",
    muted="#5d6573",
    faint="#9aa1ad",
    accent="#2563eb",
    hover="#e8ebf1",
    select="#dbe6fd",
    ok="#15803d",
    bad="#c62828",
    warn="#9a6a10",
    fill="#2563eb",
    ok_fill="#15803d",
    bad_fill="#c62828",
    on_fill="#ffffff",
)


def tokens_now() -> Tokens:
    """The theme of the application, told by how light its windows are.

    A widget's own palette would not do: the style sheet changes it.
    """
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < _HALF_LIGHT else LIGHT


def colour_of(text: str) -> QColor:
    """A colour that somebody else wrote; grey when it is none."""
    return QColor(text if QColor.isValidColorName(text) else UNKNOWN_COLOUR)
