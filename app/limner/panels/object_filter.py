"""What the person wants to see among the objects of an image, as data: every term must match.

The same filter is written in words, which `filter_words` reads:

    car                 the label has "car"; a number is the object's own ("car 12"), and four
                        characters or more may begin the id
    -truck              not this; a minus stands before any term
    "traffic light"     quotes keep blanks together and take the meaning from : = < > - and ,
    class:car,truck     one of these classes          type:polygon,kept     one of these types
    is:hidden           hidden, selected or refused   id:3f2a               the id has this
    size>100            the longer side in px         area<=5000            the area in px²
    conf<0.5            the confidence, 0 to 1        has:occluded          has this attribute
    occluded=true       an attribute's value; < and > compare numbers
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limner.model.annotations import Kind


class Subject(StrEnum):
    """What a list of values is about."""

    CLASS = "class"
    TYPE = "type"
    IS = "is"
    ID = "id"
    HAS = "has"


class Measure(StrEnum):
    """What is compared with a number."""

    SIZE = "size"
    AREA = "area"
    CONFIDENCE = "conf"


class Comparison(StrEnum):
    LESS = "<"
    AT_MOST = "<="
    EQUAL = "="
    AT_LEAST = ">="
    MORE = ">"


class State(StrEnum):
    HIDDEN = "hidden"
    SELECTED = "selected"
    REFUSED = "refused"


KEPT: Final = "kept"
"""The type of what cannot be drawn: it is kept word for word."""

TYPES: Final = (*(str(kind) for kind in Kind), KEPT)
RESERVED: Final = frozenset({*Subject, *Measure, "confidence"})
"""Names that mean no attribute unless they are quoted."""


@dataclass(frozen=True, slots=True)
class Word:
    """Text that the label has, or that is the number or begins the id."""

    text: str
    is_not: bool = False

    @property
    def words(self) -> str:
        return quoted(self.text) if _is_odd(self.text, "-", _SIGNS) else self.text


@dataclass(frozen=True, slots=True)
class Among:
    """One of `values`."""

    subject: Subject
    values: tuple[str, ...]
    is_not: bool = False

    @property
    def words(self) -> str:
        return f"{self.subject}:{','.join(_value(value, ',') for value in self.values)}"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure compared with a finite number."""

    measure: Measure
    comparison: Comparison
    number: float
    is_not: bool = False

    @property
    def words(self) -> str:
        number = self.number
        is_whole = number.is_integer() and abs(number) < 1e15
        return f"{self.measure}{self.comparison}{int(number) if is_whole else number!r}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute compared with a value; all but EQUAL compare numbers."""

    key: str
    comparison: Comparison
    value: str
    is_not: bool = False

    @property
    def words(self) -> str:
        is_odd = self.key.casefold() in RESERVED or _is_odd(self.key, "-", _SIGNS)
        key = quoted(self.key) if is_odd else self.key
        value = quoted(self.value) if self.value.startswith("=") else _value(self.value)
        return f"{key}{self.comparison}{value}"


Term = Word | Among | Measured | Attribute


@dataclass(frozen=True, slots=True)
class ObjectFilter:
    """Terms that must all match; without terms everything does."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def words(self) -> str:
        """The filter as a person would type it; reading it gives this filter again."""
        return " ".join(f"-{t.words}" if t.is_not else t.words for t in self.terms)

    def replacing(self, is_old: Callable[[Term], bool], new: Iterable[Term]) -> ObjectFilter:
        """`new` in the place of the first old term, without the others; at the end if none was."""
        at = next((at for at, term in enumerate(self.terms) if is_old(term)), len(self.terms))
        before = self.terms[:at]
        return ObjectFilter((*before, *new, *(t for t in self.terms[at:] if not is_old(t))))

    def values(self, subject: Subject) -> tuple[str, ...]:
        """The values that are wanted of a subject; nothing when it is not asked about."""
        of_it = (t for t in self.terms if isinstance(t, Among) and not t.is_not)
        return tuple(value for term in of_it if term.subject is subject for value in term.values)

    def with_values(self, subject: Subject, values: tuple[str, ...]) -> ObjectFilter:
        """Want one of `values`, whatever was wanted of the subject; nothing lifts the wish."""
        new = (Among(subject, values),) if values else ()
        return self.replacing(lambda term: _asks_for(term, subject), new)

    def bound(self, measure: Measure, sides: tuple[Comparison, ...]) -> float | None:
        """The first number that `measure` is compared with by one of `sides`."""
        found = (t for t in self.terms if isinstance(t, Measured) and _limits(t, measure, sides))
        return next((term.number for term in found), None)

    def with_bound(
        self, measure: Measure, sides: tuple[Comparison, ...], number: float | None
    ) -> ObjectFilter:
        """Compare by the first of `sides` with `number`; None lifts the bound."""
        new = () if number is None else (Measured(measure, sides[0], number),)
        return self.replacing(lambda term: _limits(term, measure, sides), new)

    def without(self, subject: Subject) -> ObjectFilter:
        """The filter as it is when one subject is not asked about."""
        return self.replacing(lambda term: _asks_for(term, subject), ())


def quoted(text: str) -> str:
    """`text` in quotes, so that nothing in it has a meaning."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SIGNS: Final = ":=<>"


def _value(text: str, parting: str = "") -> str:
    return quoted(text) if _is_odd(text, "", parting) else text


def _is_odd(text: str, first: str, inside: str) -> bool:
    """Whether `text` must be quoted to keep its meaning."""
    if not text or (first and text.startswith(first)):
        return True
    return any(char.isspace() or char == '"' or char in inside for char in text)


def _asks_for(term: Term, subject: Subject) -> bool:
    return isinstance(term, Among) and term.subject is subject and not term.is_not


def _limits(term: Term, measure: Measure, sides: tuple[Comparison, ...]) -> bool:
    is_it = isinstance(term, Measured) and term.measure is measure and not term.is_not
    return is_it and isinstance(term, Measured) and term.comparison in sides
