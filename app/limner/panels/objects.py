"""The objects panel: every annotation of the image, to find, select, hide and mend."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import numpy as np
from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtWidgets import QWidget

from limner.model.annotations import AnnotationId
from limner.model.patch import Patch
from limner.panels.card import Card, EmptyWords
from limner.panels.filter_choices import FilterChoices, choices
from limner.panels.filter_words import read
from limner.panels.finder import Finder
from limner.panels.go_to import Goal, Goals
from limner.panels.hiding import Hiding
from limner.panels.object_filter import ObjectFilter, State
from limner.panels.object_list import ObjectList
from limner.panels.object_view import Choice, How, ObjectView
from limner.panels.soon import Soon
from limner.panels.sort_button import SortButton
from limner.panels.sorting import SortBy
from limner.panels.text import plain
from limner.tools.bench import Bench

_AHEAD: Final = 1000
"""Annotations that are measured and read in one go while nothing else is to be done: 4 ms."""


class ObjectsPanel(Card):
    """The list and the selection of the bench are one: what is selected here is selected there."""

    hidden_changed = Signal(object)
    """frozenset[AnnotationId]: what the person does not want to see."""
    reveal = Signal(str)
    """AnnotationId: bring this annotation into view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Objects", "layers", parent)
        self._bench: Bench | None = None
        self._image: Hashable = None
        self._hiding = Hiding()
        self._unwatch: list[Callable[[], None]] = []
        self._is_following = False
        self._followed = 0
        """How many were selected when the list last followed."""
        self._is_image_coming = False
        self._model = ObjectList(self)
        self._ahead = QTimer(self, interval=0)
        self.sort = SortButton()
        self.unhide = self.add_button("eye-off", "Show everything", "Show what is hidden")
        self.finder = Finder(self._choices)
        self.filter = self.finder.line
        self.view = ObjectView(self._model)
        self._showing = Soon(self, self.view.show_selection)
        self._going = Soon(self, self._go_to_last)
        self.empty = EmptyWords()
        self._lay_out()
        self._connect()
        self._describe()

    @property
    def hidden(self) -> frozenset[AnnotationId]:
        """The annotations that are hidden one by one."""
        return self._hiding.ids

    @property
    def is_preparing(self) -> bool:
        """Whether sizes and attributes are still being read ahead of a question."""
        return self._ahead.isActive()

    def search(self, words: str, most: int) -> Goals:
        """What a filter of these words would show, whatever the list itself shows now."""
        places = np.flatnonzero(self._model.found_by(read(words).filter))
        found = self._model.rows.columns.ids_at(places[:most])
        return Goals([self._goal(id_) for id_ in found], len(places))

    def _goal(self, id_: AnnotationId) -> Goal:
        return Goal(id_, self._model.name_of(id_), self._model.colour_of(id_))

    def edit(self, bench: Bench | None, image: Hashable = None) -> None:
        """Show the annotations of another image.

        `image` tells it from others: it finds its hidden annotations again, and its numbers when
        no other was shown meanwhile. A filter that is not pinned goes with its image.
        """
        for unwatch in self._unwatch:
            unwatch()
        self._bench, self._unwatch = bench, []
        is_same = image is not None and image == self._image
        if bench is not None:
            self._unwatch = [
                bench.document.watch(self._patched),
                bench.selection.watch(self._follow),
            ]
            self._image = image
        with self._following():
            if bench is not None and not is_same and not self.filter.is_pinned:
                self.filter.clear()
            self._model.edit(bench, is_same_image=is_same)
        self._follow()
        self._hiding.turn_to(image if bench is not None else None)
        self._show_hidden()

    def await_image(self, *, is_coming: bool) -> None:
        """Say, as long as there is nothing to show, whether an image is on its way."""
        self._is_image_coming = is_coming
        self._describe()

    def recolour(self) -> None:
        """The classes of the bench have other colours."""
        self.view.viewport().update()

    def set_refusals(self, refusals: Mapping[AnnotationId, str]) -> None:
        """Mark the annotations that the server refused, each with the reason."""
        self._model.set_refusals(refusals)

    def name_of(self, id_: AnnotationId) -> str:
        """The name that the list shows: "car 1"; empty when there is no such annotation."""
        return self._model.name_of(id_)

    def _lay_out(self) -> None:
        self.add_to_header(self.sort)
        self.body.addWidget(self.finder)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        finder, view = self.finder, self.view
        finder.changed.connect(lambda: self._model.filter(finder.wanted))
        finder.line.done.connect(self._first_found)
        finder.line.entered.connect(self._ahead.start)
        finder.bar.select_wanted.connect(view.selectAll)
        finder.bar.hide_wanted.connect(self._toggle_found)
        finder.bar.only_wanted.connect(self._show_only)
        self._ahead.timeout.connect(self._prepare)
        self._model.modelReset.connect(self._refilled)
        self.sort.changed.connect(self._sort)
        self.unhide.clicked.connect(self._unhide)
        view.chosen.connect(self._choose)
        view.doubleClicked.connect(self._reveal)
        view.activated_row.connect(self._reveal)
        view.eye_clicked.connect(lambda row: self._toggle([self._model.id_at(row)]))
        view.eye_pressed.connect(lambda: self._toggle(self._model.rows.selected_ids))

    def _patched(self, patch: Patch) -> None:
        with self._following():  # rows that go and come back take no part in the selection
            self._model.follow(patch)
        self._follow()
        self._describe()

    # --- the selection, both ways

    @contextmanager
    def _following(self) -> Iterator[None]:
        """What is selected meanwhile was not chosen elsewhere."""
        self._is_following = True
        try:
            yield
        finally:
            self._is_following = False

    def _choose(self, choice: Choice) -> None:
        if self._bench is None:
            return
        selection, ids = self._bench.selection, self._model.rows.ids(choice.first, choice.last)
        chosen = frozenset(ids)
        if choice.how is How.ADD:
            ids = [*selection, *ids]
        elif choice.how is How.REMOVE:
            ids = [id_ for id_ in selection if id_ not in chosen]
        else:
            ids = [*(id_ for id_ in selection if id_ in chosen), *ids]  # the first stays the first
        with self._following():
            selection.choose(ids)
        self._model.rows.select(selection.ids)
        self.view.show_selection()

    def _follow(self) -> None:
        """Show what was selected elsewhere."""
        if self._bench is None or self._is_following:
            return
        ids = self._bench.selection.ids
        is_crowd, self._followed = len(ids) > self._followed + 1, len(ids)
        self._model.rows.select(ids)
        with self._following():
            self._model.show_state(State.SELECTED)
        self._showing.start()
        if not (is_crowd and self.view.shows_selected):
            self._going.start()

    def _go_to_last(self) -> None:
        """Bring what was selected last into view, now that the canvas shows it."""
        row = self._model.rows.last_selected
        if row is not None:
            self.view.go_to(row)

    def _refilled(self) -> None:
        self._follow()
        self._describe()

    def _first_found(self) -> None:
        if self._model.rowCount():
            self._choose(Choice(0, 0))
            self.view.go_to(0)
            self.view.setFocus()

    def _reveal(self, index: QModelIndex) -> None:
        if index.isValid():
            self.reveal.emit(self._model.id_at(index.row()))

    # --- finding

    def _choices(self, wanted: ObjectFilter) -> FilterChoices:
        return choices(self._model, wanted, self._bench.ontology if self._bench else ())

    def _sort(self, by: SortBy, is_reversed: bool) -> None:
        self._model.sort_by(by, is_reversed=is_reversed)

    def _prepare(self) -> None:
        if not self._model.rows.columns.prepare(_AHEAD):
            self._ahead.stop()

    # --- hiding

    def _toggle(self, ids: Iterable[AnnotationId]) -> None:
        self._hiding.toggle(frozenset(ids))
        self._show_hidden()

    def _toggle_found(self) -> None:
        self._toggle(self._model.rows.ids(0, self._model.rowCount() - 1))

    def _show_only(self) -> None:
        self._hiding.only(self._model.rows.ids_not_shown())
        self._show_hidden()

    def _show_hidden(self) -> None:
        """Show in the list, and tell, what is hidden now."""
        hidden = self._hiding.ids
        if hidden != self._model.rows.hidden_ids:
            self._model.set_hidden(hidden)
            self.hidden_changed.emit(hidden)
        self._describe_hidden()

    def _unhide(self) -> None:
        self._hiding.hide(frozenset())
        self._show_hidden()

    # --- what it says

    def _describe(self) -> None:
        shown, total = self._model.rowCount(), self._model.total
        self.aside.setText(f"{total:,}")
        self.aside.setVisible(total > 0)
        self.sort.setVisible(total > 1)
        self.finder.show_found(shown, total)
        self.view.setVisible(shown > 0)
        self.empty.setVisible(shown == 0)
        if self._bench is None:
            self.empty.setText(
                "Loading the objects of this image…"
                if self._is_image_coming
                else "Open an image to see its objects."
            )
        elif total:
            self.empty.setText(f"No object matches “{plain(self.filter.text(), 40)}”.")
        else:
            self.empty.setText("Nothing is drawn yet.\nChoose a tool and draw on the image.")
        self._describe_hidden()

    def _describe_hidden(self) -> None:
        hidden = len(self._hiding.ids)
        self.unhide.setVisible(hidden > 0)
        self.unhide.setToolTip(f"{hidden:,} hidden one by one: show them again")
        self.finder.bar.show_hidden(
            are_hidden=self._model.rows.are_all_hidden(), is_only=self._hiding.is_only
        )
