"""The reviewer's desk: what is judged now, the questions, the answers given.

A verdict travels: panel -> `submit` -> durable on this computer -> a look at what the server has
-> upsert -> the reply becomes the stored verdict. What could not be sent stays on this computer
and is sent later; what would replace an answer that nobody here saw is asked first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from limner.api.errors import waits_by_itself
from limner.api.patronus import Patronus
from limner.model.verdicts import (
    Answer,
    Category,
    Criteria,
    CriteriaKind,
    Item,
    PastAnswer,
    Target,
    Verdict,
)
from limner.review.delivery import Arrived, Clash, deliver
from limner.review.faces import Face
from limner.review.marks import Mark, Scope
from limner.review.outbox import Entry, Key, Outbox
from limner.review.remembered import Questions, Remembered
from limner.review.road import Road
from limner.review.waiting import Tally, Waiting
from limner.storage.workspace_file import UnsentVerdict, WorkspaceFile
from limner.tasks import MainThread, Tasks, Ticket

__all__ = ["Desk", "Mark", "Scope"]

_REOPEN_S: Final = 15.0
"""The pause before a project that could not be read is asked for again."""


class Desk:
    """One project's criteria and the target on the desk. Main thread only."""

    def __init__(
        self,
        server: Patronus,
        origin: str,
        file: WorkspaceFile,
        tasks: Tasks,
        main: MainThread,
        road: Road,
    ) -> None:
        self._server = server
        self.origin = origin
        self._tasks = tasks
        self._main = main
        self._road = road
        self._remembered = Remembered(file, origin)
        self._outbox = Outbox(
            self._deliver, origin, file, tasks, main, road, self._arrived, self._tell
        )
        self.criteria: tuple[Criteria, ...] = ()
        self.scope = Scope.IMAGE
        self.trouble: Exception | None = None
        self.project_id: str | None = None
        self._faces: dict[Scope, Face] = {scope: Face() for scope in Scope}
        self._reading = Ticket()
        self._opening = Ticket()
        self._stop_reopening: Callable[[], None] = _nothing
        self._watchers: list[Callable[[], None]] = []
        self._stop_watching = road.watch(self._tell)
        self._outbox.load(self._not_read)

    # --- what the panel sees

    @property
    def target(self) -> Target | None:
        return self._face.target

    @property
    def target_name(self) -> str:
        return self._face.name

    @property
    def is_current(self) -> bool:
        """Whether the server was heard on this target, not only what is remembered of it."""
        return self._face.is_read

    def verdict(self, criteria_id: str) -> Verdict | None:
        """The stored verdict on the target on the desk."""
        return self._face.slot(criteria_id).verdict

    def mark(self, criteria_id: str) -> Mark:
        entry = self._outbox.entry(self._key(criteria_id))
        if entry is None:
            return self._face.slot(criteria_id).mark
        return self._mark(entry)

    def _mark(self, entry: Entry) -> Mark:
        is_held_up = entry.mark is Mark.SENDING and not self._road.is_open
        return Mark.WAITING if is_held_up else entry.mark

    def unsent(self, criteria_id: str) -> Answer | None:
        """The answer that was given and has not arrived."""
        entry = self._outbox.entry(self._key(criteria_id))
        return entry.unsent.answer if entry is not None else None

    def error(self, criteria_id: str) -> Exception | None:
        """Why the last answer to this criterion has not arrived."""
        entry = self._outbox.entry(self._key(criteria_id))
        return entry.error if entry is not None else None

    def clash(self, criteria_id: str) -> Clash | None:
        """What somebody else answered meanwhile; one's own answer waits for a decision."""
        entry = self._outbox.entry(self._key(criteria_id))
        return entry.clash if entry is not None else None

    def overrun(self, criteria_id: str) -> PastAnswer | None:
        """What somebody answered in the very moment in which one's own answer replaced it."""
        return self._face.slot(criteria_id).overrun

    def waiting(self) -> list[Waiting]:
        """Every answer that the server does not have, the one given longest ago first."""
        names = {criteria.id: criteria.name for criteria in self.criteria}
        return [
            Waiting(
                entry.unsent.target,
                entry.unsent.criteria_id,
                names.get(entry.unsent.criteria_id, ""),
                self._mark(entry),
                entry.error,
                entry.since,
                entry.needs_you,
                entry.clash,
                entry.unsent.item,
            )
            for entry in self._outbox
        ]

    @property
    def tally(self) -> Tally:
        """Of `waiting`; what is on its way this moment does not wait."""
        entries = list(self._outbox)
        needs_you = sum(entry.needs_you for entry in entries)
        held = sum(self._mark(entry) is Mark.WAITING and not entry.needs_you for entry in entries)
        return Tally(held, needs_you)

    @property
    def obstacle(self) -> str:
        """Why no answer goes to the server now, in a sentence; empty when they go."""
        return self._road.obstacle

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    # --- the project

    def open(self, project_name: str) -> None:
        """Show the criteria of a project: as remembered at once, as the server has them soon.

        The project is made when the server has none of that name.
        """
        self.criteria, self.project_id, self.trouble = (), None, None
        self._stop_reopening()
        self._opening.cancel()
        self._opening = self._tasks.run(
            lambda: self._remembered.questions(project_name),
            lambda found: self._recalled(project_name, found),
            self._not_read,
        )
        self._tell()

    def _recalled(self, project_name: str, found: Questions | None) -> None:
        if found is not None:
            self._show(found)
        self._ask(project_name)

    def _ask(self, project_name: str) -> None:
        def read() -> Questions:
            project_id = self._server.project(project_name)
            return Questions(project_id, tuple(self._server.criteria(project_id)))

        def done(found: Questions) -> None:
            self._remembered.keep_questions(project_name, found)
            self.trouble = None
            self._show(found)

        def failed(error: Exception) -> None:
            self._not_read(error)
            if waits_by_itself(error):
                again = self._main.after(_REOPEN_S, lambda: self._ask(project_name))
                self._stop_reopening = again

        self._opening = self._road.ask(read, done, failed)

    def _show(self, found: Questions) -> None:
        self.project_id, self.criteria = found.project_id, found.criteria
        self._read_verdicts()
        self._tell()

    def close(self) -> None:
        """Send and read nothing any more: another desk takes over what waits."""
        self._stop_reopening()
        self._stop_watching()
        self._outbox.close()
        self._opening.cancel()
        self._reading.cancel()

    def create_criteria(
        self,
        name: str,
        kind: CriteriaKind,
        description: str,
        categories: tuple[Category, ...],
        failed: Callable[[Exception], None],
    ) -> None:
        """Add a criterion to the project; `failed` hears why it was refused."""
        project_id = self.project_id
        if project_id is None:
            failed(self.trouble or RuntimeError("The project has not been read yet."))
            return
        self._road.ask(
            lambda: self._server.create_criteria(project_id, name, kind, description, categories),
            self._created,
            failed,
        )

    def _created(self, criteria: Criteria) -> None:
        self.criteria = (*self.criteria, criteria)
        self._tell()

    # --- what is judged

    def set_scope(self, scope: Scope) -> None:
        if scope is not self.scope:
            self.scope = scope
            self._read_verdicts()
            self._tell()

    def face(
        self, scope: Scope, target: Target | None, name: str = "", item: Item | None = None
    ) -> None:
        """Put something on the desk; None when there is no image or no selected object.

        `item` is kept with an answer, to find the way back by.
        """
        face = self._faces[scope]
        if face.target == target and face.name == name:
            return
        is_same = face.target == target
        if is_same:
            face.name, face.item = name, item
        else:
            self._faces[scope] = Face(target, name, item)
        if scope is self.scope:
            if not is_same:
                self._read_verdicts()
            self._tell()

    def _read_verdicts(self) -> None:
        """Show what is remembered of the target, and then what the server has."""
        self._reading.cancel()
        face, target, project_id = self._face, self._face.target, self.project_id
        if target is None or project_id is None:
            return

        def recalled(verdicts: list[Verdict]) -> None:
            face.recalled(verdicts)
            self._reading = self._road.ask(
                lambda: self._server.verdicts(target, project_id), read, self._not_read
            )
            self._tell()

        def read(verdicts: list[Verdict]) -> None:
            self.trouble = None
            face.read(verdicts)
            self._remembered.keep_verdicts(target, project_id, face.verdicts)
            self._tell()

        self._reading = self._tasks.run(
            lambda: self._remembered.verdicts(target, project_id), recalled, self._not_read
        )

    def _not_read(self, error: Exception) -> None:
        self.trouble = error
        self._tell()

    # --- answering

    def submit(self, criteria_id: str, answer: Answer) -> None:
        """Keep the answer on this computer and send it; what was seen stored is replaced."""
        target = self._face.target
        if target is None or self.project_id is None or answer.is_empty():
            return
        face, project_id = self._face, self.project_id
        base = face.slot(criteria_id).verdict
        unsent = UnsentVerdict(self.origin, project_id, criteria_id, target, answer, base)
        self._outbox.put(replace(unsent, item=face.item))

    def replace_theirs(self, criteria_id: str) -> None:
        """Send one's own answer instead of the one that `clash` tells of."""
        self._outbox.replace_theirs(self._key(criteria_id))

    def drop(self, criteria_id: str) -> None:
        """Let go of one's own answer that waits or was refused; theirs stays, if there is one."""
        clash = self.clash(criteria_id)
        if clash is not None:
            self._face.found(criteria_id, clash.theirs)
        self._outbox.drop(self._key(criteria_id))

    def send_waiting(self) -> None:
        """Try again to send what this computer still keeps for this server."""
        self._outbox.try_again()

    def pause(self, *, is_paused: bool) -> None:
        """Send nothing until the person says so, or go on."""
        self._road.pause(is_paused=is_paused)

    def _arrived(self, unsent: UnsentVerdict, arrived: Arrived) -> None:
        for face in self._faces.values():
            if face.target == unsent.target:
                face.arrived(unsent.criteria_id, arrived)

    def _deliver(self, unsent: UnsentVerdict) -> Arrived | Clash:
        """Send an answer, and remember what is stored then; on a worker."""
        outcome = deliver(self._server, unsent)
        stored = outcome.verdict if isinstance(outcome, Arrived) else outcome.theirs
        self._remembered.add(unsent.target, unsent.project_id, stored)
        return outcome

    # --- small parts

    @property
    def _face(self) -> Face:
        return self._faces[self.scope]

    def _key(self, criteria_id: str) -> Key:
        return (self._face.target, criteria_id)

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()


def _nothing() -> None:
    """No timer runs."""
