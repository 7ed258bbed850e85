"""Thousands of images with work that no server has: sent by and by, in fair turns, in little room.

A journal with so many unsent images is made as earlier runs would have made it; then one run goes
on with it over a server that takes everything. `unsent(folder, images)` makes it, `sends` runs it.
"""

from __future__ import annotations

import queue
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from limner.api.pictograph import Dataset, ImageRow, Loaded, Pictograph, Saved
from limner.api.wire_texts import WireTexts
from limner.model.annotations import AnnotationId, BBox
from limner.model.ontology import Ontology
from limner.model.patch import Patch, Verb
from limner.storage.entry import Copy, Entry, Kind, Op
from limner.storage.image_files import ImageFiles
from limner.storage.workspace_file import WorkspaceFile
from limner.sync.breaker import Breaker
from limner.sync.link import Link
from limner.sync.remembered import Remembered
from limner.sync.traffic import Traffic
from limner.sync.workspace import Workspace
from limner.tasks import Tasks

ORIGIN = "https://label.example.org"
PETS = Dataset("d1", "Pets", Ontology())
_PATIENCE_S = 60.0
_SHAPES = 40


@dataclass(frozen=True)
class Outcome:
    """What a run took: `order` is that of the saves, memory in bytes of Python's own objects."""

    order: tuple[str, ...]
    left: int
    most_open: int
    first_turn_s: float
    most_memory: int


class Turns:
    """The main thread of a run: what was posted from any thread, one call after the other."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Only what is due at once: nothing else is waited for in this run."""
        if seconds <= 0.0:
            self.post(call)
        return lambda: None

    def close(self) -> None:
        """The run is over."""

    def go_on_until(self, is_done: Callable[[], bool], look: Callable[[], None]) -> None:
        while not is_done():
            self._calls.get(timeout=_PATIENCE_S)()
            look()


class Server:
    """Takes every save, as Limner's own server does."""

    is_inside = False

    def __init__(self) -> None:
        self.saved: list[str] = []

    def load(self, _dataset: Dataset, _row: ImageRow, *_asked: Any, **_more: Any) -> Loaded | None:
        return None  # nobody else has changed anything

    def save(self, _dataset: Dataset, row: ImageRow, body: Any, **_more: Any) -> Saved:
        self.saved.append(row.id)
        return Saved(previous_count=1, new_count=len(body), status="new", etag='"e2"', rev=2)

    def reach(self) -> None:
        """It is there."""


def unsent(folder: Path, images: int) -> list[ImageRow]:
    """So many images, each with one gesture that the server does not have; the first came first."""
    file = WorkspaceFile(folder / "workspace.db")
    memory = Remembered(file, ORIGIN)
    memory.keep_dataset(PETS)
    rows = [ImageRow(f"i{n}", PETS.id, f"{n}.png", created_at="v1") for n in range(images)]
    boxes = tuple(_box(n) for n in range(_SHAPES))
    for row in rows:
        memory.keep_place(row)
        journal = file.image(ORIGIN, row.id, WireTexts(), row.filename)
        journal.begin(boxes, Copy(etag='"e1"', rev=1))
        entry = Entry(op=Op(Kind.DO, Patch.adding(Verb.PASTE, [_box(_SHAPES)])))
        journal.write(entry, lambda: None, _raise)
    if not file.close(600):
        raise TimeoutError("the journal could not be made")
    return rows


def sends(folder: Path, opens: ImageRow | None = None) -> Outcome:
    """Go on with the journal in `folder` until nothing waits; `opens` is opened in the middle."""
    turns, server = Turns(), Server()
    file = WorkspaceFile(folder / "workspace.db")
    tasks = Tasks(turns, workers=2)
    traffic = Traffic(tasks, turns, Breaker(), server.reach)
    link = Link(cast("Pictograph", server), ORIGIN, file, tasks, turns, traffic)
    workspace = Workspace(link, ImageFiles(folder / "images"))
    most_open = 0

    def look() -> None:
        nonlocal most_open, opens
        most_open = max(most_open, len(workspace.sessions()))
        if opens is not None and len(server.saved) >= 20:
            workspace.open(PETS, opens)
            opens = None

    tracemalloc.start()
    began = time.process_time()
    workspace.resume(_raise)
    turns.go_on_until(lambda: workspace.standing.waiting > 0, look)
    first_turn_s = time.process_time() - began
    turns.go_on_until(lambda: workspace.standing.waiting == 0, look)
    most_memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    tasks.close()
    file.close(60)
    again = WorkspaceFile(folder / "workspace.db")
    left = len(again.waiting())
    again.close(60)
    return Outcome(tuple(server.saved), left, most_open, first_turn_s, most_memory)


def _box(number: int) -> BBox:
    return BBox(id=AnnotationId(f"b{number}"), name="cat", x=number, y=0, w=9, h=9)


def _raise(error: Exception) -> None:
    raise error
