"""Search filters of the Patronus wire as SQL expressions.

A filter can name only what a search declares (`Fields`), and every value goes in as a parameter.
`ne` also finds rows that have no value; text compares by exact case except under `ilike`, which on
SQLite folds the letters of ASCII only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import StrictBool, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Dialect, Table, and_, false, func, or_, true

from limner.api.patronus_wire import Filter, Int64, Operation, Score, Text
from limner.api.patronus_wire import Moment as UtcMoment
from limner.server.errors import wrong_field
from limner.server.patronus_tables import Moment

Fields = Mapping[str, ColumnElement[Any]]

MAX_DEPTH: Final = 16
MAX_CONDITIONS: Final = 500
"""Enough for any query a person writes, and far from SQLite's expression limit of 1000."""
MAX_VALUES: Final = 10_000
"""Of all lists in one search together; PostgreSQL takes 65,535 parameters."""
MAX_PATTERN: Final = 4096
"""SQLite refuses patterns over 50,000 bytes, and escaping can make one twelve times as long."""

_TEXT_ONLY: Final = frozenset({"starts_with", "ends_with", "like", "ilike"})
_ORDERED: Final = frozenset({"lt", "le", "gt", "ge"})

_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "eq": lambda column, value: column.is_not_distinct_from(value),
    "ne": lambda column, value: column.is_distinct_from(value),
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
    "in": lambda column, value: column.in_(value),
    "starts_with": lambda column, value: func.substr(column, 1, len(value)) == value,
    "ends_with": lambda column, value: (
        func.substr(column, func.length(column) - len(value) + 1) == value
    ),
}


def fields_of(table: Table, names: Iterable[str]) -> Fields:
    """The columns of `table` that a search may name."""
    return {name: table.c[name] for name in names}


def condition(
    filters: Sequence[Filter] | None, fields: Fields, dialect: Dialect
) -> ColumnElement[bool]:
    """All `filters` at once, over `fields`.

    Raises:
        Problem: 422, with the place in the body, for an unknown field, an operation that its type
            does not have, a value of another type, or a filter too large to answer.
    """
    return _Compiler(fields, dialect).every(filters or (), ("filters",))


class _Compiler:
    def __init__(self, fields: Fields, dialect: Dialect) -> None:
        self._fields = fields
        self._is_sqlite = dialect.name == "sqlite"
        self._seen = 0
        self._listed = 0

    def every(self, filters: Sequence[Filter], loc: tuple[str | int, ...]) -> ColumnElement[bool]:
        return and_(true(), *(self._one(each, (*loc, n)) for n, each in enumerate(filters)))

    def _one(self, given: Filter, loc: tuple[str | int, ...]) -> ColumnElement[bool]:
        self._seen += 1
        if self._seen > MAX_CONDITIONS or len(loc) > 2 * MAX_DEPTH:
            raise wrong_field("too many conditions in one search", *loc)
        parts = [self.every(given.and_ or (), (*loc, "and_"))]
        if given.or_:
            choices = (self._one(each, (*loc, "or_", n)) for n, each in enumerate(given.or_))
            parts.append(or_(false(), *choices))
        if given.field is not None and given.operation is not None:
            parts.append(self._compare(given.field, given.operation, given.value, loc))
        return and_(*parts)

    def _compare(
        self, field: str, operation: Operation, value: Any, loc: tuple[str | int, ...]
    ) -> ColumnElement[bool]:
        column = self._fields.get(field)
        if column is None:
            known = ", ".join(sorted(self._fields))
            raise wrong_field(f"there is no field {field!r} to search by: {known}", *loc, "field")
        _check_operation(column, operation, loc)
        self._listed += len(value) if isinstance(value, list) else 0
        if self._listed > MAX_VALUES:
            raise wrong_field(f"a search takes {MAX_VALUES} values at most", *loc, "value")
        value = _typed(column, operation, value, (*loc, "value"))
        if operation in _ORDERED and _kind(column) == "str" and not self._is_sqlite:
            column = column.collate("C")  # by code point, as SQLite does, not by a language
        if operation in ("like", "ilike"):
            return self._like(column, operation, value, loc)
        return _COMPARISONS[operation](column, value)

    def _like(
        self, column: ColumnElement[Any], operation: str, pattern: str, loc: tuple[str | int, ...]
    ) -> ColumnElement[bool]:
        if len(pattern) > MAX_PATTERN:
            raise wrong_field(f"a pattern has {MAX_PATTERN} letters at most", *loc, "value")
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            raise wrong_field("a pattern must not end with a lone backslash", *loc, "value")
        if operation == "ilike":
            return column.ilike(pattern, escape="\\")
        if self._is_sqlite:  # SQLite's LIKE does not tell case apart
            return column.op("GLOB")(_glob(pattern))
        return column.like(pattern, escape="\\")


def _kind(column: ColumnElement[Any]) -> str:
    return "moment" if isinstance(column.type, Moment) else column.type.python_type.__name__


def _check_operation(
    column: ColumnElement[Any], operation: Operation, loc: tuple[str | int, ...]
) -> None:
    kind = _kind(column)
    if (operation in _TEXT_ONLY and kind != "str") or (operation in _ORDERED and kind == "bool"):
        raise wrong_field(f"this field does not know {operation!r}", *loc, "operation")


def _typed(
    column: ColumnElement[Any], operation: Operation, value: Any, loc: tuple[str | int, ...]
) -> Any:
    if value is None and operation in ("eq", "ne"):
        return None
    if operation != "in":
        return _single(column, value, loc)
    if not isinstance(value, list):
        raise wrong_field("a list is needed", *loc, kind="list_type")
    return [_single(column, each, (*loc, n)) for n, each in enumerate(value)]


def _single(column: ColumnElement[Any], value: Any, loc: tuple[str | int, ...]) -> Any:
    try:
        return _TYPES[_kind(column)].validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise wrong_field(first["msg"], *loc, kind=first["type"]) from None


_TYPES: Final[Mapping[str, TypeAdapter[Any]]] = {
    "str": TypeAdapter(Text),
    "float": TypeAdapter(Score),
    "int": TypeAdapter(Int64),
    "bool": TypeAdapter(StrictBool),
    "moment": TypeAdapter(UtcMoment),
}


def _glob(pattern: str) -> str:
    """The GLOB pattern that means what the LIKE pattern with backslash escapes means."""
    made = []
    letters = iter(pattern)
    for letter in letters:
        if letter == "\\":
            made.append(_literal(next(letters)))
        else:
            made.append({"%": "*", "_": "?"}.get(letter) or _literal(letter))
    return "".join(made)


def _literal(letter: str) -> str:
    return f"[{letter}]" if letter in "*?[" else letter
