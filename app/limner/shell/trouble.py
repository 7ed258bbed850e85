"""Every error in words: what happened, what it means for the work, what to do."""

from __future__ import annotations

from typing import Final

from limner.api import errors
from limner.imaging.decode import ImageProblem
from limner.model.document import PatchDoesNotFit
from limner.model.rules import RuleBroken
from limner.review.binding import BadTemplate
from limner.storage.disk import DiskFull
from limner.storage.errors import READ_ONLY, StorageError
from limner.sync.state import CannotKeep, DraftSetAside, LoadStopped, NearLimit
from limner.sync.troubles import AlsoSaved, MassRemoval, Unexplained, VeryBusy, WentBack

LOOK_ONLY: Final = f"{READ_ONLY} You can look at everything."
_SAFE: Final = "Your work is kept on this computer"


def words(error: BaseException) -> str:
    """`error` as one or two plain sentences for the person at work."""
    match error:
        case errors.ApiError():
            return _api_words(error)
        case MassRemoval() | WentBack() | VeryBusy() | Unexplained() | CannotKeep():
            return _work_words(error)
        case RuleBroken() | ImageProblem() | StorageError() | BadTemplate():
            return str(error)
        case LoadStopped() | NearLimit() | DraftSetAside() | AlsoSaved():
            return str(error)
        case PatchDoesNotFit():
            return "That step no longer fits what is on the canvas, so nothing was changed."
        case OSError():
            return f"The file could not be used: {error.strerror or error}."
        case _:
            return (
                f"Something unexpected happened ({type(error).__name__}: {error}). "
                f"{_SAFE} and you can go on."
            )


def _work_words(error: Exception) -> str:
    """What stands in the way of an image's work though the server answers."""
    match error:
        case MassRemoval():
            return f"{error} They are marked on the canvas. Should they be kept?"
        case WentBack():
            return (
                f"{error} It was perhaps restored from a backup. Your version is on the canvas: "
                "should it be kept?"
            )
        case VeryBusy():
            return f"{error} {_SAFE} and will be sent in a pause."
        case Unexplained():
            return f"{error} {_SAFE}. Export it, and tell us: this is a mistake of Limner's."
        case _:
            said = f"{error}".rstrip(".")
            return (
                "This computer could not write your work to its disk"
                f"{f' ({said})' if said else ''}. Make room, or save to the server with Ctrl+S; "
                "the work is still open here, and it is written as soon as that is possible."
            )


def full_words(full: DiskFull, free_bytes: int) -> str:
    """That there is no room for the work, and what becomes of it meanwhile."""
    where = f"Disk full: {free_bytes:,} bytes free at {full.path.parent}."
    if full.is_kept:
        return f"{where} What you did is kept in room that was set aside for this; make room soon."
    return (
        f"{where} Your work is open here and on its way to the server; make room, and it is kept "
        "by itself."
    )


def _api_words(error: errors.ApiError) -> str:
    match error:
        case errors.Unreachable():
            return f"The server cannot be reached. {_SAFE} and will be sent when it is back."
        case errors.Untrusted():
            return (
                f"{error} Nothing was sent, and {_SAFE[0].lower()}{_SAFE[1:]}. If your company "
                "signs its own certificates, add its certificate authority to those that this "
                "computer trusts, then try again; otherwise somebody may be listening in."
            )
        case errors.NoAnswer():
            return f"The server did not answer in time. {_SAFE}; Limner checks what arrived."
        case errors.Redirected():
            return (
                f"{error.from_host} sends its callers to {error.to_host}. Limner does not follow, "
                f"so that your key stays where it belongs. {_SAFE}; if the server has moved, "
                "correct the address of the connection."
            )
        case errors.Garbled():
            return (
                f"The answer was not that of an annotation server ({error}). {_SAFE}. Check the "
                "address, or whether a network sign-in page is in between."
            )
        case errors.Refused():
            return _refusal_words(error)
        case _:
            return f"{str(error).rstrip('.')}. {_SAFE}."


def _refusal_words(error: errors.Refused) -> str:
    said = f" The server says: {error.message}" if error.message else ""
    match error:
        case errors.Forbidden(code="read_only"):
            return READ_ONLY
        case errors.Unauthorized():
            return f"The server does not accept this key. {_SAFE}; enter a valid key.{said}"
        case errors.PaymentRequired():
            return f"The plan of this account does not cover it. {_SAFE}; see to the plan.{said}"
        case errors.Forbidden():
            return f"This key may not do that. {_SAFE}; ask for a key with more rights.{said}"
        case errors.NotFound():
            return (
                f"The server no longer has this. {_SAFE} and is not put there again; export it "
                f"to keep a copy elsewhere.{said}"
            )
        case errors.TooLarge():
            most = _limit(error)
            return (
                f"This is more than the server takes at once{most}. {_SAFE}; delete some "
                f"annotations or points and save again.{said}"
            )
        case errors.Invalid():
            return (
                f"The server refused it, nothing was changed there.{said} Mend it and save again."
            )
        case errors.Stale():
            return f"Somebody else was first. {_SAFE}, is brought together with theirs and sent."
        case errors.TooMany():
            return f"The server asks for a pause. {_SAFE} and will be sent by itself."
        case errors.ServerFault():
            return f"The server has a fault. {_SAFE} and will be sent when it is mended.{said}"
        case errors.NotOffered():
            return f"This server does not offer that.{said}"
        case _:
            return f"The server refused it ({error.status}). {_SAFE}.{said}"


def _limit(error: errors.TooLarge) -> str:
    size = error.limit_bytes
    return f" ({errors.megabytes(size)} MB)" if size else ""
