"""Which annotations a filter lets through, over the columns of an image."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np

from limner.panels.object_columns import Mask, ObjectColumns, Places
from limner.panels.object_filter import (
    TYPES,
    Among,
    Attribute,
    Comparison,
    Measure,
    Measured,
    ObjectFilter,
    State,
    Subject,
    Term,
    Word,
)

_COMPARE: Final[dict[Comparison, Callable[[Any, Any], Any]]] = {
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.EQUAL: operator.eq,
    Comparison.AT_LEAST: operator.ge,
    Comparison.MORE: operator.gt,
}
_ID_FROM: Final = 4
"""A shorter word looks for no id: one uuid in sixteen begins with any one character."""

_LARGEST_NUMBER: Final = 9
"""Digits of the largest number of an object that a word may be."""

StateMask = Callable[[State], Mask]
"""A state -> who is in it, by place."""


class Matching:
    """Remembers what each term lets through, so that the next key only asks for what is new."""

    def __init__(self, columns: ObjectColumns, state: StateMask) -> None:
        self._columns = columns
        self._state = state
        self.wanted = ObjectFilter()
        self._passed: dict[Term, Mask] = {}

    def want(self, wanted: ObjectFilter) -> None:
        """Filter by this from now on."""
        self.wanted = wanted
        self._passed = {t: self._passed[t] for t in wanted.terms if t in self._passed}

    def depends_on(self, state: State) -> bool:
        """Whether the filter asks for a state."""
        terms = self.wanted.terms
        return any(isinstance(t, Among) and _asks(t, state) for t in terms)

    def follow(self, places: Places) -> None:
        """The annotations at these places have changed, or come or gone."""
        columns, count = self._columns, len(self._columns.ids)
        there = places[columns.is_there[places]]
        for term, old in self._passed.items():
            mask = np.concatenate([old, np.zeros(count - len(old), dtype=np.bool_)])
            mask[there] = self._test(term, there)
            self._passed[term] = mask

    def shown(self) -> Mask:
        """By place: what is there and matches every term."""
        return self.shown_by(self.wanted)

    def shown_by(self, wanted: ObjectFilter) -> Mask:
        """The same for another filter; terms of the one that is wanted are not tested again."""
        mask = self._columns.is_there.copy()
        for term in wanted.terms:
            mask &= self._mask(term)
        return mask

    def _mask(self, term: Term) -> Mask:
        known = self._passed.get(term)
        if known is not None:
            return known
        present = self._columns.present()
        mask = np.zeros(len(self._columns.ids), dtype=np.bool_)
        mask[present] = self._test(term, present)
        if term in self.wanted.terms and not _is_fleeting(term):
            self._passed[term] = mask
        return mask

    def _test(self, term: Term, places: Places) -> Mask:
        return self._holds(term, places) ^ term.is_not

    def _holds(self, term: Term, places: Places) -> Mask:
        match term:
            case Word():
                return self._has_word(term.text.casefold(), places)
            case Among():
                return self._is_among(term, places)
            case Measured():
                measured = self._measures(term.measure, places)
                found: Mask = _COMPARE[term.comparison](measured, term.number)
                return found
            case Attribute():
                attributes = self._columns.attributes(places)
                return attributes.pass_(places, term.key, partial(_is_value, term))

    def _measures(self, measure: Measure, places: Places) -> Any:
        match measure:
            case Measure.SIZE:
                return self._columns.sides(places)
            case Measure.AREA:
                return self._columns.areas(places)
            case Measure.CONFIDENCE:
                return self._columns.confidence[places]

    def _has_word(self, word: str, places: Places) -> Mask:
        columns = self._columns
        in_label = np.array([word in n.casefold() for n in columns.shown_names], dtype=np.bool_)
        found: Mask = in_label[columns.label[places]]
        if word.isdecimal() and len(word) <= _LARGEST_NUMBER:
            found |= columns.number[places] == int(word)
        if len(word) >= _ID_FROM:
            ids = columns.folded_ids_at(places)
            found |= np.array([id_.startswith(word) for id_ in ids], dtype=np.bool_)
        return found

    def _is_among(self, term: Among, places: Places) -> Mask:
        columns, values = self._columns, term.values
        match term.subject:
            case Subject.CLASS:
                wanted = _classes(columns.names, values)
                found: Mask = wanted[columns.label[places]]
                return found
            case Subject.TYPE:
                return np.isin(columns.type[places], [TYPES.index(value) for value in values])
            case Subject.IS:
                found = np.zeros(len(places), dtype=np.bool_)
                for value in values:
                    found |= self._state(State(value))[places]
                return found
            case Subject.ID:
                found = np.zeros(len(places), dtype=np.bool_)
                ids = columns.folded_ids_at(places)
                for part in map(str.casefold, values):
                    found |= np.array([part in id_ for id_ in ids], dtype=np.bool_)
                return found
            case Subject.HAS:
                return columns.attributes(places).have(places, values)


def _is_fleeting(term: Term) -> bool:
    """Whether the answer may change although no annotation does."""
    return isinstance(term, Among) and term.subject in (Subject.IS, Subject.CLASS)


def _asks(term: Among, state: State) -> bool:
    return term.subject is Subject.IS and state in term.values


def _classes(names: list[str], values: tuple[str, ...]) -> Mask:
    """Which of `names` are wanted: as it is spelled where there is such a class, else any case."""
    exact = set(values) & set(names)
    others = {value.casefold() for value in values if value not in exact}
    return np.array([n in exact or n.casefold() in others for n in names], dtype=np.bool_)


def _is_value(term: Attribute, value: Any) -> bool:
    """Whether an attribute's value passes; one of a list is enough."""
    if isinstance(value, list):
        return any(_is_value(term, each) for each in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = _number(term.value)
        return number is not None and bool(_COMPARE[term.comparison](value, number))
    if term.comparison is not Comparison.EQUAL:
        return False
    return _spelled(value) == term.value.casefold()


def _spelled(value: Any) -> str | None:
    """A text, true, false or null as a person types it."""
    match value:
        case str():
            return value.casefold()
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case _:
            return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
