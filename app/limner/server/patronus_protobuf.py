"""Reads protocol buffers without a schema compiler: as much as OTLP needs.

A message is a run of fields: a number, a wire type, a payload. Unknown fields are passed over, as
the format asks of every reader (protobuf.dev, "Encoding"), so newer senders are understood.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_VARINT: Final = 0
_FIXED64: Final = 1
_BYTES: Final = 2
_FIXED32: Final = 5

_MASK64: Final = 2**64 - 1


class Malformed(ValueError):
    """The bytes are no protocol buffer message, or a field has another type than it should."""


class Message:
    """The fields of one encoded message, by number.

    Every getter answers the field's last value, or what proto3 means by its absence; one that
    meets a value of another wire type raises Malformed.
    """

    __slots__ = ("_fields",)

    def __init__(self, encoded: bytes) -> None:
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in _fields(encoded):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def integer(self, number: int) -> int:
        """An unsigned integer of any width."""
        value = self._fields[number][-1] if number in self._fields else 0
        if not isinstance(value, int):
            raise Malformed(f"field {number} is no number")
        return value

    def signed(self, number: int) -> int:
        """An int64, which travels as two's complement."""
        value = self.integer(number)
        return value - 2**64 if value >= 2**63 else value

    def double(self, number: int) -> float:
        """A 64-bit float."""
        value: float = struct.unpack("<d", self.integer(number).to_bytes(8, "little"))[0]
        return value

    def octets(self, number: int) -> bytes:
        """Bytes as they are."""
        every = self.every(number)
        return every[-1] if every else b""

    def text(self, number: int) -> str:
        """A string. What no database stores becomes U+FFFD: broken UTF-8 and NUL."""
        return self.octets(number).decode("utf-8", "replace").replace("\0", "\ufffd")

    def message(self, number: int) -> Message:
        """A message in the message; an empty one when it is absent."""
        return Message(self.octets(number))

    def messages(self, number: int) -> list[Message]:
        """A repeated message, in order."""
        return [Message(value) for value in self.every(number)]

    def every(self, number: int) -> list[bytes]:
        """A repeated field of bytes, in order."""
        values = [value for value in self._fields.get(number, ()) if isinstance(value, bytes)]
        if len(values) != len(self._fields.get(number, ())):
            raise Malformed(f"field {number} is no text, bytes or message")
        return values


def _fields(encoded: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(encoded):
        tag, at = _varint(encoded, at)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise Malformed("field number 0")
        if wire_type == _VARINT:
            value, at = _varint(encoded, at)
            yield number, value
            continue
        if wire_type == _BYTES:
            size, at = _varint(encoded, at)
        else:
            size = _fixed_size(wire_type)
        payload, at = encoded[at : at + size], at + size
        if len(payload) < size:
            raise Malformed("a field is cut off")
        yield number, payload if wire_type == _BYTES else int.from_bytes(payload, "little")


def _fixed_size(wire_type: int) -> int:
    if wire_type == _FIXED64:
        return 8
    if wire_type == _FIXED32:
        return 4
    raise Malformed(f"wire type {wire_type}")  # groups (3, 4) never were part of proto3


def _varint(encoded: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(encoded):
            raise Malformed("a number is cut off")
        byte = encoded[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MASK64, at
    raise Malformed("a number of more than ten bytes")
