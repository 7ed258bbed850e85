"""What two processes say to each other: JSON, and samples as they lie in memory.

Samples go through a plain socket on purpose. For the 128 MB of a photograph of 24 megapixels that
took 22 ms of processor time in both processes together, and shared memory 110 ms: the system has
to find and clear 32,000 pages for it, where a socket uses the same few again and again.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

import numpy as np

from limner.imaging.picture import Samples

Message = dict[str, Any]
Planes = tuple[Samples, ...]

Patience = Callable[[], None]
"""Called every 50 ms while nothing comes; raises to wait no longer."""

_PATIENCE_S: Final = 0.05
_LENGTH: Final = struct.Struct("<I")
_MESSAGE_LIMIT: Final = 1 << 20
_KINDS: Final = ("|u1", "<u2", "<f4")


class BrokenOff(ConnectionError):
    """The other end is closed, or what comes from it makes no sense."""


class Channel:
    """One end of the connection between two processes; one thread at a time."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    @classmethod
    def inherited(cls, handle: int) -> Self:
        """The end that was left to this process by the one that started it."""
        return cls(socket.socket(fileno=handle))

    @classmethod
    def pair(cls) -> tuple[Self, Self]:
        ours, theirs = socket.socketpair()
        return cls(ours), cls(theirs)

    @property
    def handle(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, message: Mapping[str, Any], planes: Sequence[Samples] = ()) -> None:
        """Say something, and hand over planes of one dtype with it.

        Raises:
            OSError: nobody hears it.
        """
        dtype = planes[0].dtype.str if planes else ""
        about = {"shapes": [plane.shape for plane in planes], "dtype": dtype}
        body = json.dumps([message, about]).encode()
        self._socket.settimeout(None)
        self._socket.sendall(_LENGTH.pack(len(body)) + body)
        for plane in planes:
            self._socket.sendall(_flat(plane))

    def receive(self, patience: Patience | None = None) -> tuple[Message, Planes]:
        """What the other end says, and the planes that came with it, read-only.

        Raises:
            BrokenOff: it says nothing any more; and whatever `patience` raises.
        """
        self._socket.settimeout(None if patience is None else _PATIENCE_S)
        (length,) = _LENGTH.unpack(self._bytes(_LENGTH.size, patience))
        if length > _MESSAGE_LIMIT:
            raise BrokenOff(f"a message of {length} bytes")
        message, about = json.loads(self._bytes(length, patience))
        return message, tuple(
            self._plane(shape, about["dtype"], patience) for shape in about["shapes"]
        )

    def _plane(self, shape: Sequence[int], dtype: str, patience: Patience | None) -> Samples:
        if dtype not in _KINDS:
            raise BrokenOff(f"samples of {dtype}")
        plane: Samples = np.empty(shape, dtype)
        self._fill(_flat(plane), patience)
        plane.flags.writeable = False
        return plane

    def _bytes(self, length: int, patience: Patience | None) -> bytes:
        buffer = bytearray(length)
        self._fill(memoryview(buffer), patience)
        return bytes(buffer)

    def _fill(self, rest: memoryview, patience: Patience | None) -> None:
        while rest:
            try:
                received = self._socket.recv_into(rest)
            except TimeoutError:
                if patience is not None:
                    patience()
                continue
            if not received:
                raise BrokenOff("closed")
            rest = rest[received:]


def _flat(plane: Samples) -> memoryview:
    """The bytes of a contiguous plane."""
    return plane.reshape(-1).view(np.uint8).data
