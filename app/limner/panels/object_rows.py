"""Who stands in which row of the object list, and who is selected, hidden or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from limner.model.annotations import AnnotationId
from limner.panels.object_columns import Mask, ObjectColumns, Places
from limner.panels.object_filter import State

_NONE: Final = np.empty(0, dtype=np.intp)


class ObjectRows:
    """A row is a number into an array of places, a state an array of places: nothing is an object.

    `columns` says what stands at a place.
    """

    def __init__(self) -> None:
        self.columns = ObjectColumns()
        self.places: Places = _NONE
        """The place that each row shows."""
        self._row_at: Places | None = None
        """The row by place, -1 where there is none; made when somebody asks."""
        self._selected: Places = _NONE
        self._hidden: Places | None = None
        self.hidden_ids: frozenset[AnnotationId] = frozenset()
        self.refusals: Mapping[AnnotationId, str] = {}

    def __len__(self) -> int:
        return len(self.places)

    def show(self, places: Places) -> None:
        """The rows show these places from now on."""
        self.places, self._row_at = places, None

    def begin(self) -> None:
        """Another document comes: nobody is selected or refused in it yet."""
        self.refusals = {}
        self._selected, self._hidden = _NONE, None

    def changed(self) -> None:
        """Annotations have come or gone."""
        self._row_at = self._hidden = None
        self._selected = self._selected[self.columns.is_there[self._selected]]

    # --- rows and ids

    def ids(self, first: int, last: int) -> list[AnnotationId]:
        """The ids of the rows from `first` to `last`."""
        return self.columns.ids_at(self.places[first : last + 1])

    def ids_not_shown(self) -> frozenset[AnnotationId]:
        """What the filter holds back."""
        rest = self.columns.is_there.copy()
        rest[self.places] = False
        return frozenset(self.columns.ids_at(np.flatnonzero(rest)))

    def of(self, places: Places) -> Places:
        """The rows, ascending, of those of `places` that are shown."""
        rows = self._by_place()[places]
        return np.sort(rows[rows >= 0])

    def _by_place(self) -> Places:
        if self._row_at is None:
            self._row_at = np.full(len(self.columns.ids), -1, dtype=np.intp)
            self._row_at[self.places] = np.arange(len(self.places))
        return self._row_at

    # --- who is selected

    def select(self, ids: Iterable[AnnotationId]) -> None:
        """These are selected, in the order of `ids`."""
        self._selected = self.columns.places_of(ids)

    @property
    def selected(self) -> Places:
        """The rows, ascending, of what is selected and shown."""
        return self.of(self._selected)

    @property
    def selected_ids(self) -> list[AnnotationId]:
        """What is selected and shown."""
        return self.columns.ids_at(self.places[self.selected])

    @property
    def last_selected(self) -> int | None:
        """The row of what was selected last, of what is shown."""
        rows = self._by_place()[self._selected]
        shown = rows[rows >= 0]
        return int(shown[-1]) if len(shown) else None

    def are_selected(self, first: int, last: int) -> Mask:
        """Whether each of the rows from `first` to `last` is selected."""
        return self.state(State.SELECTED)[self.places[first : last + 1]]

    # --- who is hidden or refused

    def hide(self, ids: frozenset[AnnotationId]) -> None:
        """Exactly these are hidden."""
        self.hidden_ids, self._hidden = ids, None

    def are_all_hidden(self) -> bool:
        """Whether every row that is shown is of something hidden."""
        if len(self.hidden_ids) < len(self.places):
            return False
        return bool(self.state(State.HIDDEN)[self.places].all())

    def state(self, state: State) -> Mask:
        """By place: who is hidden, selected or refused."""
        mask = np.zeros(len(self.columns.ids), dtype=np.bool_)
        mask[self._places_in(state)] = True
        return mask

    def _places_in(self, state: State) -> Places:
        match state:
            case State.SELECTED:
                return self._selected
            case State.REFUSED:
                return self.columns.places_of(self.refusals)
            case State.HIDDEN:
                if self._hidden is None:
                    self._hidden = self.columns.places_of(self.hidden_ids)
                return self._hidden
