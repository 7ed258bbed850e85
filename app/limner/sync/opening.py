"""How an image is opened, on a worker: fetched, looked at, then decoded as its size demands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from limner.api.pictograph import ImageRow
from limner.imaging.decoder import Decoder
from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Level, Planes, Window
from limner.imaging.plan import Plan, bytes_per_pixel, how_to_open
from limner.imaging.pyramid_cache import PyramidCache
from limner.imaging.tone import automatic
from limner.sync.image_source import Source
from limner.tasks import Ticket

PREVIEW_SIDE: Final = 1360
"""Pixels of the longer side of the first sharp pixels: a canvas between panels on 1920 pixels.

24 megapixels come at a quarter of their width then: 123 ms CPU until they are painted, not 165."""

_QUICK_PIXELS: Final = 4_000_000
"""Below this the whole image is there as soon as a preview would be."""


class Key(NamedTuple):
    """What pixels are kept under."""

    origin: str
    image_id: str
    page: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of an image whose pixels are wanted; `ticket` is cancelled when they are not."""

    source: Source
    row: ImageRow
    page: int = 0
    ticket: Ticket = field(default_factory=Ticket, compare=False)

    @property
    def key(self) -> Key:
        return Key(self.source.origin, self.row.id, self.page)

    @property
    def name(self) -> str:
        return self.row.filename

    def is_given_up(self) -> bool:
        return self.ticket.is_cancelled


@dataclass(frozen=True, slots=True)
class Fetching:
    """Bytes come over the line; `in_all` where the server says how many."""

    so_far: int
    in_all: int | None


@dataclass(frozen=True, slots=True)
class Preparing:
    """A pyramid is being built on disk; from 0 to 1."""

    share: float


@dataclass(frozen=True, slots=True)
class FirstPixels:
    """A small version of an image of `size` pixels, while the whole is still to come."""

    planes: Planes
    size: Level


Step = Fetching | Preparing | FirstPixels
Tell = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Tiles:
    """A file that is read tile by tile: the image itself, or the pyramid made of it."""

    path: Path
    page: int
    levels: tuple[Level, ...]
    tile: Level
    window: Window | None


@dataclass(frozen=True, slots=True)
class Opened:
    """An image that can be shown; `content` is all of its levels, or where its tiles are.

    `size` is that of the first page, in which annotations are counted.
    """

    path: Path
    facts: ImageFacts
    size: Level
    content: Planes | Tiles

    @property
    def warning(self) -> str | None:
        said = self.content.warning if isinstance(self.content, Planes) else None
        if (self.facts.width, self.facts.height) == self.size:
            return said
        other = (
            f"This page has {self.facts.width} × {self.facts.height} pixels, the first one "
            f"{self.size.width} × {self.size.height}: annotations are placed on the first."
        )
        return f"{other} {said}" if said else other


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens images through the decoder; every method blocks and belongs on a worker."""

    decoder: Decoder
    pyramids: PyramidCache
    budget_bytes: int

    def open(self, wanted: Wanted, tell: Tell) -> Opened:
        """Do all that it takes; `tell` hears how it goes, on this worker.

        Raises:
            ImageProblem: it cannot be shown. ApiError, OSError: its file cannot be had.
            Cancelled: nobody wants it any more.
        """
        path = self._fetch(wanted, tell)
        facts, size = self._facts(path, wanted)
        match how_to_open(facts, self.budget_bytes):
            case Plan.WHOLE:
                self._preview(path, wanted, facts, tell)
                return Opened(path, facts, size, self._whole(path, wanted))
            case Plan.TILED:
                tiles = self._tiles(path, wanted, wanted.page, facts)
                return Opened(path, facts, size, tiles)
            case Plan.PYRAMID:
                return Opened(path, facts, size, self._pyramid(path, wanted, facts, tell))

    def open_ahead(
        self, wanted: Wanted, room_bytes: int, gate: Callable[[], AbstractContextManager[None]]
    ) -> Opened | None:
        """Open an image that may be wanted next; None when it takes too much memory or time.

        `gate` is held while something is decoded.

        Raises:
            As `open`.
        """
        path = self._fetch(wanted, _unheard)
        with gate():
            facts, size = self._facts(path, wanted)
            content = self._quick_content(path, wanted, facts, room_bytes)
        return None if content is None else Opened(path, facts, size, content)

    def _quick_content(
        self, path: Path, wanted: Wanted, facts: ImageFacts, room_bytes: int
    ) -> Planes | Tiles | None:
        match how_to_open(facts, self.budget_bytes):
            case Plan.WHOLE:
                fits = _whole_bytes(facts) <= room_bytes
                return self._whole(path, wanted) if fits else None
            case Plan.TILED:
                return self._tiles(path, wanted, wanted.page, facts)
            case Plan.PYRAMID:
                made = self.pyramids.find(path, wanted.page)
                return self._tiles_of(made, wanted) if made is not None else None

    def _fetch(self, wanted: Wanted, tell: Tell) -> Path:
        def told(so_far: int, in_all: int | None) -> None:
            tell(Fetching(so_far, in_all))

        return wanted.source.path(wanted.row, told, wanted.is_given_up)

    def _facts(self, path: Path, wanted: Wanted) -> tuple[ImageFacts, Level]:
        """Of the page, and the size of the first one."""
        facts = self.decoder.facts(path, wanted.name, wanted.page)
        first = self.decoder.facts(path, wanted.name) if wanted.page else facts
        return facts, Level(first.width, first.height)

    def _preview(self, path: Path, wanted: Wanted, facts: ImageFacts, tell: Tell) -> None:
        if facts.width * facts.height < _QUICK_PIXELS:
            return
        planes = self.decoder.preview(
            path, wanted.name, PREVIEW_SIDE, wanted.page, is_cancelled=wanted.is_given_up
        )
        if planes is not None:
            tell(FirstPixels(planes, Level(facts.width, facts.height)))

    def _whole(self, path: Path, wanted: Wanted) -> Planes:
        return self.decoder.whole(path, wanted.name, wanted.page, is_cancelled=wanted.is_given_up)

    def _pyramid(self, path: Path, wanted: Wanted, facts: ImageFacts, tell: Tell) -> Tiles:
        made = self.pyramids.find(path, wanted.page)
        if made is None:
            self._preview(path, wanted, facts, tell)
            made = self.pyramids.build(
                path,
                wanted.name,
                wanted.page,
                facts,
                lambda share: tell(Preparing(share)),
                wanted.is_given_up,
            )
        return self._tiles_of(made, wanted)

    def _tiles_of(self, made: Path, wanted: Wanted) -> Tiles:
        facts = self.decoder.facts(made, wanted.name)
        return self._tiles(made, wanted, 0, facts)

    def _tiles(self, path: Path, wanted: Wanted, page: int, facts: ImageFacts) -> Tiles:
        if facts.tile is None:
            raise ValueError(f"{path} has no tiles")
        last = len(facts.levels) - 1
        window = None
        if facts.is_deep:  # chosen from the whole image, seen from far away
            far = self.decoder.tile(path, wanted.name, last, 0, 0, page=page)
            window = automatic(far)
        return Tiles(path, page, facts.levels, facts.tile, window)


def _whole_bytes(facts: ImageFacts) -> int:
    """What all levels of an image take in memory."""
    return facts.width * facts.height * bytes_per_pixel(facts) * 4 // 3


def _unheard(_step: Step) -> None:
    """Nobody looks at how it goes."""
