"""Answers that are a success."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from fastapi import Response


def plain(value: Any, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as JSON; a `msgspec.Raw` in it is sent as it is."""
    return Response(msgspec.json.encode(value), 200, headers, "application/json")


def around_list(
    head: Mapping[str, Any],
    key: str,
    content: bytes,
    tail: Mapping[str, Any],
    headers: Mapping[str, str],
) -> Response:
    """`{**head, key: content, **tail}`, where `content` is JSON; head and tail are not empty.

    Of a hundred megabytes this makes the one copy that lets other threads run meanwhile.
    """
    before = msgspec.json.encode(head)[:-1] + b"," + msgspec.json.encode(key) + b":"
    body = b"".join([before, content, b"," + msgspec.json.encode(tail)[1:]])
    return Response(body, 200, headers, "application/json")


def unchanged(headers: Mapping[str, str]) -> Response:
    """A 304: the caller has it already."""
    return Response(status_code=304, headers=dict(headers))


def data(value: Any) -> Response:
    """`{"data": value}`, how most calls answer."""
    return plain({"data": value})


def page(rows: Sequence[Any], *, limit: int, offset: int, total: int) -> Response:
    """One page of a list. `has_more` is always said: without it SDKs guess from the length."""
    more = offset + len(rows) < total
    place = {"limit": limit, "offset": offset, "total": total, "has_more": more}
    return plain({"data": rows, "pagination": place})
