"""Every bench there is, by subject: one module of this package each, run in a process of its own.

A subject's module has `figures(order: Order) -> Iterator[Figure]`. Whoever adds a bench names it
here, or it cannot be asked for. A figure belongs to the longest of these names that it begins
with, so `shapes.carry` covers `shapes.carry@1` too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Subject:
    """`ratios` are the device pixel ratios it is run at; `screen` says where it paints.

    One that is `rare` takes long or much room, and is run only when it is named.
    """

    name: str
    benches: tuple[str, ...]
    ratios: tuple[int, ...] = (1,)
    screen: Literal["offscreen", "xvfb"] = "offscreen"
    rare: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The full names: `canvas.pan`."""
        return tuple(f"{self.name}.{bench}" for bench in self.benches)

    def bench_of(self, figure: str) -> str:
        """The registered name that a figure belongs to.

        Raises:
            LookupError: there is none.
        """
        found = [name for name in self.names if figure.startswith(name)]
        if not found:
            raise LookupError(f"{figure} is not in the registry")
        return max(found, key=len)


@dataclass(frozen=True)
class Order:
    """What is asked of a subject: some of its benches, and how much of everything."""

    names: frozenset[str]
    shapes: tuple[int, ...] = (1_000, 10_000, 100_000)
    minutes: float = 10.0
    seed: int = 7
    zooms: bool = False
    """Whether every zoom is shown by itself as well."""

    def wants(self, *names: str) -> bool:
        """Whether any of these is asked for."""
        return not self.names.isdisjoint(names)


PAINTED: Final = ("settle", "frame", "pan", "zoom", "drag.start", "drag", "drag.drop", "hover")
"""What the canvas paints, once for each zoom."""

VERSUS: Final = (
    *("open", "repaint", "zoom", "zoom.settled", "pan", "pan.settled", "pan.near"),
    *("hover", "hover.near", "select", "drag", "drop", "undo", "draw", "close", "delete", "save"),
)
"""What the peers can do as well."""

SHAPES: Final = (
    *("select.all", "select.half", "clear", "band", "band.frame", "one", "delete", "undo"),
    *("relabel", "hide", "show", "recolour", "carry.start", "carry.slice", "carry", "carry.drop"),
    *("contour.settle", "contour.slice", "contour.pan", "contour.zoom", "contour.hover"),
    *("contour.select", "contour.drag.start", "contour.drag"),
)
"""Many shapes at once, and one of very many points."""

DOCUMENTS: Final = (
    *("move", "move.undo", "relabel", "relabel.undo", "delete", "delete.undo", "body"),
    *("stall.load", "stall.save"),
)
"""Ten thousand shapes changed in one step, and how long loads and saves hold the window up."""

JOURNAL: Final = (
    *("gui", "gui.p99", "disk", "disk.p99", "disk.max"),
    *("large", "large.gui", "start", "start.cpu"),
)
"""Gestures at a steady rate, a large one, and a start with a million rows."""

SUBJECTS: Final = (
    Subject("canvas", ("load", *PAINTED, "hit"), ratios=(1, 2)),
    Subject("shapes", SHAPES),
    Subject("documents", DOCUMENTS),
    Subject("objects", ("open", "edit", "select", "list", "hide", "only", "type")),
    Subject("growth", ("pan", "zoom", "drag", "hover")),
    Subject("screen", ("zoom", "pan", "hover", "drag"), ratios=(1, 2), screen="xvfb"),
    Subject("images", ("first", "sharp", "tiles", "next", "next.wall")),
    Subject("durable", ("gui", "gui.p99", "disk", "disk.p99")),
    Subject("journal", JOURNAL, screen="xvfb"),
    Subject("save", ("open", "one")),
    Subject("server", ("saves", "saves.p99", "gets", "gets.p99")),
    Subject("gigapixel", ("build", "build.rss", "first", "sharp", "tile", "look"), rare=True),
    Subject("soak", ("slope", "rss", "frame", "longest", "actions"), screen="xvfb"),
    Subject("versus", VERSUS, screen="xvfb"),
    Subject("start", ("window", "window.cpu", "usable", "usable.cpu"), screen="xvfb"),
    Subject("memory", ("idle", "image", "shapes"), screen="xvfb"),
)


def chosen(words: Sequence[str]) -> list[tuple[Subject, frozenset[str]]]:
    """The subjects that `words` mean and which of their benches; no word means all but the rare.

    A word is the beginning of a full name (`canvas`, `canvas.pan`), or, where none begins so, of
    what comes after the subject (`hit`).

    Raises:
        LookupError: a word means nothing; `str(error)` says which and what there is.
    """
    common = (name for subject in SUBJECTS if not subject.rare for name in subject.names)
    meant = {name for word in words for name in _meant(word)} if words else set(common)
    picked = ((subject, meant.intersection(subject.names)) for subject in SUBJECTS)
    return [(subject, frozenset(names)) for subject, names in picked if names]


def subject_called(name: str) -> Subject:
    return next(subject for subject in SUBJECTS if subject.name == name)


def _meant(word: str) -> list[str]:
    full = [name for name in _names() if name.startswith(word)]
    found = full or [name for name in _names() if name.partition(".")[2].startswith(word)]
    if not found:
        known = ", ".join(subject.name for subject in SUBJECTS)
        raise LookupError(f"there is no bench {word!r}; there are {known}")
    return found


def _names() -> list[str]:
    return [name for subject in SUBJECTS for name in subject.names]
