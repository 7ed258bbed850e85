"""The rows of the queue: what the disk has that no server has, with what is going on just now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limner.panels.queue_rows import Act, Key, Row
from limner.panels.text import plain
from limner.review.desk import Desk, Mark
from limner.review.waiting import Waiting as WaitingAnswer
from limner.shell.queue_words import (
    acts,
    acts_of,
    acts_of_verdict,
    reason,
    reason_of_verdict,
    reason_of_waiting,
)
from limner.storage.workspace_file import Waiting, WaitingVerdict, WorkspaceFile
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.workspace import Workspace

_DAMAGED: Final = (
    "What was kept of it was damaged and has been put aside; it is in the workspace file still."
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the workspace file has that no server has."""

    images: tuple[Waiting, ...] = ()
    aside: tuple[Waiting, ...] = ()
    verdicts: tuple[WaitingVerdict, ...] = ()

    @classmethod
    def read(cls, file: WorkspaceFile) -> Kept:
        """Read all of it, on a worker.

        Raises:
            StoreFailed: the file cannot be read.
        """
        images, aside, verdicts = file.waiting(), file.put_aside(), file.verdicts_waiting()
        return cls(tuple(images), tuple(aside), tuple(verdicts))


def rows_of(kept: Kept, workspaces: Mapping[str, Workspace], desk: Desk | None) -> list[Row]:
    """What is being sent first, then what needs the person, then what has waited longest.

    `workspaces` are the servers that were opened, by their origin; `desk` is where the review is.
    """
    rows = [*_rows(kept, workspaces), *_verdicts(kept, desk)]
    return sorted(rows, key=lambda row: (row.fraction is None, not row.needs_you))


def _rows(kept: Kept, workspaces: Mapping[str, Workspace]) -> Iterator[Row]:
    is_open = _open_now(workspaces)
    for waiting in kept.images:
        key = (waiting.origin, waiting.image_id)
        workspace = workspaces.get(waiting.origin)
        session = is_open.pop(key, None)
        if workspace is None or session is None:
            yield _row_of_waiting(key, waiting, workspace)
        elif _waits(session):
            yield _row_of(key, session, workspace, waiting)
    for key, session in is_open.items():  # whose first gesture is not on the disk yet
        if _waits(session):
            yield _row_of(key, session, workspaces[key[0]], None)
    for aside in kept.aside:
        name = aside.name or aside.image_id
        key = (aside.origin, f"{aside.image_id} aside")
        yield Row(key, name, "", _DAMAGED, needs_you=True, acts=(Act.EXPORT,))


def _open_now(workspaces: Mapping[str, Workspace]) -> dict[Key, Session]:
    return {
        (origin, session.row.id): session
        for origin, workspace in workspaces.items()
        for session in workspace.sessions()
        if session.document is not None
    }


def _waits(session: Session) -> bool:
    return session.is_dirty or session.needs_you


def _row_of(key: Key, session: Session, workspace: Workspace, waiting: Waiting | None) -> Row:
    progress = session.progress if session.is_sending else None
    return Row(
        key,
        session.row.filename,
        session.dataset.name,
        reason(session, workspace.traffic.line),
        needs_you=session.state is State.NEEDS_YOU,
        edits=waiting.unsent if waiting is not None else 0,
        since=waiting.since if waiting is not None else None,
        fraction=progress.fraction if progress is not None else None,
        acts=acts_of(session),
    )


def _row_of_waiting(key: Key, waiting: Waiting, workspace: Workspace | None) -> Row:
    is_stuck = workspace is not None and workspace.is_stuck(waiting.image_id)
    line = workspace.traffic.line if workspace is not None else None
    return Row(
        key,
        waiting.name or waiting.image_id,
        "",
        reason_of_waiting(waiting, line, is_stuck=is_stuck),
        needs_you=is_stuck or bool(waiting.conflicts or waiting.refusals),
        edits=waiting.unsent,
        since=waiting.since,
        acts=(*acts(None, waiting.conflicts, waiting.refusals), Act.OPEN),
    )


def _verdicts(kept: Kept, desk: Desk | None) -> Iterator[Row]:
    """What the desk sends, and what waits until another server's review is opened."""
    if desk is not None:
        for waiting in desk.waiting():
            why, what = reason_of_verdict(waiting, desk.obstacle), acts_of_verdict(waiting)
            yield _row_of_verdict(desk.origin, waiting, why, what)
    for one in kept.verdicts:
        origin = one.verdict.origin
        if desk is None or desk.origin != origin:
            waiting = _of_another_server(one)
            why = f"Will be sent when the review goes to {plain(origin, 80)}."
            what = (Act.OPEN,) if waiting.item is not None else ()
            yield _row_of_verdict(origin, waiting, why, what)


def _row_of_verdict(origin: str, waiting: WaitingAnswer, why: str, what: tuple[Act, ...]) -> Row:
    target, item = waiting.target, waiting.item
    return Row(
        (origin, f"{target.type} {target.reference} {waiting.criteria_id}"),
        target.reference if item is None else item.name,
        f"Verdict on “{waiting.criteria}”" if waiting.criteria else "Verdict",
        why,
        needs_you=waiting.needs_you,
        since=waiting.since,
        acts=what,
        verdict=waiting,
    )


def _of_another_server(one: WaitingVerdict) -> WaitingAnswer:
    unsent = one.verdict
    return WaitingAnswer(
        unsent.target,
        unsent.criteria_id,
        criteria="",
        mark=Mark.WAITING,
        error=None,
        since=one.saved_at,
        needs_you=False,
        item=unsent.item,
    )
