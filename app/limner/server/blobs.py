"""Uploaded image bytes, one file each, in the store's folder."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from uuid import uuid4

import anyio
import anyio.to_thread

from limner.server.database import Store
from limner.server.errors import Problem


def path_of(store: Store, blob: str) -> Path:
    """Where the bytes called `blob` lie."""
    return store.blobs / blob[:2] / blob


async def keep(store: Store, chunks: AsyncIterator[bytes], most: int) -> tuple[str, int]:
    """Write the bytes as they come; the new blob's name and its size in bytes.

    They are on the disk when this returns. A transfer that breaks leaves no file.

    Raises:
        Problem: 413 for more than `most` bytes.
    """
    name = uuid4().hex
    path = path_of(store, name)
    path.parent.mkdir(exist_ok=True)
    try:
        size = await _write(path, chunks, most)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return name, size


async def _write(path: Path, chunks: AsyncIterator[bytes], most: int) -> int:
    size = 0
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > most:
                message = f"the file is larger than the {most // 1_000_000} MB this server takes"
                raise Problem(413, "payload_too_large", message, details={"max_bytes": most})
            await file.write(chunk)
        await file.flush()
        await anyio.to_thread.run_sync(os.fsync, file.wrapped.fileno())
    return size


def remove(store: Store, blobs: Iterable[str]) -> None:
    """Delete bytes that no image has any more; after the transaction that let them go."""
    for blob in blobs:
        path_of(store, blob).unlink(missing_ok=True)
