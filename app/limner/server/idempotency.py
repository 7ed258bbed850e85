"""One key, one execution: a repeated request gets the first one's answer.

The answer is stored in the transaction that did the work, so either both are there after a crash
or neither (study of reliability, 4.7).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import Response
from sqlalchemy import Connection, delete, insert, select

from limner.server.errors import Problem
from limner.server.tables import idempotency

KEPT_S: Final = 48 * 3600
"""Clients may repeat a request for 24 hours; twice that leaves room for their clocks."""
LONGEST_KEY: Final = 255
_KEPT_HEADERS: Final = ("etag", "x-annotation-rev")


class Running:
    """The keys whose first request has not been answered yet."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def alone(self, key_id: str, key: str) -> Iterator[None]:
        """The block runs only when no other request with this key is running; else a 409."""
        pair = (key_id, key)
        with self._lock:
            if pair in self._keys:
                raise Problem(409, "in_progress", "a request with this Idempotency-Key still runs")
            self._keys.add(pair)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(pair)


def stored_reply(tx: Connection, key_id: str, key: str, fingerprint: str) -> Response | None:
    """The answer the first request with `key` got; None when there was none.

    Raises:
        Problem: 422 when that request was another one.
    """
    row = tx.execute(
        select(idempotency).where(idempotency.c.key_id == key_id, idempotency.c.key == key)
    ).one_or_none()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        message = "this Idempotency-Key was used for another request"
        raise Problem(422, "idempotency_key_reused", message)
    headers = {**json.loads(row.headers), "Idempotent-Replayed": "true"}
    return Response(row.reply, row.status, headers, "application/json")


def store_reply(tx: Connection, key_id: str, key: str, fingerprint: str, reply: Response) -> None:
    """Keep `reply` for repetitions of its request, and forget those that are too old."""
    now = time.time()
    tx.execute(delete(idempotency).where(idempotency.c.at < now - KEPT_S))
    headers = {name: reply.headers[name] for name in _KEPT_HEADERS if name in reply.headers}
    tx.execute(
        insert(idempotency).values(
            key_id=key_id,
            key=key,
            fingerprint=fingerprint,
            status=reply.status_code,
            headers=json.dumps(headers),
            reply=bytes(reply.body),
            at=now,
        )
    )
