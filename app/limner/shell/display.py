"""The pixels on the canvas: first impressions, the whole, its pages, and what is said meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from limner.api.pictograph import ImageRow
from limner.imaging.picture import Picture
from limner.panels.text import plain
from limner.shell.notice import Tone
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.sync.image_source import Source
from limner.sync.pixels import Fetching, Pixels, Preparing, Shown, Wanted
from limner.tasks import MainThread

_PATIENCE_S: Final = 0.3
"""What takes longer is said; saying it earlier would flicker."""

_WORTH_COUNTING: Final = 1_000_000
"""Bytes: smaller files are there before the numbers could be read."""


class Display:
    """Shows one image at a time and is what `Pixels` tells. Main thread only.

    `came` hears of an image whose pixels are on the canvas, `broke` of one that cannot be shown.
    """

    def __init__(
        self,
        window: Window,
        pixels: Pixels,
        main: MainThread,
        came: Callable[[Shown], None],
        broke: Callable[[Exception], None],
    ) -> None:
        self._window = window
        self._pixels = pixels
        self._main = main
        self._came = came
        self._broke = broke
        self._wanted: Wanted | None = None
        self._now: Shown | None = None
        self._has_preview = False
        self._is_loading = False
        self._doing = ("", "")
        self._stop_waiting: Callable[[], None] = _nothing
        self._pages: dict[str, int] = {}
        window.status.page_wanted.connect(self.turn_page)
        window.status.describe_size_with(self._describe)

    @property
    def now(self) -> Shown | None:
        """What is on the canvas; None while nothing or only a preview is."""
        return self._now

    # --- what to show

    def show(self, source: Source, row: ImageRow) -> None:
        """Bring the pixels of an image to the canvas; at once, when they are in memory."""
        self._turn_to(source, row)
        self._load(row)

    def _load(self, row: ImageRow) -> None:
        self._is_loading, self._doing = True, ("Loading…", plain(row.filename))
        self._stop_waiting = self._main.after(_PATIENCE_S, self._say_what_it_does)
        if self._wanted is not None:
            self._pixels.show(self._wanted, self)
        self._clear_if_empty("Loading…", plain(row.filename))

    def glance(self, source: Source, row: ImageRow) -> None:
        """Show what is there of an image that the person will leave in a moment."""
        self._turn_to(source, row)
        if self._wanted is not None:
            self._pixels.glance(self._wanted, self)
        self._clear_if_empty(plain(row.filename))

    def clear(self) -> None:
        """Show nothing."""
        self._end_waiting()
        self._pixels.stop()
        self._wanted, self._now, self._has_preview = None, None, False
        self._window.canvas.show_picture(None)
        self._window.status.show_pages(0, 0)
        self._await_image(is_coming=False)

    def stop(self) -> bool:
        """Give up what is coming; whether anything was."""
        if not self._is_loading:
            return False
        self._end_waiting()
        self._pixels.stop()
        self._say("Loading was stopped", "F5 loads the image again.")
        return True

    def forget(self) -> None:
        """Read the image anew the next time; from its server too, if what came was no good."""
        wanted, failed = self._wanted, self._now is None and not self._is_loading
        if wanted is not None:
            self._pixels.forget(wanted)
            if failed:
                wanted.source.forget(wanted.row)
        self._wanted = None

    def _turn_to(self, source: Source, row: ImageRow) -> None:
        self._end_waiting()
        wanted = Wanted(source, row, self._pages.get(row.id, 0))
        if self._wanted is None or wanted.key != self._wanted.key:
            self._has_preview = False
        self._wanted, self._now = wanted, None
        self._window.status.show_pages(0, 0)
        self._await_image(is_coming=True)

    def _await_image(self, *, is_coming: bool) -> None:
        """Have the panels that are still empty say why."""
        for panel in (self._window.objects, self._window.classes):
            panel.await_image(is_coming=is_coming)

    def _clear_if_empty(self, title: str, text: str = "") -> None:
        """Take the image before away, unless there is something of this one in its place."""
        if self._now is None and not self._has_preview and self._wanted is not None:
            self._window.canvas.show_picture(None)
            self._window.canvas.show_message(title, text)

    # --- pages

    def turn_page(self, by: int) -> None:
        """Show the page before (-1) or after (+1) of a file that has several."""
        now, wanted = self._now, self._wanted
        if now is None or wanted is None or not 0 <= wanted.page + by < now.facts.pages:
            return
        self._pages[wanted.row.id] = wanted.page + by
        self._turn_to(wanted.source, wanted.row)
        self._has_preview = True  # the page before, until the other is there
        self._load(wanted.row)

    @property
    def has_pages(self) -> bool:
        return self._now is not None and self._now.facts.pages > 1

    def page_of(self, row: ImageRow) -> int:
        """The page of an image that was looked at last in this run."""
        return self._pages.get(row.id, 0)

    # --- what Pixels tells

    def preview(self, picture: Picture) -> None:
        """Something to look at until the pixels are there."""
        self._has_preview = True
        self._window.canvas.show_message("")
        self._window.canvas.show_picture(picture)
        self._window.status.show_image(picture.width, picture.height)

    def shown(self, shown: Shown) -> None:
        """The pixels are there."""
        wanted = self._wanted
        if wanted is None:
            return
        self._end_waiting()
        self._now = shown
        self._window.canvas.show_message("")
        self._window.canvas.show_picture(shown.picture, in_place=self._has_preview)
        self._window.status.show_image(shown.facts.width, shown.facts.height)
        self._window.status.show_pages(wanted.page + 1, shown.facts.pages)
        if shown.picture.warning:
            self._window.notice.say("image", shown.picture.warning, Tone.WARNING)
        self._came(shown)

    def failed(self, error: Exception) -> None:
        """There is nothing to show but the reason."""
        self._end_waiting()
        self._has_preview = False
        if self._wanted is not None:  # a page that is damaged must not lock the others up
            self._pages.pop(self._wanted.row.id, None)
        self._window.canvas.show_picture(None)
        self._window.canvas.show_message("This image cannot be shown", words(error))
        self._broke(error)

    def progress(self, step: Fetching | Preparing) -> None:
        """Say how far it is."""
        name = plain(self._wanted.row.filename) if self._wanted is not None else ""
        match step:
            case Fetching(so_far, int(in_all)) if in_all >= _WORTH_COUNTING:
                count = f"{so_far / 1e6:.1f} of {in_all / 1e6:.1f} MB"
                self._doing = ("Loading…", f"{name} · {count} · Esc stops")
            case Preparing(share):
                self._doing = (f"Preparing {name}…", f"{share:.0%} · Esc stops")
            case _:
                return
        if self._stop_waiting is _nothing or not self._has_preview:
            self._say_what_it_does()

    # --- small parts

    def _say_what_it_does(self) -> None:
        self._stop_waiting()
        self._stop_waiting = _nothing
        self._say(*self._doing)

    def _say(self, title: str, text: str) -> None:
        """On the bare canvas, or above it when there is something to look at."""
        if self._has_preview:
            stop = "" if title.endswith("…") else "."
            self._window.notice.say("loading", f"{title}{stop} {text}")
        else:
            self._window.canvas.show_message(title, text)

    def _end_waiting(self) -> None:
        self._is_loading = False
        self._stop_waiting()
        self._stop_waiting = _nothing
        self._window.notice.clear("loading")

    def _describe(self) -> str:
        """What there is to know of the pixels, for the one who asks with the pointer."""
        used, most = self._pixels.nbytes / 1e6, self._pixels.budget_bytes / 1e6
        lines = [f"Pixels in memory: {used:.0f} of {most:.0f} MB"]
        if self._now is not None:
            facts = self._now.facts
            lines.insert(0, f"{facts.format}, {facts.mode}")
            if facts.pages > 1:
                lines[0] += f", {facts.pages} pages"
        return "\n".join(lines)


def _nothing() -> None:
    """Nobody waits."""
