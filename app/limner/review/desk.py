"""The reviewer's desk: what is judged now, the questions, the answers given.

A verdict travels: panel -> `submit` -> durable on this computer -> upsert on the server -> the
reply becomes the stored verdict. What could not be sent stays on this computer and is sent later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from limner.api.errors import Forbidden, Refused, Unauthorized, waits_by_itself
from limner.api.patronus import Patronus
from limner.model.verdicts import Answer, Category, Criteria, CriteriaKind, Target, Verdict
from limner.storage.workspace_file import UnsentVerdict, WaitingVerdict, WorkspaceFile
from limner.tasks import MainThread, Tasks, Ticket

RETRY_S = 15.0
"""The pause before verdicts that could not be sent are tried again."""


class Scope(Enum):
    """What is judged."""

    IMAGE = "Image"
    OBJECT = "Object"


class Mark(Enum):
    """How far the answer to one criterion has come, for the target on the desk."""

    NONE = "no verdict yet"
    STORED = "stored"
    SENDING = "sending"
    SUBMITTED = "submitted"
    UPDATED = "updated"
    WAITING = "kept here, will be sent"
    FAILED = "not accepted"


@dataclass
class _Slot:
    """What is known of one criterion and the target on the desk."""

    verdict: Verdict | None = None
    mark: Mark = Mark.NONE
    error: Exception | None = None


@dataclass
class _Face:
    """A target and what is known of it."""

    target: Target | None = None
    name: str = ""
    slots: dict[str, _Slot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer to send, as it is kept on this computer."""

    unsent: UnsentVerdict
    revision: int
    slot: _Slot


