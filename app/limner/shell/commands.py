"""Commands as data: every action of the window is one row, with its words, keys and icon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Menu(Enum):
    """The menus, in their order."""

    FILE = "&File"
    EDIT = "&Edit"
    IMAGE = "&Image"
    VIEW = "&View"
    TOOLS = "&Tools"
    REVIEW = "&Review"
    HELP = "&Help"


def _always() -> bool:
    return True


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the person can do.

    `text` carries the mnemonic (&); `keys` are shortcuts in Qt's portable spelling, the first is
    shown; `enabled` and `checked` are asked whenever something changed; `title`, when given, is
    asked for the words ("Undo Move car"). A command with a `group` is one choice of several.
    """

    id: str
    text: str
    menu: Menu
    run: Callable[[], None]
    keys: tuple[str, ...] = ()
    icon: str = ""
    enabled: Callable[[], bool] = _always
    checked: Callable[[], bool] = _never
    checkable: bool = False
    group: str = ""
    title: Callable[[], str] | None = None
    separated: bool = False
    """A line stands above it in the menu."""
