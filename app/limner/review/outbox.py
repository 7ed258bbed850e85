"""The answers that the server does not have yet: kept on this computer, sent one after another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from limner.api.errors import Conflict, Forbidden, PaymentRequired, Refused, TooMany, Unauthorized
from limner.api.errors import waits_by_itself as ends_by_itself
from limner.api.pauses import asked_pause_s, pause_s
from limner.model.verdicts import Target
from limner.review.delivery import Arrived, Clash
from limner.review.marks import Mark
from limner.review.road import Road
from limner.storage.workspace_file import UnsentVerdict, WaitingVerdict, WorkspaceFile
from limner.tasks import MainThread, Tasks

Key = tuple[Target | None, str]
"""The target and the id of the criterion; of no target nothing is kept."""


@dataclass(slots=True)
class Entry:
    """An answer on its way; `since` is Unix time, `clash` what it would replace unseen."""

    unsent: UnsentVerdict
    revision: int
    since: float
    mark: Mark = Mark.SENDING
    error: Exception | None = None
    clash: Clash | None = None
    is_written: bool = False
    was_tried: bool = False

    @property
    def needs_you(self) -> bool:
        """Whether time alone will not bring it to the server."""
        if self.mark in (Mark.ASKS, Mark.FAILED):
            return True
        return self.error is not None and not waits_by_itself(self.error)


def waits_by_itself(error: Exception) -> bool:
    """Whether the same answer is sent again without anybody being asked."""
    return ends_by_itself(error) or isinstance(error, Conflict)


class Outbox:
    """What waits for one server. Main thread only."""

    def __init__(
        self,
        deliver: Callable[[UnsentVerdict], Arrived | Clash],
        origin: str,
        file: WorkspaceFile,
        tasks: Tasks,
        main: MainThread,
        road: Road,
        arrived: Callable[[UnsentVerdict, Arrived], None],
        changed: Callable[[], None],
    ) -> None:
        self._deliver = deliver
        self._road = road
        self._origin = origin
        self._file = file
        self._tasks = tasks
        self._main = main
        self._arrived = arrived
        self._changed = changed
        self._entries: dict[Key, Entry] = {}
        self._running: set[Key] = set()
        self._random = Random()  # noqa: S311 - spreads requests, guards nothing
        self._failures = 0
        self._stop_retry: Callable[[], None] | None = None
        self._is_closed = False

    # --- what waits

    def entry(self, key: Key) -> Entry | None:
        return self._entries.get(key)

    def __iter__(self) -> Iterator[Entry]:
        """What waits, the answer given longest ago first."""
        return iter(sorted(self._entries.values(), key=lambda entry: entry.revision))

    def load(self, failed: Callable[[Exception], None]) -> None:
        """Go on with what earlier runs could not send."""
        self._tasks.run(self._file.verdicts_waiting, self._loaded, failed)

    def _loaded(self, waiting: list[WaitingVerdict]) -> None:
        for one in waiting:
            key = _key(one.verdict)
            if one.verdict.origin == self._origin and key not in self._entries:
                entry = Entry(one.verdict, one.revision, one.saved_at, Mark.WAITING)
                entry.is_written = entry.was_tried = True
                self._entries[key] = entry
                self._send(key)
        self._changed()

    # --- what the person does

    def put(self, unsent: UnsentVerdict) -> None:
        """Keep an answer, and send it once it is durable; it replaces one that still waits."""
        key = _key(unsent)
        unsent = _following(unsent, self._entries.get(key))

        def written(revision: int) -> None:
            entry = self._entries.get(key)
            if entry is not None and entry.revision == revision:
                entry.is_written = True
                self._send(key)

        revision = self._file.put_verdict(
            unsent,
            durable=lambda: self._main.post(lambda: written(revision)),
            failed=lambda _error: self._main.post(lambda: written(revision)),
        )
        self._entries[key] = Entry(unsent, revision, time.time())
        self._changed()

    def replace_theirs(self, key: Key) -> None:
        """The person has seen the other answer, and wants this one."""
        entry = self._entries.get(key)
        if entry is not None and entry.clash is not None:
            self.put(entry.unsent)

    def drop(self, key: Key) -> None:
        """The person does not want this answer any more; it may be known to the server already."""
        entry = self._entries.get(key)
        if entry is not None and key not in self._running:
            del self._entries[key]
            self._file.drop_verdict(entry.unsent, entry.revision)
            self._changed()

    def try_again(self) -> None:
        """Send everything that no decision is open on."""
        self._road.try_again()
        for key, entry in tuple(self._entries.items()):
            if entry.mark is not Mark.ASKS:
                self._send(key)

    def close(self) -> None:
        """Begin nothing more; what is on its way may still arrive."""
        self._is_closed = True
        self._stop_timer()

    # --- sending

    def _send(self, key: Key) -> None:
        """Send what waits there, once it is written and nothing else answers the same question."""
        entry = self._entries[key]
        if key in self._running or self._is_closed or not entry.is_written:
            return
        self._running.add(key)
        entry.was_tried, entry.mark = True, Mark.SENDING
        self._road.send(
            f"verdict {entry.unsent.target} {entry.unsent.criteria_id}",
            partial(self._deliver, entry.unsent),
            lambda outcome: self._delivered(key, entry, outcome),
            lambda error: self._not_delivered(key, entry, error),
        )

    def _delivered(self, key: Key, sent: Entry, outcome: Arrived | Clash) -> None:
        self._running.discard(key)
        self._failures = 0
        is_newest = self._entries.get(key) is sent
        if isinstance(outcome, Arrived):
            self._file.drop_verdict(sent.unsent, sent.revision)
            if is_newest:
                del self._entries[key]
            self._arrived(sent.unsent, outcome)
        elif is_newest:
            sent.mark, sent.error, sent.clash = Mark.ASKS, None, outcome
        self._go_on(key, sent)

    def _not_delivered(self, key: Key, sent: Entry, error: Exception) -> None:
        self._running.discard(key)
        sent.error = error
        sent.mark = Mark.FAILED if _is_final(error) else Mark.WAITING
        if waits_by_itself(error):
            self._retry_later(error)
        self._go_on(key, sent)

    def _go_on(self, key: Key, sent: Entry) -> None:
        """Send the answer that was given meanwhile."""
        if key in self._entries and self._entries[key] is not sent:
            self._send(key)
        self._changed()

    def _retry_later(self, error: Exception) -> None:
        if self._stop_retry is not None or self._is_closed:
            return
        self._failures += 1
        if isinstance(error, TooMany):
            pause = asked_pause_s(error, self._random)
        else:
            pause = pause_s(self._failures, self._random)
        self._stop_retry = self._main.after(pause, self._retry)

    def _retry(self) -> None:
        self._stop_retry = None
        for key, entry in tuple(self._entries.items()):
            if entry.error is not None and waits_by_itself(entry.error):
                self._send(key)

    def _stop_timer(self) -> None:
        if self._stop_retry is not None:
            self._stop_retry()
        self._stop_retry = None


def _key(unsent: UnsentVerdict) -> Key:
    return (unsent.target, unsent.criteria_id)


def _following(unsent: UnsentVerdict, before: Entry | None) -> UnsentVerdict:
    """An answer that replaces one which still waits stands on what that one stood on."""
    if before is None:
        return unsent
    if before.clash is not None:
        return replace(unsent, base=before.clash.theirs, earlier=before.unsent.earlier)
    mine = (before.unsent.answer,) if before.was_tried else ()
    earlier = tuple(dict.fromkeys((*before.unsent.earlier, *mine)))
    return replace(unsent, base=before.unsent.base, earlier=earlier)


def _is_final(error: Exception) -> bool:
    """Whether this answer, as it is, will never be taken."""
    is_mended_elsewhere = isinstance(error, Unauthorized | Forbidden | PaymentRequired)
    return isinstance(error, Refused) and not is_mended_elsewhere and not waits_by_itself(error)
