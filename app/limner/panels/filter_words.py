"""Reads what a person types into the filter line; half a word never empties the list."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

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

_SIGNS: Final = ("<=", ">=", "<", ">", "=", ":")
_MEASURES: Final = {**{str(m): m for m in Measure}, "confidence": Measure.CONFIDENCE}
_SUBJECTS: Final = {str(subject): subject for subject in Subject}
_KNOWN: Final = {
    Subject.TYPE: TYPES,
    Subject.IS: tuple(str(state) for state in State),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood, and what was not, in words for the person."""

    filter: ObjectFilter
    complaints: tuple[str, ...] = ()


class _NotUnderstood(Exception):
    """The message says what is missing."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """One character of the line; an opening quote is an empty one, so that `""` is something."""

    char: str
    is_quoted: bool


_Letters = list[_Letter]
_MINUS: Final = _Letter("-", is_quoted=False)
_COMMA: Final = _Letter(",", is_quoted=False)


def read(line: str) -> Reading:
    """Read a line; terms that are not understood (yet) are left out and complained about."""
    terms: list[Term] = []
    complaints: list[str] = []
    for token in _tokens(line):
        if token == [_MINUS]:
            continue  # what must not match comes next
        try:
            terms.append(_term(token))
        except _NotUnderstood as problem:
            complaints.append(str(problem))
    return Reading(ObjectFilter(tuple(terms)), tuple(complaints))


def _tokens(line: str) -> Iterator[_Letters]:
    """The line parted at blanks outside of quotes; an open quote goes to the end."""
    token: _Letters = []
    for letter in _letters(line):
        if letter.char.isspace() and not letter.is_quoted:
            if token:
                yield token
            token = []
        else:
            token.append(letter)
    if token:
        yield token


def _letters(line: str) -> Iterator[_Letter]:
    is_quoted, at = False, 0
    while at < len(line):
        char = line[at]
        at += 1
        if is_quoted and char == "\\" and line[at : at + 1] in ('"', "\\"):
            yield _Letter(line[at], is_quoted=True)
            at += 1
        elif char == '"':
            is_quoted = not is_quoted
            if is_quoted:
                yield _Letter("", is_quoted=True)
        else:
            yield _Letter(char, is_quoted)


def _term(token: _Letters) -> Term:
    is_not = token[0] == _MINUS
    body = token[1:] if is_not else token
    at, sign = _sign_in(body)
    key, value = body[:at], body[at + len(sign) :]
    if not sign or not key:
        return _word(body, is_not)
    name = _text(key)
    plain_name = "" if any(letter.is_quoted for letter in key) else name.casefold()
    if plain_name in _MEASURES and sign != ":":
        return _measured(plain_name, Comparison(sign), value, is_not)
    if plain_name in _SUBJECTS and sign in ":=":
        return _among(_SUBJECTS[plain_name], value, is_not)
    if sign == ":" or plain_name in _SUBJECTS:
        raise _NotUnderstood(f"{name}{sign} has no meaning; put quotes around it to look for it.")
    return _attribute(name, Comparison(sign), value, is_not)


def _sign_in(letters: _Letters) -> tuple[int, str]:
    """Where the first sign outside of quotes is, and which; nowhere is at the end."""
    for at in range(len(letters)):
        ahead = "".join("\0" if it.is_quoted else it.char for it in letters[at : at + 2])
        for sign in _SIGNS:
            if ahead.startswith(sign):
                return at, sign
    return len(letters), ""


def _word(body: _Letters, is_not: bool) -> Word:
    text = _text(body)
    if not text:
        raise _NotUnderstood("There is nothing between the quotes.")
    return Word(text, is_not)


def _measured(name: str, comparison: Comparison, value: _Letters, is_not: bool) -> Measured:
    number = _number(_text(value))
    if number is None:
        raise _NotUnderstood(f"{name}{comparison} wants a number, such as {_EXAMPLES[name]}.")
    return Measured(_MEASURES[name], comparison, number, is_not)


_EXAMPLES: Final = {"size": "100", "area": "5000", "conf": "0.5", "confidence": "0.5"}


def _among(subject: Subject, value: _Letters, is_not: bool) -> Among:
    values = tuple(_text(part) for part in _parts(value) if part)
    if not values:
        raise _NotUnderstood(f"{subject}: wants a value{_of(subject)}.")
    known = _KNOWN.get(subject)
    if known is not None:
        values = tuple(each.casefold() for each in values)
        unknown = next((each for each in values if each not in known), None)
        if unknown is not None:
            raise _NotUnderstood(f"{subject}:{unknown} is none{_of(subject)}.")
    return Among(subject, values, is_not)


def _of(subject: Subject) -> str:
    return f" of {', '.join(_KNOWN[subject])}" if subject in _KNOWN else ""


def _parts(value: _Letters) -> Iterator[_Letters]:
    part: _Letters = []
    for letter in value:
        if letter == _COMMA:
            yield part
            part = []
        else:
            part.append(letter)
    yield part


def _attribute(name: str, comparison: Comparison, value: _Letters, is_not: bool) -> Attribute:
    text = _text(value)
    if not value:
        raise _NotUnderstood(f"{name}{comparison} wants a value.")
    if comparison is not Comparison.EQUAL and _number(text) is None:
        raise _NotUnderstood(f"{name}{comparison} wants a number.")
    return Attribute(name, comparison, text, is_not)


def _text(letters: _Letters) -> str:
    return "".join(letter.char for letter in letters)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
