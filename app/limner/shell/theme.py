"""Dark and light: the palette and the style sheet, both made from one set of tokens."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from limner import resources
from limner.panels.tokens import DARK, LIGHT, Tokens
from limner.shell.style_sheet import Pictures, style_sheet
from limner.storage.places import Places

__all__ = ["DARK", "LIGHT", "Tokens", "apply"]

_log = logging.getLogger(__name__)

_PICTURES: Final = {"down": "chevron-down", "up": "chevron-up", "check": "check", "dash": "minus"}


def apply(app: QApplication, dark: bool) -> Tokens:
    """Give the whole application one of the two looks and return its tokens.

    The palette is always our own: a bare X11 or offscreen platform ignores Qt's colour scheme.
    """
    tokens = DARK if dark else LIGHT
    app.setStyle("Fusion")
    app.styleHints().setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
    app.setPalette(_palette(tokens))
    app.setStyleSheet(style_sheet(tokens, _pictures(tokens)))
    return tokens


def _palette(t: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: t.window,
        role.WindowText: t.text,
        role.Base: t.base,
        role.AlternateBase: t.panel,
        role.Text: t.text,
        role.Button: t.panel,
        role.ButtonText: t.text,
        role.BrightText: t.bad,
        role.Highlight: t.fill,
        role.HighlightedText: t.on_fill,
        role.Accent: t.accent,
        role.ToolTipBase: t.panel,
        role.ToolTipText: t.text,
        role.PlaceholderText: t.muted,
        role.Link: t.accent,
        role.LinkVisited: t.accent,
        role.Mid: t.border,
        role.Midlight: t.hover,
        role.Light: t.hover,
        role.Dark: t.border,
        role.Shadow: t.border,
    }
    palette = QPalette()
    for each, colour in colours.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(t.faint))
    return palette


def _pictures(t: Tokens) -> Pictures:
    """A style sheet can only name files, so each recoloured icon is written once per colour."""
    inks = {"down": t.muted, "up": t.muted, "check": t.on_fill, "dash": t.on_fill}
    try:
        folder = _folder()
        return Pictures(**{use: _written(folder, use, inks[use]) for use in _PICTURES})
    except OSError as error:
        _log.warning("arrows and ticks keep the plain look of Qt: %s", error)
        return Pictures()


def _folder() -> Path:
    folder = Places.find().cache / "theme"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _written(folder: Path, use: str, colour: str) -> str:
    name = _PICTURES[use]
    svg = resources.path(f"icons/{name}.svg").read_bytes()
    svg = svg.replace(b"currentColor", colour.encode())
    file = folder / f"{name}-{colour[1:]}.svg"
    if not file.exists() or file.read_bytes() != svg:
        file.write_bytes(svg)
    return file.as_posix()
