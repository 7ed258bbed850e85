"""What is open on one server: its datasets and the images being worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from limner.api.pictograph import Dataset, ImageRow
from limner.model.ontology import Ontology
from limner.storage.image_files import ImageFiles, Name
from limner.storage.workspace_file import Waiting
from limner.sync.backlog import Backlog
from limner.sync.catalogue import Catalogue
from limner.sync.image_source import HereOnly, ImageSource
from limner.sync.offline_copies import OfflineCopies
from limner.sync.remembered import Place, Remembered
from limner.sync.resting import Resting
from limner.sync.session import Link, Session
from limner.sync.state import State
from limner.sync.traffic import Line, Traffic
from limner.sync.turns import Rank
from limner.tasks import Ticket

PREFETCHED_ANNOTATIONS = 20_000
"""Images with more are read when they are opened; ahead, that would slow the work at hand."""

KEPT_UNSENT = 32
"""Images with unsent work that stay open; others wait on the disk for their turn."""

Failed = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many images of the workspace are how far, and how it stands with the server.

    So many `verdicts` wait besides; what needs the person may be a verdict, too.
    """

    waiting: int
    needs_you: int
    line: Line = Line.OPEN
    verdicts: int = 0


class Workspace:
    """One server and the sessions on it. Main thread only.

    A session stays alive until the server has its work, also when another image is on the canvas,
    and rests afterwards: opening the image again finds the same document and history.
    """

    def __init__(self, link: Link, files: ImageFiles) -> None:
        self.link = link
        self.remembered = Remembered(link.file, link.origin)
        self.catalogue = Catalogue(link, self.remembered)
        self._files = files
        self._sessions: dict[str, Session] = {}
        self._resting = Resting()
        self._backlog = Backlog(link.main, link.traffic, self._begin_in_turn)
        self._current: Session | None = None
        self._watchers: list[Callable[[Session], None]] = []
        link.traffic.watch(self._line_changed)

    @property
    def traffic(self) -> Traffic:
        """Its requests to the server: what waits, what is on its way, pause and resume."""
        return self.link.traffic

    def relink(self, link: Link) -> None:
        """Go on with another client of the same server, with what is open and unsent."""
        self.link = self.catalogue.link = link
        link.traffic.probe = link.server.reach
        for session in (*self.sessions(), *self._resting):
            session.relink(link)
        self.save_all()

    # --- images

    def open(self, dataset: Dataset, row: ImageRow) -> Session:
        """The session of an image, begun or found again; the one before is saved and let go."""
        before, self._current = self._current, None
        self.remembered.keep_place(row)
        self.traffic.turn_to(row.id)
        found = self._find(dataset, row)
        self._backlog.take(row.id)
        self._current = session = found or self._begin(Place(dataset, row), Rank.WAITED_FOR)
        if found is not None and found is not before:
            found.refresh()
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
        session = self._resting.take(image_id) or self._sessions.get(image_id)
        if session is not None and session.state in (State.ON_SERVER, State.FAILED):
            self._sessions.pop(image_id, None)
            session.stop()
            if session is self._current:
                self._current = None

    def resume(self, failed: Failed, rows: Iterable[ImageRow] = ()) -> Ticket:
        """Send what earlier runs could not, of every dataset; `rows` are images known besides."""
        if self.link.file.is_read_only:
            return Ticket()
        listed = {row.id: row for row in rows}

        def find() -> tuple[list[Place], list[Place]]:
            return self._unsent(self.link.file.waiting(), listed)

        def found(places: tuple[list[Place], list[Place]]) -> None:
            to_send, to_ask = ([p for p in some if not self._is_open(p)] for some in places)
            self._files.need(self._name(p.row) for some in places for p in some)
            self._backlog.add(to_ask, needs_person=True)
            self._backlog.add(to_send)

        return self.link.tasks.run(find, found, failed)

    def prefetch(self, dataset: Dataset, row: ImageRow) -> None:
        """Read the annotations of an image that may be opened next, unless they are here.

        It rests then as if it had been open; nothing is written or sent for it.
        """
        known = row.id in self._sessions or row.id in self._resting
        if not known and row.annotation_count <= PREFETCHED_ANNOTATIONS:
            self._begin(Place(dataset, row), Rank.SPARE)

    def source(self) -> ImageSource:
        """Where the files of the images come from."""
        return ImageSource(self.link.server, self.link.origin, self._files)

    def source_here(self) -> HereOnly:
        """The files that are on this computer."""
        return HereOnly(self.source())

    # --- the state of everything

    @property
    def is_inside(self) -> bool:
        """Whether the server is the one inside: its images lie on this computer anyway."""
        return self.link.server.is_inside

    def offline_copies(self, dataset: Dataset) -> OfflineCopies:
        """The images of a dataset that are here whatever becomes of the line."""
        sessions = self._sessions
        return OfflineCopies(
            lambda: self.link, self.remembered, self._files, dataset, sessions.__contains__
        )

    @property
    def current(self) -> Session | None:
        return self._current

    @property
    def standing(self) -> Standing:
        states = [session.state for session in self._sessions.values()]
        waiting = sum(state in (State.SAFE_HERE, State.WRITING) for state in states)
        needs_you = sum(state is State.NEEDS_YOU for state in states)
        loading = sum(self._sessions[id_].document is None for id_ in self._backlog.at_work)
        return Standing(
            waiting + loading + len(self._backlog),
            needs_you + len(self._backlog.stuck),
            self.traffic.line,
        )

    def is_stuck(self, image_id: str) -> bool:
        """Whether an image that nobody has open waits for a person."""
        return image_id in self._backlog.stuck

    def sessions(self) -> tuple[Session, ...]:
        return tuple(self._sessions.values())

    def watch(self, watcher: Callable[[Session], None]) -> Callable[[], None]:
        """Call `watcher` with each session whose state changed."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def save_all(self) -> None:
        """Send everything, whatever was in the way."""
        self.traffic.try_again()
        for session in self.sessions():
            session.save_now()
        self._backlog.retry()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is being sent or written, so that quitting costs nothing."""
        return not any(self._is_under_way(session) for session in self._sessions.values())

    # --- small parts

    def _unsent(
        self, waiting: Iterable[Waiting], listed: dict[str, ImageRow]
    ) -> tuple[list[Place], list[Place]]:
        """Where the unsent images of this server belong: those to send, those to be decided on."""
        to_send, to_ask = list[Place](), list[Place]()
        for one in waiting:
            if one.origin != self.link.origin:
                continue
            place = self.remembered.place(one.image_id)
            if place is None and one.image_id in listed:
                row = listed[one.image_id]
                place = Place(Dataset(row.dataset_id, "", Ontology()), row)
            if place is not None:
                (to_send if one.unsent else to_ask).append(place)
        return to_send, to_ask

    def _is_open(self, place: Place) -> bool:
        return place.row.id in self._sessions

    def _begin_in_turn(self, place: Place) -> Session:
        return self._begin(place, Rank.WORK)

    def _begin(self, place: Place, rank: Rank) -> Session:
        session = Session(self.link, place.dataset, place.row)
        self._sessions[place.row.id] = session
        session.watch(lambda: self._changed(session))
        session.load(rank)
        return session

    def _changed(self, session: Session) -> None:
        if self._sessions.get(session.row.id) is not session:
            return  # forgotten: another session has taken its place
        for watcher in tuple(self._watchers):
            watcher(session)
        self._see_to_its_file(session)
        if self._backlog.heard(session):
            self._sessions.pop(session.row.id)
            session.stop()
        else:
            self._retire(session)

    def _see_to_its_file(self, session: Session) -> None:
        """What there is unsent work on must be seen also when its server is away."""
        name = self._name(session.row)
        if session.is_dirty:
            self._files.need([name])
        elif session.state is State.ON_SERVER:
            self._files.need_no_more(name)

    def _name(self, row: ImageRow) -> Name:
        return self.link.origin, row.id, row.created_at

    def _let_go(self, session: Session) -> None:
        session.save_now()
        self._retire(session)
        self._put_down()

    def _retire(self, session: Session) -> None:
        done = session.state in (State.ON_SERVER, State.FAILED) and not session.is_sending
        is_held = self._sessions.get(session.row.id) is session
        if done and is_held and session is not self._current:
            self._sessions.pop(session.row.id)
            if session.state is State.ON_SERVER:
                self._resting.put(session)

    def _put_down(self) -> None:
        """Let unsent images beyond a few wait on the disk, those left longest ago first."""
        idle = [s for s in self._sessions.values() if self._can_wait(s)]
        for session in idle[: max(0, len(idle) - KEPT_UNSENT)]:
            self._sessions.pop(session.row.id)
            session.stop()
            place = Place(session.dataset, session.row)
            self._backlog.add([place], needs_person=session.needs_you)

    def _can_wait(self, session: Session) -> bool:
        is_kept = session.state in (State.SAFE_HERE, State.NEEDS_YOU)
        is_running = session.row.id in self.traffic.running
        return is_kept and session is not self._current and not is_running

    def _is_under_way(self, session: Session) -> bool:
        is_sent = session.is_sending and not self.traffic.is_held_up(session.row.id)
        return is_sent or session.state is State.WRITING

    def _find(self, dataset: Dataset, row: ImageRow) -> Session | None:
        """The session that an image has, or had when it was open before."""
        session = self._sessions.get(row.id) or self._resting.take(row.id)
        if session is not None:
            self._sessions[row.id] = session
            session.dataset, session.row = dataset, row
        return session

    def _line_changed(self) -> None:
        if self._current is not None:
            self._changed(self._current)
