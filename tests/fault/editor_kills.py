"""The editor's core killed at any moment of its work: nothing that was called safe is lost (L1).

Each workspace lives through several kills: while images are opened and edited, while lines are
folded, while saves are on their way to the server inside or fail because nobody is there, while
the file is closed and copied, and, away from the server, by clocks that are wrong. A seed brings
the same work about again; at which instant the kill comes is up to the machine.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Final

from fault.again import Again, again
from fault.clocks import CLOCKS
from fault.editor_life import Order
from fault.tally import Tally

_KILLS_EACH: Final = 10
_MOST_SAFE: Final = 25
_MOST_GESTURES: Final = 60
_FOLDS: Final = (0, 2_000, 1 << 18)


def kill_editor(runs: int, seed: int) -> Tally:
    """Kill the editor `runs` times, a fresh workspace after every tenth."""
    edits, notes = 0, list[str]()
    with again("fault.editor_life") as editors:
        for first in range(0, runs, _KILLS_EACH):
            kills = min(_KILLS_EACH, runs - first)
            with tempfile.TemporaryDirectory(prefix="limner-kill-") as folder:
                home = Home(Path(folder), editors, Random(seed + first))  # noqa: S311 - it is to come again
                home.live(kills)
            edits += home.edits
            notes += [f"workspace {seed + first}: {note}" for note in home.notes]
    return Tally(runs, edits, tuple(notes))


@dataclass
class Image:
    """The states an image may be in, of which the one at `safe` was called safe last."""

    states: list[str] = field(default_factory=list)
    safe: int = 0
    made: int = 0
    before: int = 0
    """Gestures that its editor has counted, and those of them when `states` began."""


class Home:
    """One workspace, and what its editors said."""

    def __init__(self, folder: Path, editors: Again, dice: Random) -> None:
        self._folder = folder
        self._editors = editors
        self._dice = dice
        self._images = [Image() for _ in range(3)]
        self._same: list[bool] = []
        self.edits = 0
        self.notes: list[str] = []

    def live(self, kills: int) -> None:
        """Open every image, be killed so often, then send everything and end well."""
        self.open_all()
        for _ in range(kills):
            self._hear_editor(self._until_killed())
        self._send_all()

    def open_all(self) -> None:
        """Make the images, and open each once: later that needs no server."""
        self._hear_editor(self._run(Order(str(self._folder), 0)))
        self._send_all()

    def _send_all(self) -> None:
        self._same.clear()
        self._hear_editor(self._run(Order(str(self._folder), 0, all_sent=True)))
        self._want(self._same == [True] * len(self._images), "the server has something else")

    def _run(self, order: Order) -> Iterator[str]:
        self._editors.start(asdict(order))
        yield from iter(self._editors.line, None)

    def _until_killed(self) -> Iterator[str]:
        """What an editor says in a life whose end comes at any moment."""
        dice, enough = self._dice, self._dice.randint(0, _MOST_SAFE)
        is_online = dice.random() < 0.5  # the server inside has the editor's clock; keys last a day
        order = Order(
            folder=str(self._folder),
            seed=dice.getrandbits(32),
            is_online=is_online,
            clock=None if is_online else dice.choice([None, *CLOCKS]),
            fold=dice.choice(_FOLDS),
            gestures=dice.choice([None, dice.randint(1, _MOST_GESTURES)]),
        )
        self._editors.start(asdict(order))
        safe = 0
        while safe < enough and (line := self._editors.line()) is not None:
            yield line
            safe += line.startswith('["safe"')
            if line == '["closing"]':
                break
        threading.Event().wait(dice.uniform(0, 0.02 if enough else 0.2))
        yield from self._editors.kill()

    def hear(self, lines: Iterable[str]) -> None:
        """Compare what an editor says with what was safe before, and note what is safe now."""
        for image in self._images:
            image.made = 0
        for line in lines:
            self._understand(*json.loads(line))

    def _hear_editor(self, lines: Iterable[str]) -> None:
        self.hear(lines)
        self._want(self._editors.code in (0, -SIGKILL), "it broke down")

    def _understand(self, word: str, *rest: object) -> None:
        match word, *rest:
            case "found", int(image), str(state):
                self._found(self._images[image], state)
            case "will", int(image), str(state):
                self._images[image].states.append(state)
                self._images[image].made += 1
                self.edits += 1
            case "safe", int(image), int(count):
                self._images[image].safe = count - self._images[image].before
            case "server", int(_), bool(same):
                self._same.append(same)
            case _:
                self._want(word == "closing", f"it said {[word, *rest]}")

    def _found(self, image: Image, state: str) -> None:
        """An image was opened: it is in the state that was safe, or one that came after it."""
        found = not image.states or state in image.states[image.safe :]
        behind = len(image.states) - image.safe
        self._want(found, f"it is in none of the {behind} states since it was last called safe")
        image.states, image.safe, image.before = [state], 0, image.made

    def _want(self, good: bool, otherwise: str) -> None:
        if not good:
            self.notes.append(otherwise)
