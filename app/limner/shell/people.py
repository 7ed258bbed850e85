"""Joins the card about other people's work with the session on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from PySide6.QtCore import QTimer

from limner.model.annotations import AnnotationId
from limner.model.merge import News
from limner.model.patch import Patch
from limner.panels.people import Page
from limner.shell.deciding import Deciding
from limner.shell.editor import Editor
from limner.shell.foreign_shapes import ForeignShapes
from limner.shell.notice import Choice, Tone
from limner.shell.people_rows import PeopleRows
from limner.shell.people_words import also_edited, disagreement
from limner.shell.window import Window
from limner.sync.moves import Looked
from limner.sync.session import Session
from limner.sync.told import summed_up

_MOST_LISTED: Final = 1_000
"""Of more that others did the latest are listed; all of it is counted."""

_CONFLICTS: Final = "conflicts"
_NEWS: Final = "news"


class People:
    """Shows conflicts and others' work of the open image, and does what is decided.

    Main thread only. Whatever changes is shown on the canvas at once, and in the card in the next
    turn of the event loop.
    """

    def __init__(self, window: Window, editor: Editor) -> None:
        self._window = window
        self._editor = editor
        self._card = window.people
        self._shapes = ForeignShapes(window.canvas)
        self._rows = PeopleRows(window, editor)
        self._session: Session | None = None
        self._stops: list[Callable[[], None]] = []
        self._told: tuple[News, ...] = ()
        self._news: list[News] = []
        self._news_ids: frozenset[AnnotationId | None] = frozenset()
        self._summary = ""
        self._guard: Looked | None = None
        self._asked: WeakKeyDictionary[Session, frozenset[AnnotationId]] = WeakKeyDictionary()
        self._said: WeakKeyDictionary[Session, int] = WeakKeyDictionary()
        self._later = QTimer(window, singleShot=True, interval=0)
        self._deciding = Deciding(window, editor, self._shapes)
        self._connect()

    def _connect(self) -> None:
        self._later.timeout.connect(self._show)
        self._editor.watch(self._follow)
        self._card.closed.connect(self.close)
        self._window.people_button.clicked.connect(self._open)

    # --- the card

    @property
    def has_conflicts(self) -> bool:
        """Whether there is something to decide on the open image."""
        return self._session is not None and bool(self._session.conflicts)

    @property
    def has_news(self) -> bool:
        """Whether others did something to the open image that is in the list."""
        return bool(self._news)

    def is_at(self, page: Page) -> bool:
        """Whether this page is seen."""
        return self._window.is_people_shown and self._card.page is page

    def show(self, page: Page) -> None:
        """Put the card in the place of the objects, and the keyboard into this page of it."""
        self._show()
        self._card.turn_to(page)
        self._window.show_people(on=True)
        self._card.begin()
        self._window.notice.clear(_CONFLICTS if page is Page.CONFLICTS else _NEWS)

    def toggle(self, page: Page) -> None:
        """Show this page, or put the card away when it is what is seen."""
        if self.is_at(page):
            self.close()
        else:
            self.show(page)

    def close(self) -> None:
        """Back to the objects and the canvas."""
        self._window.show_people(on=False)
        self._window.canvas.setFocus()
        self._shapes.look_at(None)

    def _open(self) -> None:
        self.show(Page.CONFLICTS if self.has_conflicts else Page.OTHERS)

    # --- following the session

    def _follow(self) -> None:
        """Another image may be on the canvas, or an earlier state of it."""
        session = self._editor.session if self._editor.bench is not None else None
        if session is self._session:
            return
        for stop in self._stops:
            stop()
        self._session, self._stops = session, []
        self._guard = session.guard if session is not None else None
        if session is not None and session.document is not None:
            self._stops = [
                session.document.watch(self._patched),
                session.selection.watch(self._selected),
                session.watch(self._heard),
            ]
        for topic in (_CONFLICTS, _NEWS):
            self._window.notice.clear(topic)
        self._shapes.follow(session)
        self._card.conflicts.show_rows([])  # to be at one image's conflict says nothing of another
        self._show()
        if session is not None and not self.has_conflicts and not self.has_news:
            self._window.show_people(on=False)

    def _patched(self, patch: Patch) -> None:
        """Follow what concerns others' work; everything else costs nothing here."""
        if self._session is None:
            return
        if patch.conflicts or not patch.changes.keys().isdisjoint(self._session.conflicts):
            self._shapes.draw()
            self._later.start()
        elif not patch.changes.keys().isdisjoint(self._news_ids):
            self._later.start()

    def _heard(self) -> None:
        """Others' work may have come, or be held up."""
        session = self._session
        if session is None:
            return
        if session.guard is not self._guard:
            self._guard = session.guard
            self._shapes.draw()
        if session.told is not self._told:
            self._later.start()

    def _selected(self) -> None:
        """Who selects a shape on the canvas looks at its conflict."""
        only = self._session.selection.only if self._session is not None else None
        if self._session is not None and only is not None and only in self._session.conflicts:
            self._card.conflicts.look_at(only)
            self._shapes.look_at(only)

    def _show(self) -> None:
        """Bring the card up to date, and say what is new."""
        self._later.stop()
        self._sum_up()
        rows = self._rows.conflicts()
        was_deciding = self._card.conflicts.current is not None
        self._card.conflicts.show_rows(rows)
        latest = reversed(self._news[-_MOST_LISTED:])
        self._card.others.show_rows(self._rows.told(latest), self._summary)
        self._card.show_counts(len(rows), len(self._news))
        self._window.show_people_count(len(rows), len(self._news))
        if was_deciding and not rows and self.is_at(Page.CONFLICTS):
            self.close()
        self._say_what_is_new()
        self._window.refresh_soon()

    def _sum_up(self) -> None:
        session = self._session
        told = session.told if session is not None else ()
        if session is None or told is not self._told:
            self._told, self._news = told, summed_up(told)
            self._news_ids = frozenset(each.id for each in self._news)
            authors = self._rows.authors(self._news_ids)
            self._summary = also_edited(authors, self._news)

    def _say_what_is_new(self) -> None:
        """One line, once; what is to be decided goes before what is only to be known."""
        session = self._session
        if session is None:
            return
        asked, said = self._asked.get(session, frozenset()), self._said.get(session, 0)
        new = session.conflicts.keys() - asked
        self._asked[session], self._said[session] = asked | new, len(self._told)
        if new:
            text = disagreement(self._rows.authors(new), len(new))
            self._offer(_CONFLICTS, text, Page.CONFLICTS)
        elif len(self._told) > said and self._summary:
            self._offer(_NEWS, self._summary, Page.OTHERS)
        if not session.conflicts:
            self._window.notice.clear(_CONFLICTS)

    def _offer(self, topic: str, text: str, page: Page) -> None:
        offers = [Choice("Show", lambda: self.show(page))]
        self._window.notice.say(topic, text, Tone.INFO, offers, passes=True)
