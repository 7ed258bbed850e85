"""The editor's core without a window, working by chance until it is killed.

It is a program of `again.py`. It says, a JSON list each: ["found", image, state] when an image was
opened, ["will", image, state] before each gesture, with the state that it leads to,
["safe", image, n] when its first n gestures are called safe, ["busy"] when somebody else has the
workspace, ["asks", image, why] when it needs a person though there is only one,
["closing"] at the end of a run, and ["server", image, same] after all was sent. A
state names the document and its whole history.
"""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
from typing_extensions import override

from fault.clocks import clock
from fault.loop import Loop
from limner.api.pictograph import Dataset, Dialect, ImageRow, Pictograph
from limner.api.transport import connect
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation, AnnotationId, BBox, Kind, Polygon
from limner.model.document import Document
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.server.embedded import BASE_URL, start
from limner.storage.errors import StoreBusy
from limner.storage.image_files import ImageFiles
from limner.storage.image_journal import ImageJournal
from limner.storage.workspace_file import WorkspaceFile
from limner.sync.breaker import Breaker
from limner.sync.session import Link, Session
from limner.sync.state import State
from limner.sync.traffic import Traffic
from limner.sync.workspace import Workspace
from limner.tasks import Tasks

_AUTOSAVE_S: Final = 0.02
_STEPS: Final = 500
"""So many steps are compared; the journal gives back the newest thousand of an image."""

_MOST_SHAPES: Final = 12
_CLASSES: Final = Ontology(
    [LabelClass("car", Kind.BBOX, "#ff0000"), LabelClass("lake", Kind.POLYGON, "#0000ff")]
)
_SAFE: Final = (State.SAFE_HERE, State.ON_SERVER)


@dataclass(frozen=True)
class Order:
    """How to live: `fold` is the bytes of ops that are never too many.

    `gestures` are made before the run is ended, so many or, as None, without end; `all_sent`
    has every image looked at and sent instead.
    """

    folder: str
    seed: int
    is_online: bool = True
    clock: str | None = None
    fold: int = 1 << 18
    gestures: int | None = None
    all_sent: bool = False


