"""The list of a save against the list that is stored.

A long one is read a little at a time, so that a server in the same process as a window does not
hold it up, and rows that are stored already word for word are not read anew: an editor sends back
what it did not change in the words it came in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
from msgspec import Raw

from limner.api import pictograph_wire as wire
from limner.api.row_slices import UNREADABLE, Slice, list_slices, slices
from limner.server.errors import wrong_field
from limner.server.shapes import Known, SaveById, SaveByPath, Shape, fits, read

LONG_BYTES: Final = 1_000_000
"""From here on a save is read in slices: shorter ones take milliseconds."""

Authors = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """A list to be stored, and who made what is changed in it and was there before."""

    shapes: Sequence[Shape | Known]
    authors: Authors


class Sent(Protocol):
    """The annotations of a save, read at the latest when the stored ones are at hand."""

    def against(self, stored: bytes) -> Compared:
        """The list, beside the array `stored` that it takes the place of.

        Raises:
            Problem: 422 with one row per wrong field.
        """
        ...


@dataclass(frozen=True, slots=True)
class Short:
    """A list that was read."""

    shapes: list[Shape]

    def against(self, stored: bytes) -> Compared:
        return Compared(self.shapes, {one.id: one.created_by for one in _read_authors(stored)})


@dataclass(frozen=True, slots=True)
class Long:
    """A body that is still to be read; `image_id` is what it must name, in the older dialect."""

    content: bytes
    image_id: str | None

    def against(self, stored: bytes) -> Compared:
        try:
            return self._compared(_StoredRows(stored))
        except (_OutOfLine, *UNREADABLE):  # the strict models say what is wrong, if anything is
            return _read_whole(self.content, self.image_id).against(stored)

    def _compared(self, stored: _StoredRows) -> Compared:
        shapes: list[Shape | Known] = []
        authors: dict[str, str | None] = {}
        around = b""
        for piece in slices(self.content):
            shapes += _rows(piece, stored, authors)
            around = piece.around
        if self.image_id is None:
            msgspec.json.decode(around, type=SaveByPath)
        else:
            _check_named(msgspec.json.decode(around, type=SaveById), self.image_id)
        return Compared(shapes, authors)


def sent_in(content: bytes, image_id: str | None = None) -> Sent:
    """The list in the body of a save, which must name the image `image_id` in the older dialect.

    Raises:
        Problem: 422 when it is short and wrong.
    """
    if len(content) >= LONG_BYTES:
        return Long(content, image_id)
    return _read_whole(content, image_id)


def _read_whole(content: bytes, image_id: str | None) -> Short:
    if image_id is None:
        return Short(read(content, SaveByPath, wire.SaveByPath).annotations)
    body = read(content, SaveById, wire.SaveById)
    _check_named(body, image_id)
    return Short(body.annotations)


def _check_named(body: SaveById, image_id: str) -> None:
    """Raises a 422 when the body names another image than the address did."""
    if body.image_id.lower() != image_id.lower():
        raise wrong_field("names another image than the address does", "image_id")


class _OutOfLine(Exception):
    """A row that must be looked at together with all others."""


class _Author(msgspec.Struct, gc=False):
    id: str
    created_by: str | None = None


class _StoredRows:
    """The rows of a stored array by id, read as far as they were asked for."""

    def __init__(self, stored: bytes) -> None:
        self._pieces: Iterator[Slice] = list_slices(stored)
        self._held: dict[str, tuple[Raw, str | None]] = {}

    def take(self, id_: str) -> tuple[Raw, str | None] | None:
        """The text and the author of one row; each is given once."""
        while id_ not in self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return None
            for raw, one in zip(piece.rows, _read_authors(piece.text), strict=True):
                self._held[one.id] = (raw, one.created_by)
        return self._held.pop(id_)


_read_authors = msgspec.json.Decoder(list[_Author]).decode
_read_known = msgspec.json.Decoder(list[Known]).decode
_read_shape = msgspec.json.Decoder(Shape).decode


def _rows(
    piece: Slice, stored: _StoredRows, authors: dict[str, str | None]
) -> Iterator[Shape | Known]:
    """The rows of a slice; the authors of those that changed are added to `authors`."""
    for raw, known in zip(piece.rows, _read_known(piece.text), strict=True):
        found = stored.take(known.id)
        if found is not None and found[0] == raw:
            known.text = raw
            yield known
            continue
        if found is not None:
            authors[known.id] = found[1]
        shape = _read_shape(raw)
        if not fits(shape):
            raise _OutOfLine
        yield shape
