"""Which directories of a TIFF file are pages, and which are smaller levels of a page.

Three layouts are known: reduced images that say so (bit 0 of NewSubfileType) in the chain of
directories, the same in SubIFDs of the page, and the layout of whole-slide files, where smaller
copies of a tiled image follow it in the chain without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from limner.imaging.picture import Level
from limner.imaging.tiff_directory import Directory, Malformed, Tag, TiffReader
from limner.imaging.tiff_sheet import Foreign, Sheet, is_tiled, sheet_of, size_of

_DIRECTORIES_LIMIT: Final = 65_536
_SUB_DIRECTORIES_LIMIT: Final = 64
_STEP_LIMIT: Final = 4.0
"""The canvas shows a level no smaller than a quarter: what is farther apart is no ladder."""

_COPY_FROM: Final = 1.5
"""How much smaller an image must be to be taken for a copy of the one before it."""

_REDUCED, _MASK = 1, 4


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A page: `frame` counts the directories of the chain before it, as Pillow counts.

    `sheets` are its levels, largest first; none if it cannot be read chunk by chunk.
    """

    frame: int
    directory: Directory
    size: Level
    orientation: int
    sheets: tuple[Sheet, ...]

    @property
    def is_turned(self) -> bool:
        """Whether width and height change places when the page is put upright."""
        return self.orientation >= 5


def sheet_pages(reader: TiffReader) -> list[SheetPage]:
    """The pages of a file, at least one.

    A chain that leads out of the file or back into itself ends there: what comes before is good.

    Raises:
        Malformed: not even the first directory can be read.
    """
    groups: list[tuple[int, list[Directory]]] = []
    for frame, directory in enumerate(_chain(reader)):
        if groups and _belongs_to(reader, groups[-1][1][0], directory):
            groups[-1][1].append(directory)
        elif not _kind(reader, directory) or not groups:
            groups.append((frame, [directory]))
    return [_page(reader, frame, group) for frame, group in groups]


def _chain(reader: TiffReader) -> Iterator[Directory]:
    seen: set[int] = set()
    place = reader.first
    while place and place not in seen and len(seen) < _DIRECTORIES_LIMIT:
        seen.add(place)
        try:
            directory = reader.directory(place)
            _check(reader, directory)
        except Malformed:
            if len(seen) == 1:
                raise
            return
        yield directory
        place = directory.next
    if not seen:
        raise Malformed


def _check(reader: TiffReader, directory: Directory) -> None:
    """Raise Malformed for a directory whose size, kind or orientation cannot be read."""
    size_of(reader, directory)
    _kind(reader, directory)
    reader.integer(directory, Tag.ORIENTATION, 1)


def _kind(reader: TiffReader, directory: Directory) -> int:
    """Not 0 for what is no page: a reduced image or a mask of one."""
    return reader.integer(directory, Tag.NEW_SUBFILE_TYPE, 0) & (_REDUCED | _MASK)


def _belongs_to(reader: TiffReader, head: Directory, other: Directory) -> bool:
    """Whether a directory in the chain is a smaller copy of the page before it."""
    kind = _kind(reader, other)
    if kind & _MASK or not is_tiled(head):
        return False
    return _is_copy(size_of(reader, head), size_of(reader, other))


def _is_copy(whole: Level, part: Level) -> bool:
    """Whether a size is another one divided by a number, within the rounding of both sides."""
    factor = max(whole) / max(part)
    if factor < _COPY_FROM:
        return False
    return all(abs(a / factor - b) <= 1 for a, b in zip(whole, part, strict=True))


def _page(reader: TiffReader, frame: int, group: list[Directory]) -> SheetPage:
    head = group[0]
    orientation = reader.integer(head, Tag.ORIENTATION, 1)
    return SheetPage(
        frame,
        head,
        size_of(reader, head),
        orientation if 1 <= orientation <= 8 else 1,
        _ladder(reader, head, [*group[1:], *_subordinate(reader, head)]),
    )


def _subordinate(reader: TiffReader, head: Directory) -> Iterator[Directory]:
    """The reduced images in the SubIFDs of a page; those that cannot be read are left out."""
    pointers = head.get(Tag.SUB_DIRECTORIES)
    for i in range(min(pointers.count, _SUB_DIRECTORIES_LIMIT) if pointers else 0):
        with suppress(Malformed):
            directory = reader.directory(reader.integer_at(head[Tag.SUB_DIRECTORIES], i))
            if _is_copy(size_of(reader, head), size_of(reader, directory)):
                yield directory


def _ladder(reader: TiffReader, head: Directory, smaller: list[Directory]) -> tuple[Sheet, ...]:
    """The page and its copies that can be read, largest first, up to the first gap."""
    if not is_tiled(head):
        return ()
    try:
        ladder = [sheet_of(reader, head)]
    except (Foreign, Malformed):
        return ()
    looks = ladder[0].coding.looks
    found = [sheet for directory in smaller if (sheet := _readable(reader, directory))]
    for sheet in sorted(found, key=lambda sheet: sheet.size, reverse=True):
        factor = max(ladder[-1].size) / max(sheet.size)
        if sheet.coding.looks == looks and 1 < factor <= _STEP_LIMIT + 0.01:
            ladder.append(sheet)
    return tuple(ladder)


def _readable(reader: TiffReader, directory: Directory) -> Sheet | None:
    try:
        return sheet_of(reader, directory)
    except (Foreign, Malformed):
        return None
