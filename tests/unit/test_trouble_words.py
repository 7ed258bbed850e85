"""Every error that can stand in the way of work has words: what happened, and what to do."""

from __future__ import annotations

import pytest

from limner.api import errors
from limner.panels.queue_rows import Act
from limner.shell.queue_words import acts
from limner.shell.trouble import words
from limner.sync.state import CannotKeep
from limner.sync.troubles import MassRemoval, Unexplained, VeryBusy, WentBack

SAFE = "kept on this computer"

CASES = [
    (errors.Unreachable("down"), (SAFE, "cannot be reached", "when it is back"), ()),
    (errors.NoAnswer("late"), (SAFE, "checks what arrived"), ()),
    (errors.Garbled("HTML"), (SAFE, "sign-in page"), ()),
    (
        errors.Redirected("old.example", "new.example"),
        (SAFE, "old.example", "new.example", "does not follow"),
        (Act.CHANGE_KEY,),
    ),
    (
        errors.Untrusted("server.example", "self-signed certificate"),
        (SAFE, "server.example", "self-signed certificate", "certificate authority"),
        (),
    ),
    (errors.Unauthorized(401, "", "revoked"), (SAFE, "valid key", "revoked"), (Act.CHANGE_KEY,)),
    (errors.PaymentRequired(402, "", "plan"), (SAFE, "see to the plan"), ()),
    (errors.Forbidden(403, "", "viewer"), (SAFE, "more rights", "viewer"), (Act.CHANGE_KEY,)),
    (errors.NotFound(404, "", "gone"), (SAFE, "no longer has", "export"), (Act.EXPORT,)),
    (
        errors.TooLarge(413, "", "big", limit_bytes=32_000_000),
        (SAFE, "32 MB", "delete some"),
        (Act.EXPORT,),
    ),
    (errors.OverLimit(9, 40_000_000, 32_000_000), (SAFE, "40 MB", "32 MB"), (Act.EXPORT,)),
    (errors.Invalid(422, "", "unknown class"), ("nothing was changed", "unknown class"), ()),
    (errors.Stale(412, "", "newer"), (SAFE, "Somebody else"), ()),
    (errors.TooMany(429, "", "slow"), (SAFE, "asks for a pause"), ()),
    (errors.ServerFault(503, "", "down"), (SAFE, "has a fault"), ()),
    (errors.Refused(418, "", "teapot"), (SAFE, "418", "teapot"), ()),
    (MassRemoval(40, 60), ("40 of 60", "be kept?"), ()),
    (WentBack(7, 3), ("back in time", "version 7", "version 3", "be kept?"), ()),
    (VeryBusy(), (SAFE, "in a pause"), ()),
    (Unexplained(3), (SAFE, "Export it", "mistake of Limner's"), (Act.EXPORT,)),
    (CannotKeep("The disk is full."), ("The disk is full", "Make room", "Ctrl+S"), ()),
    (CannotKeep(), ("could not write", "Make room"), ()),
]


@pytest.mark.parametrize(
    ("error", "said", "offered"), CASES, ids=[type(case[0]).__name__ for case in CASES]
)
def test_an_error_says_what_happened_and_what_to_do(
    error: Exception, said: tuple[str, ...], offered: tuple[Act, ...]
) -> None:
    text = words(error)

    assert [part for part in said if part not in text] == []
    assert ".." not in text
    assert set(offered) <= set(acts(error))
    assert Act.TRY_AGAIN in acts(error)


def test_conflicts_and_refused_shapes_come_before_everything_else() -> None:
    found = acts(errors.Forbidden(403, "", ""), conflicts=2, refusals=1)

    assert found == (Act.RESOLVE, Act.SHOW_SHAPE, Act.CHANGE_KEY, Act.TRY_AGAIN)
    assert acts(None) == ()
