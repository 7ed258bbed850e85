"""What a server says when it says no, in whatever shape, becomes a typed error in plain words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from limner.api import errors
from limner.api.refusals import refusal


def said(status: int, document: Any, headers: dict[str, str] | None = None) -> errors.Refused:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return refusal(status, headers or {}, body)


def pictograph(code: str, message: str, **details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": details}, "detail": message}


@pytest.mark.parametrize(
    ("status", "type_"),
    [
        (400, errors.Invalid),
        (401, errors.Unauthorized),
        (402, errors.PaymentRequired),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.NotOffered),
        (408, errors.ServerFault),
        (409, errors.Conflict),
        (412, errors.Stale),
        (413, errors.TooLarge),
        (418, errors.Refused),
        (422, errors.Invalid),
        (429, errors.TooMany),
        (500, errors.ServerFault),
        (501, errors.NotOffered),
        (503, errors.ServerFault),
    ],
)
def test_every_status_has_its_type(status: int, type_: type[errors.Refused]) -> None:
    error = said(status, pictograph("slug", "Words."), {"x-request-id": "r1"})
    assert type(error) is type_
    assert (error.status, error.code, str(error), error.request_id) == (
        status,
        "slug",
        "Words.",
        "r1",
    )


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (pictograph("not_found", "No such image."), "No such image."),
        ({"detail": "No such image."}, "No such image."),
        ({"error": "not_found", "message": "No such image."}, "No such image."),
        ({"error": "No such image."}, "No such image."),
        ({"error_message": "No such image."}, "No such image."),
        ({"detail": {"message": "No such image."}}, "No such image."),
        ({"error": {"code": 7}, "detail": "No such image."}, "No such image."),
        (b"upstream is away", "upstream is away"),
        (b"<html><body>502 Bad Gateway</body></html>", "The server answered with status 502."),
        (b"", "The server answered with status 502."),
        ({}, "The server answered with status 502."),
        ([1, 2], "[1, 2]"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ({"detail": "a\n\x00b\x1b[31m c\u202ed"}, "a b [31m c d"),
        ({"detail": "x" * 1000}, "x" * 299 + "…"),
        (b"[" * 100_000, "[" * 299 + "…"),
    ],
)
def test_the_servers_words_are_found_cleaned_and_cut(document: Any, words: str) -> None:
    assert str(said(502, document)) == words


ROWS = [
    {"loc": ["body", "annotations", 7, "bbox", "bounding_box", "w"], "msg": "must be > 0"},
    {"loc": ["body", "image_id"], "msg": "is missing", "type": "missing"},
    {"loc": "nonsense", "msg": 3},
]


@pytest.mark.parametrize(
    "document",
    [
        {"error": {"code": "validation_error", "message": "No.", "details": {"errors": ROWS}}},
        {"detail": ROWS},
    ],
)
def test_a_refused_field_is_traced_to_its_annotation(document: Any) -> None:
    error = said(422, document)
    assert isinstance(error, errors.Invalid)
    first, second = error.problems
    assert (first.annotation_index, first.message) == (7, "must be > 0")
    assert first.loc[-1] == "w"
    assert second.annotation_index is None


def test_field_errors_alone_are_made_into_a_sentence() -> None:
    words = "annotations.7.bbox.bounding_box.w: must be > 0; image_id: is missing"
    assert str(said(422, {"detail": ROWS})) == words


@pytest.mark.parametrize(
    "document", [{"detail": "Not Found"}, pictograph("not_found", "Not Found"), b"<html>", b""]
)
def test_a_missing_route_is_told_apart_from_a_missing_image(document: Any) -> None:
    assert isinstance(said(404, document), errors.NotOffered)
    assert isinstance(said(404, pictograph("not_found", "No such image.")), errors.NotFound)


def test_a_version_conflict_is_stale_whatever_its_number() -> None:
    assert isinstance(said(409, pictograph("version_conflict", "Changed.")), errors.Stale)


@pytest.mark.parametrize(
    ("headers", "document", "seconds"),
    [
        ({"retry-after": "12"}, {}, 12.0),
        ({"retry-after-ms": "250", "retry-after": "12"}, {}, 0.25),
        ({}, pictograph("rate_limited", "Slow.", retry_after=3), 3.0),
        ({"retry-after": "soon"}, {}, None),
        ({"retry-after": "-1"}, {}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, {}, 0.0),
        ({}, {}, None),
    ],
)
def test_how_long_to_wait_is_read_where_it_stands(
    headers: dict[str, str], document: Any, seconds: float | None
) -> None:
    error = said(429, document, headers)
    assert isinstance(error, errors.TooMany)
    assert error.retry_after_s == seconds


def test_a_date_to_wait_for_becomes_seconds() -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    error = said(429, {}, {"retry-after": format_datetime(soon, usegmt=True)})
    assert isinstance(error, errors.TooMany)
    assert error.retry_after_s is not None
    assert 3000 < error.retry_after_s <= 3600
