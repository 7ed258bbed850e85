"""What is open on one server: its datasets and the images being worked on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from limner.api.pictograph import Dataset, ImageRow
from limner.model.ontology import Ontology
from limner.storage.image_files import ImageFiles
from limner.storage.workspace_file import Waiting
from limner.sync.image_source import ImageSource
from limner.sync.session import Link, Session
from limner.sync.state import State
from limner.tasks import Ticket

PREFETCHED_ANNOTATIONS = 20_000
"""Images with more are read when they are opened; ahead, that would slow the work at hand."""

KEPT_HISTORIES = 32
"""Images whose undo history stays for when they are opened again in the same run."""

KEPT_ANNOTATIONS = 200_000
"""What they hold together at most: 100,000 polygons and their wire text take 230 MB."""

Failed = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many images of the workspace are how far."""

    waiting: int
    needs_you: int


class Workspace:
    """One server and the sessions on it. Main thread only.

    A session stays alive until the server has its work, also when another image is on the canvas,
    and rests afterwards: opening the image again finds the same document and history.
    """

    def __init__(self, link: Link, files: ImageFiles) -> None:
        self.link = link
        self._files = files
        self._sessions: dict[str, Session] = {}
        self._resting: OrderedDict[str, Session] = OrderedDict()
        self._current: Session | None = None
        self._watchers: list[Callable[[Session], None]] = []

    def relink(self, link: Link) -> None:
        """Go on with another client of the same server, with what is open and unsent."""
        self.link = link
        for session in (*self.sessions(), *self._resting.values()):
            session.relink(link)
        self.save_all()

    # --- datasets

    def datasets(self, done: Callable[[list[Dataset]], None], failed: Failed) -> Ticket:
        return self.link.tasks.run(self.link.server.datasets, done, failed)

    def images(
        self,
        dataset: Dataset,
        done: Callable[[list[ImageRow]], None],
        failed: Failed,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> Ticket:
        """Every image of `dataset`; `progress` hears (rows so far, rows in all)."""
        told = self._on_main(progress)
        return self.link.tasks.run(lambda: self.link.server.images(dataset, told), done, failed)

    def change_classes(
        self, dataset: Dataset, wanted: Ontology, done: Callable[[Dataset], None], failed: Failed
    ) -> Ticket:
        """Write the classes; what others added to the dataset in the meantime stays."""
        server = self.link.server
        return self.link.tasks.run(
            lambda: server.update_classes(dataset.id, wanted, dataset.ontology), done, failed
        )

    # --- images

    def open(self, dataset: Dataset, row: ImageRow) -> Session:
        """The session of an image, begun or found again; the one before is saved and let go."""
        before, self._current = self._current, None
        session = self._sessions.get(row.id)
        rested = None if session is not None else self._wake(row)
        self._current = session = session or rested or self._begin(dataset, row)
        if rested is not None:
            rested.refresh()
        if before is not None and before is not session:
            self._let_go(before)
        return session

    def leave(self) -> None:
        """Save the image that is open and let it go, without opening another."""
        before, self._current = self._current, None
        if before is not None:
            self._let_go(before)

    def forget(self, image_id: str) -> None:
        """Read the image anew when it is opened next, unless work on it is still on its way."""
        self._resting.pop(image_id, None)
        session = self._sessions.get(image_id)
        if session is not None and session.state in (State.ON_SERVER, State.FAILED):
            self._sessions.pop(image_id)
            if session is self._current:
                self._current = None

    def resume(self, dataset: Dataset, rows: Iterable[ImageRow], failed: Failed) -> Ticket:
        """Send what an earlier run could not, for the images of `dataset`."""
        by_id = {row.id: row for row in rows}

        def begin(waiting: list[Waiting]) -> None:
            for one in waiting:
                row = by_id.get(one.image_id) if one.origin == self.link.origin else None
                if row is not None and row.id not in self._sessions:
                    self._begin(dataset, row)

        return self.link.tasks.run(self.link.file.waiting, begin, failed)

    def prefetch(self, dataset: Dataset, row: ImageRow) -> None:
        """Read the annotations of an image that may be opened next, unless they are here.

        It rests then as if it had been open; nothing is written or sent for it.
        """
        known = row.id in self._sessions or row.id in self._resting
        if not known and row.annotation_count <= PREFETCHED_ANNOTATIONS:
            self._begin(dataset, row)

    def source(self) -> ImageSource:
        """Where the files of the images come from."""
        return ImageSource(self.link.server, self.link.origin, self._files)

    def review(
        self,
        dataset: Dataset,
        row: ImageRow,
        action: Literal["approve", "request_changes"],
        note: str,
        done: Callable[[ImageRow], None],
        failed: Failed,
    ) -> Ticket:
        """Approve an image or ask for changes; `done` hears the row in its new stage."""
        server = self.link.server
        return self.link.tasks.run(
            lambda: replace(row, status=server.review(dataset, row, action, note)), done, failed
        )

    # --- the state of everything

    @property
    def current(self) -> Session | None:
        return self._current

    @property
    def standing(self) -> Standing:
        states = [session.state for session in self._sessions.values()]
        return Standing(
            waiting=sum(state in (State.SAFE_HERE, State.WRITING) for state in states),
            needs_you=sum(state is State.NEEDS_YOU for state in states),
        )

    def sessions(self) -> tuple[Session, ...]:
        return tuple(self._sessions.values())

    def watch(self, watcher: Callable[[Session], None]) -> Callable[[], None]:
        """Call `watcher` with each session whose state changed."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def save_all(self) -> None:
        for session in self.sessions():
            session.save_now()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is being sent or written, so that quitting costs nothing."""
        return not any(s.is_sending or s.state is State.WRITING for s in self._sessions.values())

    # --- small parts

    def _begin(self, dataset: Dataset, row: ImageRow) -> Session:
        session = Session(self.link, dataset, row)
        self._sessions[row.id] = session
        session.watch(lambda: self._changed(session))
        session.load()
        return session

    def _changed(self, session: Session) -> None:
        if self._sessions.get(session.row.id) is not session:
            return  # forgotten: another session has taken its place
        for watcher in tuple(self._watchers):
            watcher(session)
        self._retire(session)

    def _let_go(self, session: Session) -> None:
        session.save_now()
        self._retire(session)

    def _retire(self, session: Session) -> None:
        done = session.state in (State.ON_SERVER, State.FAILED) and not session.is_sending
        is_held = self._sessions.get(session.row.id) is session
        if done and is_held and session is not self._current:
            self._sessions.pop(session.row.id)
            self._rest(session)

    def _rest(self, session: Session) -> None:
        """Keep document and history for when the image is opened again in this run."""
        if session.state is State.ON_SERVER:
            self._resting[session.row.id] = session
            while len(self._resting) > 1 and self._rests_too_much():
                self._resting.pop(self._worth_least())

    def _rests_too_much(self) -> bool:
        held = sum(len(session.document or ()) for session in self._resting.values())
        return len(self._resting) > KEPT_HISTORIES or held > KEPT_ANNOTATIONS

    def _worth_least(self) -> str:
        """The image that rests longest, of those that were only looked at if there are any."""
        for image_id, session in self._resting.items():
            if session.history is None or session.history.undo_title is None:
                return image_id
        return next(iter(self._resting))

    def _wake(self, row: ImageRow) -> Session | None:
        session = self._resting.pop(row.id, None)
        if session is not None:
            self._sessions[row.id] = session
            session.row = row
        return session

    def _on_main(
        self, progress: Callable[[int, int | None], None] | None
    ) -> Callable[[int, int | None], None]:
        if progress is None:
            return _unheard
        return lambda so_far, in_all: self.link.main.post(lambda: progress(so_far, in_all))


def _unheard(_so_far: int, _in_all: int | None) -> None:
    """Nobody asked for the progress."""
