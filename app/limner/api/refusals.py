"""Turns an answer that is not a success into the error tree, whatever shape its body has.

Servers word their errors in several ways (Pictograph contract, 9; Patronus contract, 4), and
proxies in front of them in others; all of it is hostile plain text until it has been cut and
cleaned here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, Final

import msgspec

from limner.api.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    NotOffered,
    PaymentRequired,
    Refused,
    ServerFault,
    Stale,
    TooLarge,
    TooMany,
    Unauthorized,
)
from limner.api.moments import read_moment

MAX_WORDS: Final = 300
_MAX_PROBLEMS: Final = 1000

# Control characters would break the line, bidirectional marks would reorder what stands around.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")

_PLAIN: Final[Mapping[int, type[Refused]]] = {
    401: Unauthorized,
    402: PaymentRequired,
    403: Forbidden,
    404: NotFound,
    405: NotOffered,
    408: ServerFault,
    409: Conflict,
    501: NotOffered,
}


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refused:
    """The error for an answer of `status`; header names are lower case."""
    document = _json(body)
    code = _code(document)
    words = _words(document, body) or f"The server answered with status {status}."
    request_id = _clean(headers.get("x-request-id", "")) or None
    if status in (400, 422):
        return Invalid(status, code, words, request_id, tuple(_problems(document)))
    if status == 429:
        return TooMany(status, code, words, request_id, _retry_after_s(headers, document))
    if status == 413:
        return TooLarge(status, code, words, request_id, _limit_bytes(document))
    if status == 412 or (status == 409 and code == "version_conflict"):
        return Stale(status, code, words, request_id, *_present_copy(document))
    return _kind(status, document)(status, code, words, request_id)


def plain_words(text: str) -> str:
    """`text` from a server as one line for people: no control characters, 300 at most."""
    return _clean(text)


def _kind(status: int, document: Any) -> type[Refused]:
    if status == 404 and _is_missing_route(document):
        return NotOffered
    return _PLAIN.get(status, ServerFault if status >= 500 else Refused)


def _is_missing_route(document: Any) -> bool:
    """Starlette says just "Not Found" where it has no route; what is no JSON is no API at all."""
    if not isinstance(document, dict):
        return True
    return _first_words(document) == "Not Found"


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _code(document: Any) -> str:
    match document:
        case {"error": {"code": str(code)}}:
            return _clean(code)
        case {"error": str(code), "message": str()}:
            return _clean(code)
        case _:
            return ""


def _words(document: Any, body: bytes) -> str:
    if isinstance(document, dict):
        return _clean(_first_words(document))
    text = body[: 4 * MAX_WORDS].decode("utf-8", "replace")
    return "" if "<" in text else _clean(text)


def _first_words(document: dict[str, Any]) -> str:
    match document:
        case {"error": {"message": str(words)}} if words:
            return words
        case {"detail": str(words)} if words:
            return words
        case {"message": str(words)} | {"error_message": str(words)} | {"error": str(words)}:
            return words
        case {"detail": {"message": str(words)} | {"detail": str(words)}}:
            return words
        case _:
            first = islice(_problems(document), 3)
            return "; ".join(_sentence(problem) for problem in first)


def _sentence(problem: FieldProblem) -> str:
    where = ".".join(str(step) for step in problem.loc if step != "body")
    return f"{where}: {problem.message}" if where else problem.message


def _problems(document: Any) -> Iterator[FieldProblem]:
    """The wrong fields: `error.details.errors`, else a list under `detail`."""
    match document:
        case {"error": {"details": {"errors": list(rows)}}} | {"detail": list(rows)}:
            for row in rows[:_MAX_PROBLEMS]:
                match row:
                    case {"loc": list(loc), "msg": str(words)}:
                        steps = tuple(step for step in loc if isinstance(step, str | int))
                        yield FieldProblem(steps, _clean(words))
                    case _:
                        continue
        case _:
            return


def _retry_after_s(headers: Mapping[str, str], document: Any) -> float | None:
    """Seconds to wait, from `retry-after-ms`, `retry-after` (seconds or a date) or the body."""
    if (ms := _number(headers.get("retry-after-ms"))) is not None:
        return ms / 1000
    asked = headers.get("retry-after")
    if (seconds := _number(asked)) is not None:
        return seconds
    if asked and (moment := _moment(asked)):
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    match document:
        case {"error": {"details": {"retry_after": int(value) | float(value)}}} if value >= 0:
            return float(value)
        case _:
            return None


def _limit_bytes(document: Any) -> int | None:
    """How much the server takes, where it says so as Limner's own does."""
    match document:
        case {"error": {"details": {"max_bytes": int(limit)}}} if limit > 0:
            return limit
        case _:
            return None


def _present_copy(document: Any) -> tuple[int | None, str | None, datetime | None]:
    """Number, author and time of what the server has, where it says so as Limner's own does."""
    match document:
        case {"error": {"details": {**said}}}:
            rev, author = said.get("rev"), said.get("author")
            number = rev if isinstance(rev, int) and not isinstance(rev, bool) else None
            name = _clean(author) if isinstance(author, str) else None
            return number, name or None, read_moment(said.get("at"))
        case _:
            return None, None, None


def _number(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", text) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clean(text: str) -> str:
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return line if len(line) <= MAX_WORDS else line[: MAX_WORDS - 1] + "…"
