"""The pixels of the image that a person looks at, and of those that may come next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from limner.imaging.picture import Area, Level, Picture, Planes, WholePicture
from limner.sync.ahead import Ahead
from limner.sync.kept_pixels import KeptPixels, Shown
from limner.sync.lanes import Lanes
from limner.sync.opening import (
    Fetching,
    FirstPixels,
    Opened,
    Opener,
    Preparing,
    Step,
    Tiles,
    Wanted,
)
from limner.sync.small_pictures import SmallPictures
from limner.sync.tile_reader import TileReader
from limner.tasks import Ticket

__all__ = ["Fetching", "Hears", "Pixels", "Preparing", "Shown", "Wanted"]

_SCREEN: Final = 2048
"""Pixels of the longer side of a large window."""


class Hears(Protocol):
    """Who is told of the image that was asked for last; always on the main thread."""

    def preview(self, picture: Picture) -> None:
        """Something to look at until the pixels are there; perhaps the same, sharper now."""

    def shown(self, shown: Shown) -> None:
        """The pixels are there, or come by themselves as they are looked at."""

    def failed(self, error: Exception) -> None:
        """There is nothing to show."""

    def progress(self, step: Fetching | Preparing) -> None:
        """How far it is."""


class Pixels:
    """One per process, main thread only: what one person looks at.

    Whatever is asked for last counts; what was asked for before is given up.
    """

    def __init__(
        self, opener: Opener, lanes: Lanes, small: SmallPictures, budget_bytes: int
    ) -> None:
        self.small = small
        self._opener = opener
        self._lanes = lanes
        self._kept = KeptPixels(budget_bytes)
        self._wanted: Wanted | None = None
        self._started: Wanted | None = None
        self._is_glance = False
        self._hears: Hears | None = None
        self._preview: WholePicture | None = None
        self._ahead = Ahead(opener, lanes, self._kept.room_for, self._opened, self._not_ahead)
        self._glancing: Ticket | None = None
        self._glance_next: Wanted | None = None

    @property
    def nbytes(self) -> int:
        """Memory that the pixels take, of the image on the canvas and of its neighbours."""
        return self._kept.nbytes

    @property
    def budget_bytes(self) -> int:
        return self._kept.budget_bytes

    # --- what the person looks at

    def show(self, wanted: Wanted, hears: Hears) -> None:
        """Bring the pixels of an image; those in memory are told of before this returns."""
        self._turn_to(wanted, hears)
        self._is_glance = False
        kept = self._kept.get(wanted.key)
        if kept is not None:
            self._present(kept)
            return
        self._show_small(wanted)
        if not self._ahead.is_at(wanted.key):
            self._start(wanted)

    def glance(self, wanted: Wanted, hears: Hears) -> None:
        """Show what is quickly there and load nothing: the person goes on in a moment.

        Only one small picture is made at a time, the next for where the person is by then.
        """
        self._turn_to(wanted, hears)
        self._is_glance = True
        kept = self._kept.get(wanted.key)
        if kept is not None:
            hears.preview(kept.picture)
        elif not self._show_small(wanted):
            self._glance_next = wanted
            self._make_small()

    def stop(self) -> None:
        """Give up what is being loaded; nobody hears of it any more."""
        if self._wanted is not None:
            self._wanted.ticket.cancel()
        self._wanted = self._hears = self._preview = self._glance_next = None

    def forget(self, wanted: Wanted) -> None:
        """Read the image anew when it is asked for next."""
        self.stop()
        self._kept.drop(wanted.key)

    def close(self) -> None:
        """Give everything up."""
        self.stop()
        self.prefetch(())
        self.small.close()
        self._kept.clear()

    def _turn_to(self, wanted: Wanted, hears: Hears) -> None:
        """Give up everything but what serves `wanted`."""
        if self._wanted is None or self._wanted.key != wanted.key:
            self.stop()
        self._ahead.give_up_but(wanted.key)
        self._wanted, self._hears = wanted, hears
        self._kept.turn_to(wanted.key)

    def _start(self, wanted: Wanted) -> None:
        self._started = wanted

        def tell(step: Step) -> None:
            self._lanes.main.post(lambda: self._told(wanted, step))

        self._lanes.shown.run(
            lambda: self._opener.open(wanted, tell),
            lambda opened: self._opened(wanted, opened),
            lambda error: self._failed(wanted, error),
            wanted.ticket,
        )

    def _told(self, wanted: Wanted, step: Step) -> None:
        if wanted is not self._wanted or self._hears is None:
            return
        if isinstance(step, FirstPixels):
            self._show_first(step.planes, step.size)
        else:
            self._hears.progress(step)

    def _opened(self, wanted: Wanted, opened: Opened) -> None:
        if self._kept.get(wanted.key) is not None:
            return  # begun ahead and by the person, and the other was first: it is on the canvas
        is_current = self._wanted is not None and self._wanted.key == wanted.key
        shown = self._shown(wanted, opened, self._preview if is_current else None)
        self._keep(wanted, shown)
        if is_current:
            self._present(shown)
        else:
            _look_from_afar(shown.picture)

    def _failed(self, wanted: Wanted, error: Exception) -> None:
        if self._wanted is not None and self._wanted.key == wanted.key and self._hears is not None:
            hears = self._hears
            self.stop()
            hears.failed(error)

    def _present(self, shown: Shown) -> None:
        self._preview = None
        if self._hears is not None:
            hears, self._hears = self._hears, None
            hears.shown(shown)

    def _shown(self, wanted: Wanted, opened: Opened, preview: WholePicture | None) -> Shown:
        content = opened.content
        if isinstance(content, Tiles):
            reader = TileReader(self._opener.decoder, self._lanes, content, wanted.name)
            picture: Picture = reader.picture(self._kept.budget_bytes // 2, opened.warning)
            return Shown(picture, opened.facts, opened.size, opened.path, reader)
        picture = _completed(preview, content, opened.warning)
        return Shown(picture, opened.facts, opened.size, opened.path)

    def _keep(self, wanted: Wanted, shown: Shown) -> None:
        self._kept.put(wanted.key, shown)
        wanted.source.files.hold(*self._kept.paths())

    # --- first impressions

    def _show_small(self, wanted: Wanted) -> bool:
        """Show the thumbnail, if it is in memory and the size of its image is known."""
        if self._preview is not None:
            return True
        small = self.small.seen(wanted)
        if small is None or small.size is None or wanted.page:
            return False
        self._show_first(Planes((small.pixels,)), small.size)
        return True

    def _show_first(self, planes: Planes, size: Level) -> None:
        if self._hears is None:
            return
        before = self._preview
        if before is not None and before.levels[0] == size and before.window == planes.window:
            before.complete(planes, size)
        else:
            self._preview = WholePicture(planes.planes, planes.warning, planes.window, size)
        if self._preview is not None:
            self._hears.preview(self._preview)

    def _make_small(self) -> None:
        wanted = self._glance_next
        if wanted is None or self._glancing is not None:
            return
        self._glance_next = None

        def made(_pixels: object) -> None:
            self._glancing = None
            if wanted is self._wanted:
                self._show_small(wanted)
            self._make_small()

        def failed(_error: Exception) -> None:
            self._glancing = None
            self._make_small()

        unhurried = Wanted(wanted.source, wanted.row)
        self._glancing = self.small.want(unhurried, made, failed)

    # --- what may come next

    def prefetch(self, wanted: Sequence[Wanted]) -> None:
        """Decode these while nothing else is to be done, nearest first, as far as there is room."""
        self._kept.prefer([each.key for each in wanted])
        self._ahead.begin([each for each in wanted if self._kept.get(each.key) is None])

    def _not_ahead(self, ahead: Wanted) -> None:
        """It did not come, but perhaps the person has come to it meanwhile and counts on it."""
        wanted = self._wanted
        if wanted is None or wanted.key != ahead.key or wanted is self._started:
            return
        if self._hears is not None and not self._is_glance:
            self._start(wanted)


def _look_from_afar(picture: Picture) -> None:
    """Have the tiles come that a canvas shows first: a level as large as a screen."""
    sizes = picture.levels
    level = next((k for k, size in enumerate(sizes) if max(size) <= _SCREEN), len(sizes) - 1)
    picture.look(level, Area(0, 0, *sizes[level]))


def _completed(preview: WholePicture | None, planes: Planes, warning: str | None) -> WholePicture:
    """All levels, in the place of the preview: the view of it stays as it is."""
    planes = replace(planes, warning=warning)
    fits = preview is not None and preview.levels[0] == (planes.width, planes.height)
    if preview is None or not fits or preview.window != planes.window:
        return WholePicture.of(planes)
    preview.complete(planes)
    return preview
