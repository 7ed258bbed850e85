"""Two windows that open one workspace at the same moment, again and again (L15).

One gets it and works; the other is told and writes nothing. Then the one that has it is killed
with the lock in its hands: the next gets it all the same, and finds all that was safe.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Final

from fault.again import Again, again
from fault.editor_kills import Home
from fault.editor_life import Order
from fault.tally import Tally

_BUSY: Final = '["busy"]'
_MOST_LINES: Final = 12


def race_windows(runs: int, seed: int) -> Tally:
    """Let two windows race `runs` times for one workspace."""
    dice = Random(seed)  # noqa: S311 - it is to come again
    with (
        tempfile.TemporaryDirectory(prefix="limner-race-") as folder,
        again("fault.editor_life") as one,
        again("fault.editor_life") as other,
    ):
        home = Home(Path(folder), one, dice)
        home.open_all()
        notes = [note for _ in range(runs) for note in _race(home, dice, folder, (one, other))]
    return Tally(runs, home.edits, (*home.notes, *notes))


def _race(home: Home, dice: Random, folder: str, windows: tuple[Again, Again]) -> Iterator[str]:
    """What goes wrong when both windows open the workspace, and the one that got it is killed."""
    for window in windows:
        window.start(asdict(Order(folder, dice.getrandbits(32), is_online=False)))
    said = [[window.line() or ""] for window in windows]
    if sum(first == [_BUSY] for first in said) != 1:
        yield f"one of them should have got it, and they said {said}"
    for window, lines in zip(windows, said, strict=True):
        if lines == [_BUSY]:
            lines += list(iter(window.line, None))
            if lines != [_BUSY]:
                yield f"the window that did not get it said {lines}"
    for window, lines in zip(windows, said, strict=True):
        if lines[0] != _BUSY:
            lines += [window.line() or "" for _ in range(dice.randint(0, _MOST_LINES))]
            home.hear([*lines, *window.kill()])