def prepare() -> None:
    """What the server inside imports when it is first asked is brought in by asking it."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, _server(Path(folder) / "library") as server:
        _make_images(server, Path(folder))


def run(order: dict[str, Any]) -> int:
    """Live; 0 when it came to an end by itself."""
    logging.disable()
    told = Order(**order)
    with ExitStack() as stack:
        if told.clock is not None:
            stack.enter_context(clock(told.clock, told.seed))
        folder = Path(told.folder)
        if not (folder / "images").exists():
            with _server(folder / "library") as server:
                _make_images(server, folder)
            return 0
        try:
            file = WorkspaceFile(folder / "workspace.db")
        except StoreBusy:
            _say("busy")
            return 0
        way = _server(folder / "library") if told.is_online else _nobody()
        Editor(told, file, stack.enter_context(way)).live()
    return 0


@contextmanager
def _server(library: Path) -> Iterator[Pictograph]:
    hosted = start(library)
    yield Pictograph(
        connect(BASE_URL, hosted.key, transport=hosted.transport), Dialect.DATASET_PATH
    )
    hosted.close()


class _Cut(httpx.BaseTransport):
    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody is there", request=request)


@contextmanager
def _nobody() -> Iterator[Pictograph]:
    yield Pictograph(connect(BASE_URL, "a-key", transport=_Cut()), Dialect.DATASET_PATH)


def _make_images(server: Pictograph, folder: Path) -> None:
    """A dataset on the server, and what is known of it beside the workspace."""
    dataset = server.create_dataset("streets", _CLASSES)
    names = ("a.png", "b.png", "c.png")
    rows = [server.upload(dataset, "", name, b"no picture", 64, 64) for name in names]
    for row in rows:  # the paths of a load and a save are in memory from now on
        server.load(dataset, row)
    (folder / "images").write_bytes(pickle.dumps((dataset, rows)))


class Editor:
    """A person at work."""

    def __init__(self, order: Order, file: WorkspaceFile, server: Pictograph) -> None:
        self._order = order
        self._dice = Random(order.seed)  # noqa: S311 - it is to come again
        ImageJournal.least_to_fold = order.fold
        dataset, rows = pickle.loads((Path(order.folder) / "images").read_bytes())  # noqa: S301 - our own
        self._dataset: Dataset = dataset
        self._rows: list[ImageRow] = rows
        self._file = file
        self._server = server
        self._loop = Loop()
        self._tasks = Tasks(self._loop, workers=2)
        breaker = None if order.is_online else Breaker()
        traffic = Traffic(self._tasks, self._loop, breaker, server.reach)
        link = Link(server, BASE_URL, file, self._tasks, self._loop, traffic, _AUTOSAVE_S)
        self._workspace = Workspace(link, ImageFiles(Path(order.folder) / "files"))
        self._works: dict[int, Work] = {}

    def live(self) -> None:
        if self._order.all_sent:
            for image in range(len(self._rows)):
                self._send(image)
        else:
            self._edit()
        _say("closing")
        self._tasks.close()
        self._file.close(30)

    def _edit(self) -> None:
        work = self._open(self._dice.randrange(len(self._rows)))
        made = 0
        while self._order.gestures is None or made < self._order.gestures:
            chance = self._dice.random()
            if chance < 0.05:
                work = self._open(self._dice.randrange(len(self._rows)))
            elif chance < 0.10:
                work.session.save_now()
            elif chance < 0.15:
                work.session.journal.draw(self._dice.choice([None, b"half a shape"]))
            else:
                made += work.gesture(self._dice)
            self._pause(work)

    def _pause(self, work: Work) -> None:
        """Wait until it is safe, or only let happen what has to."""
        if self._dice.random() < 0.4:
            self._loop.until(lambda: work.session.state in _SAFE)
        while self._loop.turn(0.0):
            pass

    def _open(self, image: int) -> Work:
        """An image that is opened anew has its state said; one that still rests has not changed."""
        session = self._workspace.open(self._dataset, self._rows[image])
        known = self._works.get(image)
        if known is not None and known.session is session:
            return known
        self._loop.until(lambda: session.document is not None)
        work = self._works[image] = Work(image, session, known.made if known else 0)
        return work

    def _send(self, image: int) -> None:
        session = self._open(image).session
        session.save_now()
        self._loop.until(lambda: session.state is State.ON_SERVER and not session.is_sending)
        assert session.document is not None
        held = self._server.load(self._dataset, session.row).annotations
        _say("server", image, _words(held) == _words(session.document.snapshot()))


class Work:
    """An open image, with a name for each of its states."""

    def __init__(self, image: int, session: Session, made: int) -> None:
        self._image = image
        self.session = session
        self.made = self._safe = made
        assert session.history is not None
        self._done = [_step(step.patch) for step in session.history._done]
        self._undone = [_step(step.patch) for step in session.history._undone]
        assert session.document is not None
        _say("found", image, self._state(session.document))
        session.watch(self._tell)

    def gesture(self, dice: Random) -> bool:
        """Do something, or undo or redo it; whether there was anything to do."""
        history, chance = self.session.history, dice.random()
        assert history is not None
        if chance < 0.2 and self._done:
            self._undone.append(self._done.pop())
            self._announce(history._done[-1].patch.inverse())
            history.undo()
        elif chance < 0.35 and self._undone:
            self._done.append(self._undone.pop())
            self._announce(history._undone[-1].patch)
            history.redo()
        elif chance >= 0.35:
            patch = self._edit(dice)
            self._done.append(_step(patch))
            self._undone.clear()
            self._announce(patch)
            history.do(patch)
        else:
            return False
        self.made += 1
        self._tell()
        return True

    def _edit(self, dice: Random) -> Patch:
        held = list(self.session.document or ())
        if held and (len(held) >= _MOST_SHAPES or dice.random() < 0.2):
            return Patch.removing(
                Verb.DELETE, dice.sample(held, dice.randint(1, min(3, len(held))))
            )
        if held and dice.random() < 0.6:
            one = dice.choice(held)
            other = replace(_shape(dice, one.rank), id=one.id)
            return Patch(Verb.RESHAPE, {one.id: (one, other)})
        return Patch.adding(Verb.DRAW, [_shape(dice, float(len(held)))])

    def _announce(self, patch: Patch) -> None:
        assert self.session.document is not None
        later = Document(self.session.document.snapshot())
        later.apply(patch)
        _say("will", self._image, self._state(later))

    def _tell(self) -> None:
        session = self.session
        if session.state in _SAFE and self._safe < self.made:
            self._safe = self.made
            _say("safe", self._image, self._safe)
        if self.session.needs_you:
            _say("asks", self._image, str(self.session.trouble))

    def _state(self, document: Document) -> str:
        done = self._done[-_STEPS:]
        parts = (*_words(document.snapshot()), "done", *done, "undone", *self._undone)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _shape(dice: Random, rank: float) -> Annotation:
    id_, x = AnnotationId(f"a{dice.getrandbits(60)}"), round(dice.uniform(0, 50), 3)
    if dice.random() < 0.5:
        return BBox(id=id_, name="car", rank=rank, x=x, y=1.0, w=2.5, h=3.0)
    ring = Points.of([(x + n, (n * n) % 7 + 0.5) for n in range(dice.choice([3, 30, 300]))])
    return Polygon(id=id_, name="lake", rank=rank, rings=(ring,))


def _step(patch: Patch) -> str:
    """A name for a step of the history."""
    sides = [side for row in patch.changes.values() for side in row]
    words = [_word(side) if side is not None else "-" for side in sides]
    return hashlib.sha256("\n".join([patch.verb, *words]).encode()).hexdigest()[:16]


def _words(annotations: Any) -> list[str]:
    return [_word(annotation) for annotation in annotations]


def _word(annotation: Annotation) -> str:
    """What the person made; who made it is added by the server."""
    assert isinstance(annotation, BBox | Polygon)
    return bytes(WireTexts().text(replace(annotation, created_by=None))).decode()


def _say(*words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()
