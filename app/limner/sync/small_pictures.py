"""Small pictures of images: for the list, and for the canvas before anything better has come."""

from __future__ import annotations

import logging
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from limner.api.errors import ApiError
from limner.imaging.decoder import Decoder
from limner.imaging.picture import Level
from limner.imaging.problems import ImageProblem
from limner.imaging.small import SmallPicture, pack, unpack
from limner.storage.thumbnails import Thumbnails
from limner.sync.lanes import Lanes
from limner.sync.opening import Wanted
from limner.tasks import Ticket

THUMBNAIL_SIDE: Final = 112
"""Device-independent pixels of the longer side, twice what the list shows, for sharp screens."""

_LOG: Final = logging.getLogger(__name__)
_IN_MEMORY: Final = 400
"""About 20 MB: some screenfuls of the list, to skim through without reading the disk."""

Key = tuple[str, str]


class SmallPictures:
    """Main thread only. What was made once is on disk, what was seen lately in memory."""

    def __init__(self, decoder: Decoder, lanes: Lanes, stored: Thumbnails) -> None:
        self._decoder = decoder
        self._lanes = lanes
        self._stored = stored
        self._seen: OrderedDict[Key, SmallPicture] = OrderedDict()
        self._coming: set[Ticket] = set()

    def close(self) -> None:
        """Want nothing more, also not what is being fetched: quitting does not wait for it."""
        for ticket in self._coming:
            ticket.cancel()
        self._coming.clear()

    def seen(self, wanted: Wanted) -> SmallPicture | None:
        """The small picture when it is in memory."""
        return self._seen.get(_key(wanted))

    def want(
        self,
        wanted: Wanted,
        done: Callable[[SmallPicture], None],
        failed: Callable[[Exception], None],
    ) -> Ticket:
        """Make the small picture or read it from the disk; cancelling keeps it from beginning."""

        def keep(small: SmallPicture) -> None:
            self._coming.discard(wanted.ticket)
            self._seen[_key(wanted)] = small
            self._seen.move_to_end(_key(wanted))
            if len(self._seen) > _IN_MEMORY:
                self._seen.popitem(last=False)
            done(small)

        def give_up(error: Exception) -> None:
            self._coming.discard(wanted.ticket)
            failed(error)

        self._coming.add(wanted.ticket)
        return self._lanes.small.run(lambda: self._make(wanted), keep, give_up, wanted.ticket)

    def _make(self, wanted: Wanted) -> SmallPicture:
        place = (wanted.source.origin, wanted.row.id, wanted.row.created_at)
        data = self._stored.get(*place)
        small = unpack(data) if data is not None else None
        if small is None:
            small = self._made(wanted)
            self._stored.put(*place, pack(small))
        return small

    def _made(self, wanted: Wanted) -> SmallPicture:
        if wanted.row.thumbnail_url:
            try:
                return self._offered(wanted)
            except (ApiError, ImageProblem) as error:  # the image itself may be whole
                _LOG.info("no small picture of %s is offered: %s", wanted.row.id, error)
        return self._decoded(wanted)

    def _offered(self, wanted: Wanted) -> SmallPicture:
        """Made of the small picture that the server offers, which saves fetching the whole."""
        with tempfile.TemporaryDirectory(prefix="limner-small-") as folder:
            path = Path(folder) / "offered"
            with path.open("xb") as file:
                wanted.source.thumbnail(wanted.row, file, wanted.is_given_up)
            with self._lanes.gate.for_small():
                pixels = self._decoder.thumbnail(path, wanted.name, THUMBNAIL_SIDE)
        width, height = wanted.row.width, wanted.row.height
        return SmallPicture(pixels, Level(width, height) if width and height else None)

    def _decoded(self, wanted: Wanted) -> SmallPicture:
        path = wanted.source.path(wanted.row, _unheard, wanted.is_given_up)
        with self._lanes.gate.for_small():
            facts = self._decoder.facts(path, wanted.name)
            pixels = self._decoder.thumbnail(path, wanted.name, THUMBNAIL_SIDE)
        return SmallPicture(pixels, Level(facts.width, facts.height))


def _key(wanted: Wanted) -> Key:
    return wanted.source.origin, wanted.row.id


def _unheard(_so_far: int, _in_all: int | None) -> None:
    """The list does not say how far a thumbnail is."""
