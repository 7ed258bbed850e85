"""The style sheet of the editor: what the palette alone cannot say. It never touches the canvas.

Object names it knows: `panel` (a card), `h` (a heading), `m` (muted text), `bad` and `warn`
(coloured text), `primary`, `pass`, `fail`, `choice` and `tight` (buttons), `small` (a tool button
in a title row), `segment` (one of several choices side by side), `rail` (the bar of tools).
"""

from __future__ import annotations

from dataclasses import dataclass

from limner.panels.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Pictures:
    """The files of the recoloured icons that a style sheet needs; empty when there is none."""

    down: str = ""
    up: str = ""
    check: str = ""
    dash: str = ""


def style_sheet(t: Tokens, pictures: Pictures) -> str:
    """The whole sheet for one theme."""
    parts = (_frames(t), _buttons(t), _fields(t), _lists(t), _bars(t), _drawn(t, pictures))
    return "\n".join(parts)


def _frames(t: Tokens) -> str:
    return f"""
    QMainWindow, QWidget#page {{ background: {t.window}; }}
    QDialog {{ background: {t.panel}; }}
    QFrame#panel, QFrame#notice {{ background: {t.panel}; border: 1px solid {t.border};
        border-radius: 8px; }}
    QFrame#notice[tone="ALARM"] {{ border-color: {t.bad}; }}
    QFrame#notice[tone="DONE"] {{ border-color: {t.ok}; }}
    QFrame#line {{ background: {t.border}; border: 0; max-height: 1px; }}
    QLabel#h {{ font-weight: 600; font-size: 11pt; }}
    QLabel#m {{ color: {t.muted}; }}
    QLabel#bad {{ color: {t.bad}; }}
    QLabel#warn {{ color: {t.warn}; }}
    QLabel#ok {{ color: {t.ok}; }}
    QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.border};
        padding: 4px; }}
    QSplitter::handle {{ background: transparent; }}
    QSplitter::handle:hover {{ background: {t.accent}; }}
    QScrollArea, QScrollArea > QWidget > QWidget#inside {{ background: transparent; border: 0; }}
    """


def _buttons(t: Tokens) -> str:
    return f"""
    QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 5px; }}
    QToolButton:hover {{ background: {t.hover}; }}
    QToolButton:checked {{ background: {t.fill}; color: {t.on_fill}; }}
    QToolButton:focus {{ border-color: {t.accent}; }}
    QToolButton:checked:focus {{ border-color: {t.text}; }}
    QToolButton:disabled {{ color: {t.faint}; }}
    QToolButton#small {{ padding: 3px; }}
    QToolButton::menu-indicator {{ image: none; }}
    QPushButton {{ background: {t.window}; border: 1px solid {t.border}; border-radius: 6px;
        padding: 6px 12px; }}
    QPushButton:hover {{ background: {t.hover}; }}
    QPushButton:checked {{ background: {t.select}; border-color: {t.accent}; }}
    QPushButton:focus {{ border-color: {t.accent}; }}
    QPushButton:disabled {{ color: {t.faint}; background: {t.panel}; }}
    QPushButton#tight {{ padding: 6px 6px; }}
    QPushButton#tight::menu-indicator {{ image: none; }}
    QPushButton#choice {{ text-align: left; padding: 5px 10px; }}
    QPushButton#primary, QPushButton:default {{ background: {t.fill}; color: {t.on_fill};
        border-color: {t.fill}; font-weight: 600; }}
    QPushButton#primary:hover, QPushButton:default:hover {{ background: {t.accent}; }}
    QPushButton#primary:focus, QPushButton:default:focus {{ border-color: {t.text}; }}
    QPushButton#primary:disabled, QPushButton:default:disabled {{ background: {t.hover};
        color: {t.faint}; border-color: {t.border}; }}
    QPushButton#pass:checked {{ background: {t.ok_fill}; color: {t.on_fill};
        border-color: {t.ok_fill}; }}
    QPushButton#fail:checked {{ background: {t.bad_fill}; color: {t.on_fill};
        border-color: {t.bad_fill}; }}
    QPushButton#pass:checked:focus, QPushButton#fail:checked:focus {{ border-color: {t.text}; }}
    QPushButton#segment {{ background: transparent; border-color: transparent; padding: 4px 10px;
        color: {t.muted}; }}
    QPushButton#segment:hover {{ color: {t.text}; }}
    QPushButton#segment:checked {{ background: {t.hover}; border-color: {t.border};
        color: {t.text}; }}
    QPushButton#segment:focus {{ border-color: {t.accent}; }}
    QFrame#segments {{ background: {t.base}; border: 1px solid {t.border}; border-radius: 7px; }}
    """


