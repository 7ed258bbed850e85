"""One answer to the server: look first, replace only what was seen, look back afterwards.

The wire has one value for each question and target, without a version: who sends last wins and
nobody is told (Patronus contract, 0.3). All of this blocks and belongs into a worker.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from limner.api.errors import ApiError, NotFound, NotOffered
from limner.api.patronus import Patronus
from limner.model.verdicts import Answer, PastAnswer, Verdict
from limner.storage.workspace_file import UnsentVerdict

log = logging.getLogger(__name__)

_AT_ONCE: Final = timedelta(seconds=1)
"""A verdict that was made and changed within this is one that was made."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The server has the answer.

    `overrun` is an answer that nobody here had seen and that this one replaced all the same,
    because it came between the look and the sending; one without a value where the server does
    not say what it was.
    """

    verdict: Verdict
    is_update: bool
    overrun: PastAnswer | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """The server has an answer that the person has not seen; `author` may be empty."""

    theirs: Verdict
    author: str


def deliver(server: Patronus, unsent: UnsentVerdict) -> Arrived | Clash:
    """Send an answer unless that would replace one that its author never saw.

    It may be called again after any failure: an answer that arrived is found, not sent again.

    Raises:
        ApiError: as `Patronus.submit`.
    """
    stored = _stored(server, unsent)
    if stored is not None and not _was_seen(stored, unsent):
        if stored.answer.says(unsent.answer):
            return Arrived(stored, is_update=unsent.base is not None)
        return Clash(stored, _author(server, stored))
    verdict = server.submit(unsent.criteria_id, unsent.target, unsent.answer)
    try:
        return _looked_back(server, unsent, stored, verdict)
    except ApiError as error:
        log.info("a verdict arrived, and could not be read back: %s", error)
        return Arrived(verdict, _is_update(stored, verdict))


def _stored(server: Patronus, unsent: UnsentVerdict) -> Verdict | None:
    """What stands on the server; None where there is nothing or nothing can be read."""
    try:
        verdicts = server.verdicts(unsent.target, unsent.project_id)
    except NotOffered:
        return None
    criteria_id = unsent.criteria_id.lower()
    return next((each for each in verdicts if each.criteria_id.lower() == criteria_id), None)


def _was_seen(stored: Verdict, unsent: UnsentVerdict) -> bool:
    base = unsent.base
    if any(stored.answer.says(mine) for mine in unsent.earlier):
        return True
    return (
        base is not None
        and base.updated_at == stored.updated_at
        and base.answer.says(stored.answer)
    )


def _is_update(stored: Verdict | None, verdict: Verdict) -> bool:
    return stored is not None or verdict.updated_at != verdict.created_at


def _author(server: Patronus, verdict: Verdict) -> str:
    past = _past(server, verdict)
    return past[-1].author if past else ""


def _past(server: Patronus, verdict: Verdict) -> list[PastAnswer] | None:
    try:
        return server.past(verdict.id)
    except (NotOffered, NotFound):
        return None


def _looked_back(
    server: Patronus, unsent: UnsentVerdict, stored: Verdict | None, verdict: Verdict
) -> Arrived | Clash:
    past = _past(server, verdict)
    if past is None:
        return _compared(_stored(server, unsent), unsent, stored, verdict)
    later = [each for each in past if each.at > verdict.updated_at]
    if later and not later[-1].answer.says(unsent.answer):
        return Clash(_as_it_stands(verdict, later[-1]), later[-1].author)
    overrun = _overrun([each for each in past if each.at < verdict.updated_at], unsent, stored)
    return Arrived(verdict, _is_update(stored, verdict), overrun)


def _overrun(
    before: list[PastAnswer], unsent: UnsentVerdict, stored: Verdict | None
) -> PastAnswer | None:
    """The answer that came after the look and before the sending, if it said something else."""
    last = before[-1] if before else None
    if last is None or (stored is not None and last.at <= stored.updated_at):
        return None
    mine = (unsent.answer, *unsent.earlier)
    return None if any(last.answer.says(each) for each in mine) else last


def _compared(
    now: Verdict | None, unsent: UnsentVerdict, stored: Verdict | None, verdict: Verdict
) -> Arrived | Clash:
    """The same for a server without a history, as far as can be seen there."""
    if now is not None and not now.answer.says(unsent.answer):
        if now.updated_at > verdict.updated_at:
            return Clash(now, "")
        log.info("the server keeps an answer in words of its own")
    is_older = verdict.updated_at - verdict.created_at > _AT_ONCE
    overrun = None
    if stored is None and is_older and not unsent.earlier and unsent.base is None:
        overrun = PastAnswer(Answer(), "", verdict.created_at)
    return Arrived(verdict, _is_update(stored, verdict), overrun)


def _as_it_stands(verdict: Verdict, past: PastAnswer) -> Verdict:
    return Verdict(
        verdict.id,
        verdict.criteria_id,
        verdict.target,
        past.answer,
        verdict.created_at,
        past.at,
    )
