"""Memory that one process fills and another keeps, without a copy between them.

On POSIX it is a file without a name whose descriptor goes through the socket; on Windows a
mapping whose name goes through the pipe. Linux also seals it, so that nobody can pull it from
under the one who keeps it.
"""

from __future__ import annotations

import mmap
import os
import secrets
import sys
from collections.abc import Callable
from multiprocessing import reduction
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

_COPIED: Final = 4 << 20
"""Up to this size what has come is copied: each mapping holds a descriptor, and a picture of tiles
has thousands of them."""


class SharedMemoryLost(OSError):
    """What the other process handed over is not what it said."""


def take_over(channel: Channel, size: int, wait: Callable[[], None]) -> Bytes:
    """The memory that is handed over at the other end, read-only; it is freed with the array.

    `wait` returns when something has come through the channel.

    Raises:
        SharedMemoryLost: there is less of it than `size`.
    """
    wait()
    kept = _taken(channel, size) if size else np.empty(0, np.uint8)
    kept.flags.writeable = False
    return kept


if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection

    Channel: TypeAlias = "PipeConnection[Any, Any]"

    def joined(handle: int) -> Channel:
        """The end of a connection that this process inherited."""
        return PipeConnection(handle)

    class Block:
        """Zeroed memory that is filled here and handed over once."""

        def __init__(self, size: int) -> None:
            self._name = f"limner-{os.getpid()}-{secrets.token_hex(8)}"
            self._mapping = mmap.mmap(-1, size, tagname=self._name)
            self.bytes: Bytes = np.frombuffer(self._mapping, np.uint8)

        def hand_over(self, channel: Channel) -> None:
            """Give it away; it would vanish with its last user, so the other one has it first."""
            channel.send_bytes(self._name.encode())
            channel.recv_bytes()

    def _taken(channel: Channel, size: int) -> Bytes:
        name = channel.recv_bytes().decode()
        mapping = mmap.mmap(-1, size, tagname=name, access=mmap.ACCESS_READ)
        channel.send_bytes(b"taken")
        kept = np.frombuffer(mapping, np.uint8)
        return kept if size > _COPIED else kept.copy()

else:
    import fcntl
    import tempfile
    from multiprocessing.connection import Connection

    Channel: TypeAlias = "Connection[Any, Any]"

    def joined(handle: int) -> Channel:
        """The end of a connection that this process inherited."""
        return Connection(handle)

    class Block:
        """Zeroed memory that is filled here and handed over once."""

        def __init__(self, size: int) -> None:
            self._file = _nameless_file()
            os.ftruncate(self._file, size)
            self.bytes: Bytes = np.frombuffer(mmap.mmap(self._file, size), np.uint8)

        def hand_over(self, channel: Channel) -> None:
            """Give it away; it lives on at the other end."""
            try:
                reduction.send_handle(channel, self._file, 0)
            finally:
                os.close(self._file)

    def _taken(channel: Channel, size: int) -> Bytes:
        file = reduction.recv_handle(channel)
        try:
            _hold(file, size)
            if size > _COPIED:
                return np.frombuffer(mmap.mmap(file, size, access=mmap.ACCESS_READ), np.uint8)
            return np.frombuffer(os.pread(file, size, 0), np.uint8)
        finally:
            os.close(file)

    def _nameless_file() -> int:
        if sys.platform == "linux":
            file = os.memfd_create("limner", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        else:
            with tempfile.TemporaryFile() as temporary:
                file = os.dup(temporary.fileno())
        return file

    def _hold(file: int, size: int) -> None:
        """Make sure that the memory is there and stays: touching what is cut off kills."""
        if sys.platform == "linux":
            fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        if os.fstat(file).st_size < size:
            raise SharedMemoryLost(f"{size} bytes were promised")
