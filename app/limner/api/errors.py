"""What can go wrong between this computer and a server.

    ApiError
    ├── BadAddress         the address or key cannot be used; nothing was sent
    ├── OverLimit          more than the server takes; nothing was sent
    ├── Unreachable        surely not executed: the work may be sent again as it is
    ├── Untrusted          the certificate is not to be believed; nothing was sent
    ├── NoAnswer           not known whether it was executed: read before sending again
    ├── Garbled            answered, but not what it should be: read before sending again
    ├── Redirected         the server names another address; never followed
    └── Refused            a clear no, with the server's words
        ├── Unauthorized       401  the key is wrong or revoked
        ├── PaymentRequired    402  the plan does not allow it
        ├── Forbidden          403  the key's role is too low
        ├── NotFound           404  the thing is gone, or hidden from this key
        ├── NotOffered         404 without such a route, 405, 501
        ├── Conflict           409  it exists already, or is being worked on
        ├── Stale              412  the server's copy changed since it was read
        ├── TooLarge           413  the body is over the server's limit
        ├── Invalid            400, 422  fields are wrong; `problems` says which
        ├── TooMany            429  wait first
        └── ServerFault        408, 5xx  as with NoAnswer, it may have been executed

    Cancelled              not an error: the person stopped a transfer

No error here touches work on this computer, and none ever holds a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Cancelled(Exception):
    """The caller's `cancelled` said yes while bytes were coming in; what had come is dropped."""


class ApiError(Exception):
    """Whatever went wrong with a server; `str(error)` is a sentence for people."""


class BadAddress(ApiError):
    """Raised before anything is sent: `field` ("url", "key", "name") says what must be mended."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class OverLimit(ApiError):
    """Raised before anything is sent: the body has `size_bytes`, the server takes `limit_bytes`."""

    def __init__(self, count: int, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"This image has {count:,} annotations, {megabytes(size_bytes)} MB, and the server "
            f"takes {megabytes(limit_bytes)} MB at once, so nothing was sent. Delete some "
            "annotations or points and save again"
        )
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


def megabytes(size_bytes: int) -> str:
    """A size for people: "3.2", "118"."""
    size = size_bytes / 1e6
    return f"{size:.1f}" if size < 10 else f"{size:.0f}"


class Unreachable(ApiError):
    """Raised when no connection came about (refused, no such host): surely not executed."""


class Untrusted(ApiError):
    """Raised when `host` shows a certificate that this computer does not trust; nothing was sent.

    `reason` is what the system says of it. Time alone does not mend it.
    """

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"The certificate of {host} is not trusted: {reason}.")
        self.host = host
        self.reason = reason


class NoAnswer(ApiError):
    """Raised when the connection broke or the time ran out after sending had begun."""


class Garbled(ApiError):
    """Raised for a success that is none: HTML, nothing at all, a wrong count, another image."""


class Redirected(ApiError):
    """Raised for 3xx: following it would hand the key to `to_host`, so the person decides."""

    def __init__(self, from_host: str, to_host: str) -> None:
        super().__init__(f"{from_host} sends its callers to {to_host}.")
        self.from_host = from_host
        self.to_host = to_host


class Refused(ApiError):
    """Raised for any other status: `code` is the server's slug or "", `str(error)` its words."""

    def __init__(self, status: int, code: str, message: str, request_id: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.request_id = request_id


class Unauthorized(Refused):
    """Raised for 401: every call with this key will fail; editing goes on, the work waits."""


class PaymentRequired(Refused):
    """Raised for 402: the account's plan or credit does not cover it; the work waits."""


class Forbidden(Refused):
    """Raised for 403: this key may not do it; the work stays on this computer."""


class NotFound(Refused):
    """Raised for 404: the image or dataset is gone; the work is kept and never recreated there."""


class NotOffered(Refused):
    """Raised for 404 without such a route, 405 and 501: this server lacks the feature."""


class Conflict(Refused):
    """Raised for 409: a name is taken, or the same request is still running."""


class Stale(Refused):
    """Raised for 412: somebody saved meanwhile; nothing was overwritten. Read, merge, send.

    `rev`, `author` and `at` tell of the server's present copy, where the server says so.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        request_id: str | None = None,
        rev: int | None = None,
        author: str | None = None,
        at: datetime | None = None,
    ) -> None:
        super().__init__(status, code, message, request_id)
        self.rev = rev
        self.author = author
        self.at = at


class TooLarge(Refused):
    """Raised for 413: sending it again unchanged cannot succeed; `limit_bytes` when it is said."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        request_id: str | None = None,
        limit_bytes: int | None = None,
    ) -> None:
        super().__init__(status, code, message, request_id)
        self.limit_bytes = limit_bytes


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong field: the path to it in the body, and the server's words."""

    loc: tuple[str | int, ...]
    message: str

    @property
    def annotation_index(self) -> int | None:
        """Which annotation of the sent list is meant; None when it is about something else."""
        for key, index in zip(self.loc, self.loc[1:], strict=False):
            if key == "annotations" and isinstance(index, int):
                return index
        return None


class Invalid(Refused):
    """Raised for 400 and 422: nothing was changed; the same body will be refused again."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        request_id: str | None = None,
        problems: tuple[FieldProblem, ...] = (),
    ) -> None:
        super().__init__(status, code, message, request_id)
        self.problems = problems


class TooMany(Refused):
    """Raised for 429: nothing was changed; `retry_after_s` is how long the server asks to wait."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(status, code, message, request_id)
        self.retry_after_s = retry_after_s


class ServerFault(Refused):
    """Raised for 408 and 5xx: it may have been executed or not, so read before sending again."""


def waits_by_itself(error: Exception | None) -> bool:
    """Whether time alone can end this trouble, so that nobody needs to be asked."""
    return isinstance(error, Unreachable | NoAnswer | Garbled | ServerFault | TooMany | Stale)