def _fields(t: Tokens) -> str:
    fields = "QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox"
    focused = ", ".join(f"{field}:focus" for field in fields.split(", "))
    return f"""
    {fields} {{ background: {t.base}; border: 1px solid {t.border}; border-radius: 6px;
        padding: 5px 8px; selection-background-color: {t.fill};
        selection-color: {t.on_fill}; }}
    QPlainTextEdit, QTextEdit {{ padding: 3px 5px; }}
    QComboBox:hover, QLineEdit:hover {{ border-color: {t.faint}; }}
    {focused} {{ border-color: {t.accent}; }}
    QLineEdit[invalid="true"] {{ border-color: {t.bad}; }}
    QLineEdit:disabled, QComboBox:disabled, QPlainTextEdit:disabled {{ color: {t.faint}; }}
    QLineEdit[readOnly="true"] {{ background: transparent; color: {t.muted}; }}
    QCheckBox, QRadioButton {{ spacing: 8px; }}
    QComboBox QLineEdit {{ background: transparent; border: 0; padding: 0; }}
    QCheckBox::indicator, QRadioButton::indicator, QListView::indicator {{ width: 14px;
        height: 14px; border: 1px solid {t.faint}; background: {t.base}; }}
    QCheckBox::indicator, QListView::indicator {{ border-radius: 4px; }}
    QRadioButton::indicator {{ border-radius: 8px; }}
    QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus,
    QRadioButton::indicator:focus {{ border-color: {t.accent}; }}
    QCheckBox::indicator:checked, QCheckBox::indicator:indeterminate,
    QListView::indicator:checked, QRadioButton::indicator:checked {{ background: {t.fill};
        border-color: {t.fill}; }}
    QRadioButton::indicator:checked {{ border: 4px solid {t.fill}; background: {t.on_fill};
        width: 8px; height: 8px; }}
    QSlider {{ min-height: 20px; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.border}; }}
    QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {t.accent}; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
        background: {t.accent}; border: 1px solid {t.panel}; }}
    QSlider::handle:horizontal:focus {{ border-color: {t.text}; }}
    QSlider[unanswered="true"]::sub-page:horizontal {{ background: {t.border}; }}
    QSlider[unanswered="true"]::handle:horizontal {{ background: {t.faint}; }}
    QProgressBar {{ background: {t.border}; border: 0; border-radius: 3px; max-height: 6px;
        color: transparent; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    """


def _lists(t: Tokens) -> str:
    return f"""
    QAbstractItemView {{ background: transparent; border: 0; outline: 0;
        selection-background-color: {t.select}; selection-color: {t.text}; }}
    QTreeView, QListView {{ show-decoration-selected: 1; }}
    QTreeView::item, QListView::item {{ min-height: 28px; border: 0; }}
    QTreeView::item:hover, QListView::item:hover {{ background: {t.hover}; }}
    QTreeView::item:selected, QListView::item:selected {{ background: {t.select};
        color: {t.text}; }}
    QDialog QAbstractItemView {{ background: {t.base}; border: 1px solid {t.border};
        border-radius: 6px; }}
    QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: 0;
        border-bottom: 1px solid {t.border}; padding: 4px 8px; }}
    QComboBox QAbstractItemView {{ background: {t.panel}; border: 1px solid {t.border};
        padding: 4px; selection-background-color: {t.select}; selection-color: {t.text};
        outline: 0; }}
    QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0 4px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {t.border}; border-radius: 4px; margin: 1px; }}
    QScrollBar::handle:hover {{ background: {t.faint}; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }}
    QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def _bars(t: Tokens) -> str:
    return f"""
    QToolBar {{ background: {t.panel}; border: 0; border-bottom: 1px solid {t.border};
        spacing: 2px; padding: 4px 8px; }}
    QToolBar#rail {{ border-bottom: 0; border-right: 1px solid {t.border}; }}
    QToolBar::separator {{ background: {t.border}; width: 1px; height: 1px; margin: 5px 6px; }}
    QToolBar#rail::separator {{ margin: 6px 5px; }}
    QMenuBar {{ background: {t.panel}; border-bottom: 1px solid {t.border}; padding: 2px 6px; }}
    QMenuBar::item {{ background: transparent; padding: 4px 9px; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {t.hover}; }}
    QMenu {{ background: {t.panel}; border: 1px solid {t.border}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px 5px 10px; border-radius: 4px; }}
    QMenu::icon {{ padding-left: 8px; }}
    QMenu::item:selected {{ background: {t.hover}; }}
    QMenu::item:disabled {{ color: {t.faint}; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 8px; }}
    QStatusBar {{ background: {t.panel}; border-top: 1px solid {t.border}; color: {t.muted}; }}
    QStatusBar::item {{ border: 0; }}
    QStatusBar QLabel {{ color: {t.muted}; padding: 0 6px; }}
    QTabWidget::pane {{ border: 0; border-top: 1px solid {t.border}; }}
    QTabBar::tab {{ padding: 6px 12px; color: {t.muted}; border: 0;
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:hover, QTabBar::tab:focus {{ color: {t.text}; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
    """


def _drawn(t: Tokens, pictures: Pictures) -> str:
    """What needs a picture; without the files Qt draws its own arrows and ticks."""
    if not pictures.down:
        return ""
    return f"""
    QComboBox::drop-down {{ border: 0; width: 24px; }}
    QComboBox::down-arrow {{ image: url("{pictures.down}"); width: 14px; height: 14px; }}
    QAbstractSpinBox {{ padding-right: 20px; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: 0; width: 18px;
        background: transparent; }}
    QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{
        background: {t.hover}; border-radius: 3px; }}
    QAbstractSpinBox::up-arrow {{ image: url("{pictures.up}"); width: 12px; height: 12px; }}
    QAbstractSpinBox::down-arrow {{ image: url("{pictures.down}"); width: 12px; height: 12px; }}
    QCheckBox::indicator:checked, QListView::indicator:checked {{
        image: url("{pictures.check}"); }}
    QCheckBox::indicator:indeterminate {{ image: url("{pictures.dash}"); }}
    """
