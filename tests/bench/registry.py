"""Every bench there is, by subject: one module of this package each, run in a process of its own.

A subject's module has `figures(order: Order) -> Iterator[Figure]`. Whoever adds a bench names it
here, or it cannot be asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Subject:
    """`ratios` are the device pixel ratios it is run at; `screen` says where it paints."""

    name: str
    benches: tuple[str, ...]
    ratios: tuple[int, ...] = (1,)
    screen: Literal["offscreen", "xvfb"] = "offscreen"

    @property
    def names(self) -> tuple[str, ...]:
        """The full names: `canvas.pan`."""
        return tuple(f"{self.name}.{bench}" for bench in self.benches)


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

SUBJECTS: Final = (
    Subject("canvas", ("load", *PAINTED, "hit"), ratios=(1, 2)),
    Subject("growth", ("pan", "zoom", "drag", "hover")),
    Subject("screen", ("zoom", "pan", "hover", "drag"), ratios=(1, 2), screen="xvfb"),
    Subject("images", ("first", "sharp", "tiles", "next", "next.wall")),
    Subject("soak", ("slope", "rss", "frame", "longest", "actions"), screen="xvfb"),
    Subject("versus", VERSUS, screen="xvfb"),
    Subject("start", ("window", "window.cpu", "usable", "usable.cpu"), screen="xvfb"),
    Subject("memory", ("idle", "image", "shapes"), screen="xvfb"),
)


def chosen(words: Sequence[str]) -> list[tuple[Subject, frozenset[str]]]:
    """The subjects that `words` mean and which of their benches; no word means everything.

    A word is the beginning of a full name, or of what comes after the subject: `canvas`,
    `canvas.pan`, `hit`.

    Raises:
        LookupError: a word means nothing; `str(error)` says which and what there is.
    """
    for word in words:
        if not any(_means(word, name) for subject in SUBJECTS for name in subject.names):
            known = ", ".join(subject.name for subject in SUBJECTS)
            raise LookupError(f"there is no bench {word!r}; there are {known}")
    picked = ((subject, _picked(words, subject.names)) for subject in SUBJECTS)
    return [(subject, names) for subject, names in picked if names]


def subject_called(name: str) -> Subject:
    return next(subject for subject in SUBJECTS if subject.name == name)


def _picked(words: Sequence[str], names: Iterable[str]) -> frozenset[str]:
    return frozenset(n for n in names if not words or any(_means(word, n) for word in words))


def _means(word: str, name: str) -> bool:
    return name.startswith(word) or name.partition(".")[2].startswith(word)
