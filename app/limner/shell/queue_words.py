"""Why work is not on its server yet, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limner.api.errors import (
    Forbidden,
    NotFound,
    OverLimit,
    Redirected,
    TooLarge,
    Unauthorized,
)
from limner.model.annotations import AnnotationId
from limner.panels.queue_rows import Act
from limner.panels.review_decision import clash_words
from limner.panels.text import plain
from limner.review.marks import Mark
from limner.review.outbox import waits_by_itself
from limner.review.waiting import Waiting as WaitingAnswer
from limner.shell.trouble import words
from limner.storage.workspace_file import Waiting
from limner.sync.line import Line
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.troubles import Unexplained

_OF_THE_CONNECTION: Final = (Unauthorized, Forbidden, Redirected)
_FOR_A_FILE: Final = (NotFound, TooLarge, OverLimit, Unexplained)

_LINES: Final = {
    Line.OPEN: "Waits for its turn.",
    Line.STARTING: "Will be sent as soon as the server is up.",
    Line.OFFLINE: "The server cannot be reached. It will be sent when the server is back.",
    Line.PAUSED: "Sending is paused.",
    Line.NO_KEY: "The server does not accept the key.",
    Line.ASKED_TO_WAIT: "The server asks for a pause. It will be sent by itself.",
}


def acts(trouble: Exception | None, conflicts: int = 0, refusals: int = 0) -> tuple[Act, ...]:
    """What can be done about what is in the way, the likeliest first."""
    found: list[Act] = []
    if conflicts:
        found.append(Act.RESOLVE)
    if refusals:
        found.append(Act.SHOW_SHAPE)
    if isinstance(trouble, _OF_THE_CONNECTION):
        found.append(Act.CHANGE_KEY)
    if isinstance(trouble, _FOR_A_FILE):
        found.append(Act.EXPORT)
    if trouble is not None or refusals:
        found.append(Act.TRY_AGAIN)
    return tuple(found)


def acts_of(session: Session) -> tuple[Act, ...]:
    """As `acts`, for an image that is open; one can always go there."""
    known = acts(session.trouble, len(session.conflicts), len(session.refusals))
    return (*known, Act.OPEN)


def reason(session: Session, line: Line) -> str:
    """Why the work on an open image is not on its server, in a sentence."""
    asked = _asked(len(session.conflicts), len(session.refusals))
    if asked:
        return asked
    if session.trouble is not None:
        return words(session.trouble)
    if line in (Line.OPEN, Line.STARTING) and session.is_sending:
        return "Is being sent…"
    if session.state is State.WRITING:
        return "Is being written to this computer's disk."
    return "Will be sent in a moment." if line is Line.OPEN else _LINES[line]


def reason_of_waiting(waiting: Waiting, line: Line | None, *, is_stuck: bool) -> str:
    """The same for work of an earlier run; `line` is None where the server is not open."""
    asked = _asked(waiting.conflicts, waiting.refusals)
    if asked:
        return asked
    if is_stuck:
        return "Something is in the way that needs you: open the image to see what."
    if line is None:
        return f"Will be sent when a dataset of {plain(waiting.origin, 80)} is open."
    return _LINES[line]


def line_words(line: Line) -> str:
    """What becomes of work that goes by this line, in a sentence."""
    return _LINES[line]


def acts_of_verdict(waiting: WaitingAnswer) -> tuple[Act, ...]:
    """As `acts`; what is to be decided or mended is so at the item itself, if it is known."""
    known = () if waiting.mark is Mark.ASKS else acts(waiting.error) or (Act.TRY_AGAIN,)
    return (*known, Act.OPEN) if waiting.item is not None else known


def reason_of_verdict(waiting: WaitingAnswer, obstacle: str) -> str:
    """Why an answer has not arrived; `obstacle` is in the way of every one of them."""
    if waiting.clash is not None:
        return f"{clash_words(waiting.clash)} Open it and choose which is to stand."
    error = waiting.error
    if waiting.mark is Mark.FAILED and error is not None:
        return f"The server refused it: open it to change it or let it go. {words(error)}"
    if error is not None and not waits_by_itself(error):
        return words(error)
    if obstacle:
        return obstacle
    if waiting.mark is Mark.SENDING:
        return "Is being sent…"
    return "Will be sent by itself." if error is None else f"{words(error)} Will be sent again."


def refusals_in_words(refusals: Mapping[AnnotationId, str]) -> str:
    """What the server said of the annotations that it did not take; there are some."""
    said = plain(next(iter(refusals.values())))
    return f"{_asked(0, len(refusals))} The server says: {said}"


def _asked(conflicts: int, refusals: int) -> str:
    said: list[str] = []
    if conflicts:
        some = "1 conflict waits" if conflicts == 1 else f"{conflicts:,} conflicts wait"
        said.append(f"{some} for your decision.")
    if refusals:
        some = "1 shape" if refusals == 1 else f"{refusals:,} shapes"
        said.append(f"The server refused {some}: mend it or try again.")
    return " ".join(said)