class Desk:
    """One project's criteria and the target on the desk. Main thread only."""

    def __init__(
        self, server: Patronus, origin: str, file: WorkspaceFile, tasks: Tasks, main: MainThread
    ) -> None:
        self._server = server
        self._origin = origin
        self._file = file
        self._tasks = tasks
        self._main = main
        self.criteria: tuple[Criteria, ...] = ()
        self.scope = Scope.IMAGE
        self.trouble: Exception | None = None
        self.project_id: str | None = None
        self._faces: dict[Scope, _Face] = {scope: _Face() for scope in Scope}
        self._reading: Ticket | None = None
        self._opening: Ticket | None = None
        self._on_the_way: set[tuple[Target, str]] = set()
        self._next: dict[tuple[Target, str], _Answer] = {}
        self._will_retry = False
        self._is_closed = False
        self._stop_retry: Callable[[], None] = _nothing
        self._stop_reopening: Callable[[], None] = _nothing
        self._watchers: list[Callable[[], None]] = []

    # --- what the panel sees

    @property
    def target(self) -> Target | None:
        return self._faces[self.scope].target

    @property
    def target_name(self) -> str:
        return self._faces[self.scope].name

    def verdict(self, criteria_id: str) -> Verdict | None:
        """The stored verdict on the target on the desk."""
        return self._slot(criteria_id).verdict

    def mark(self, criteria_id: str) -> Mark:
        return self._slot(criteria_id).mark

    def error(self, criteria_id: str) -> Exception | None:
        """Why the last answer to this criterion was not accepted."""
        return self._slot(criteria_id).error

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    # --- the project

    def open(self, project_name: str) -> None:
        """Read the criteria of a project, which is made when there is none of that name."""
        self.criteria, self.project_id, self.trouble = (), None, None
        if self._opening is not None:
            self._opening.cancel()

        def read() -> tuple[str, list[Criteria]]:
            project_id = self._server.project(project_name)
            return project_id, self._server.criteria(project_id)

        def failed(error: Exception) -> None:
            self._not_read(error)
            if waits_by_itself(error):
                self._stop_reopening = self._main.after(RETRY_S, lambda: self.open(project_name))

        self._stop_reopening()
        self._opening = self._tasks.run(read, self._opened, failed)
        self._tell()

    def close(self) -> None:
        """Send and read nothing any more: another desk takes over what waits."""
        self._stop_reopening()
        self._stop_retry()
        self._is_closed = True
        for ticket in (self._opening, self._reading):
            if ticket is not None:
                ticket.cancel()

    def _opened(self, found: tuple[str, list[Criteria]]) -> None:
        self.project_id, criteria = found
        self.criteria = tuple(criteria)
        self._read_verdicts()
        self.send_waiting()
        self._tell()

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
        self._tasks.run(
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

    def face(self, scope: Scope, target: Target | None, name: str = "") -> None:
        """Put something on the desk; None when there is no image or no selected object."""
        face = self._faces[scope]
        if face.target == target and face.name == name:
            return
        same = face.target == target
        self._faces[scope] = _Face(target, name, face.slots if same else {})
        if scope is self.scope:
            if not same:
                self._read_verdicts()
            self._tell()

    def _read_verdicts(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        face, project_id = self._faces[self.scope], self.project_id
        target = face.target
        if target is None or project_id is None:
            return

        def read() -> list[Verdict]:
            return self._server.verdicts(target, project_id)

        self._reading = self._tasks.run(
            read, lambda verdicts: self._verdicts_read(face, verdicts), self._not_read
        )

    def _verdicts_read(self, face: _Face, verdicts: list[Verdict]) -> None:
        self.trouble = None
        for verdict in verdicts:
            slot = face.slots.setdefault(verdict.criteria_id, _Slot())
            if slot.mark in (Mark.NONE, Mark.STORED):
                slot.verdict, slot.mark = verdict, Mark.STORED
        self._tell()

    def _not_read(self, error: Exception) -> None:
        self.trouble = error
        self._tell()

    # --- answering

    def submit(self, criteria_id: str, answer: Answer) -> None:
        """Keep the answer on this computer and send it; a stored one is replaced."""
        face = self._faces[self.scope]
        if face.target is None or self.project_id is None or answer.is_empty():
            return
        slot = face.slots.setdefault(criteria_id, _Slot())
        slot.mark, slot.error = Mark.SENDING, None
        unsent = UnsentVerdict(self._origin, self.project_id, criteria_id, face.target, answer)

        def written(revision: int) -> None:
            self._send(unsent, revision, slot)

        revision = self._file.put_verdict(
            unsent,
            durable=lambda: self._main.post(lambda: written(revision)),
            failed=lambda _error: self._main.post(lambda: written(revision)),
        )
        self._tell()

    def _send(self, unsent: UnsentVerdict, revision: int, slot: _Slot) -> None:
        """Send one answer; while another to the same question is on its way, wait for it."""
        key = (unsent.target, unsent.criteria_id)
        if key in self._on_the_way:
            self._next[key] = _Answer(unsent, revision, slot)
            return
        self._on_the_way.add(key)
        self._tasks.run(
            lambda: self._server.submit(unsent.criteria_id, unsent.target, unsent.answer),
            lambda verdict: self._sent(_Answer(unsent, revision, slot), verdict),
            lambda error: self._not_sent(_Answer(unsent, revision, slot), error),
        )

    def _sent(self, sent: _Answer, verdict: Verdict) -> None:
        slot = sent.slot
        replaced = slot.verdict is not None or verdict.updated_at != verdict.created_at
        slot.verdict, slot.error = verdict, None
        slot.mark = Mark.UPDATED if replaced else Mark.SUBMITTED
        self._file.drop_verdict(sent.unsent, sent.revision)
        self._go_on(sent.unsent)
        self._tell()

    def _not_sent(self, sent: _Answer, error: Exception) -> None:
        slot = sent.slot
        slot.error = error
        if isinstance(error, Refused) and not _may_be_taken_later(error):
            slot.mark = Mark.FAILED
            # The answer stays on the panel, to be mended.
            self._file.drop_verdict(sent.unsent, sent.revision)
        else:
            slot.mark = Mark.WAITING
            self._retry_later()
        self._go_on(sent.unsent)
        self._tell()

    def _go_on(self, unsent: UnsentVerdict) -> None:
        """The question is free again: send the answer that was given meanwhile."""
        key = (unsent.target, unsent.criteria_id)
        self._on_the_way.discard(key)
        following = self._next.pop(key, None)
        if following is not None:
            self._send(following.unsent, following.revision, following.slot)

    def _retry_later(self) -> None:
        if not self._will_retry and not self._is_closed:
            self._will_retry = True
            self._stop_retry = self._main.after(RETRY_S, self.send_waiting)

    def send_waiting(self) -> None:
        """Try again to send what this computer still keeps for this server."""
        self._will_retry = False
        self._tasks.run(self._file.verdicts_waiting, self._send_again, self._not_read)

    def _send_again(self, waiting: list[WaitingVerdict]) -> None:
        for one in waiting:
            key = (one.verdict.target, one.verdict.criteria_id)
            if one.verdict.origin == self._origin and key not in self._on_the_way:
                self._send(one.verdict, one.revision, self._slot_of(one.verdict))

    # --- small parts

    def _slot(self, criteria_id: str) -> _Slot:
        return self._faces[self.scope].slots.get(criteria_id) or _Slot()

    def _slot_of(self, unsent: UnsentVerdict) -> _Slot:
        for face in self._faces.values():
            if face.target == unsent.target:
                return face.slots.setdefault(unsent.criteria_id, _Slot())
        return _Slot()

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()


def _may_be_taken_later(error: Refused) -> bool:
    """Whether the same answer can be accepted once the server or the key is mended."""
    return waits_by_itself(error) or isinstance(error, Unauthorized | Forbidden)


def _nothing() -> None:
    """No timer runs."""
