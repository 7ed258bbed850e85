"""Every error, in the shape the API it belongs to documents.

    Pictograph   {"error": {"code", "message", "details"}, "detail": message or field errors}
    Patronus     {"detail": message or field errors}        (paths under /v1/)

What went wrong inside is logged and never sent.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)

_CODES: Final = {
    400: "validation_error",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "version_conflict",
    413: "payload_too_large",
    422: "validation_error",
    428: "precondition_required",
    429: "rate_limited",
    501: "not_implemented",
}

Step = str | int
FieldError = dict[str, Any]
"""One wrong field: `loc` (a list of names and indexes that begins with "body"), `msg`, `type`."""


class Problem(HTTPException):
    """An answer that is not a success: raised anywhere, sent by this module.

    An HTTPException, since FastAPI lets only those through while it reads a body. `code` is the
    documented slug, `message` a sentence for people; `fields` says which values of a 422 are
    wrong.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, headers)
        self.code = code
        self.message = message
        self.details = dict(details or {})
        self.fields = list(fields)


def not_found(message: str) -> Problem:
    """A 404; also for what the caller may not know to exist."""
    return Problem(404, "not_found", message)


def conflict(message: str) -> Problem:
    """A 409: the name is taken, or the state does not allow it."""
    return Problem(409, "conflict", message)


def not_implemented(message: str) -> Problem:
    """A 501 for what the API has and this server does not do."""
    return Problem(501, "not_implemented", message)


def invalid(fields: Sequence[FieldError]) -> Problem:
    """A 422 that names each wrong field; the message is made of the first."""
    first = fields[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    message = f"{where}: {first['msg']}" if where else str(first["msg"])
    more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
    return Problem(422, "validation_error", message + more, fields=fields)


def wrong_field(message: str, *loc: Step, kind: str = "value_error") -> Problem:
    """A 422 about one field of the body, given by its place in it."""
    return invalid([field_error(message, *loc, kind=kind)])


def field_error(message: str, *loc: Step, kind: str = "value_error") -> FieldError:
    """One row of a 422's `fields`; `loc` begins below the body."""
    return {"loc": ["body", *loc], "msg": message, "type": kind}


def from_pydantic(error: ValidationError) -> Problem:
    """A 422 for a body that does not fit its model; never repeats what was sent."""
    rows = error.errors(include_url=False, include_context=False, include_input=False)
    return invalid([field_error(row["msg"], *row["loc"], kind=row["type"]) for row in rows])


def install(app: FastAPI) -> None:
    """Let `app` answer every error in its documented shape."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_request)
    app.add_exception_handler(DataError, _on_data)
    app.add_exception_handler(IntegrityError, _on_integrity)
    app.add_exception_handler(OperationalError, _on_database)


def respond(path: str, problem: Problem) -> JSONResponse:
    """The response for `problem` on the request path `path`."""
    detail: Any = problem.fields or problem.message
    headers = dict(problem.headers or {})
    content: dict[str, Any] = {"detail": detail}
    if path.startswith("/v1/"):
        if problem.status_code == 409:
            # The Patronus SDK sends a 409 again unless told not to (contract, 0.4).
            headers["x-should-retry"] = "false"
    else:
        details = {**problem.details, **({"errors": problem.fields} if problem.fields else {})}
        error = {"code": problem.code, "message": problem.message, "details": details}
        content = {"error": error, "detail": detail}
    return JSONResponse(content, problem.status_code, headers)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    return respond(request.scope["path"], cast(Problem, error))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    error = cast(HTTPException, error)
    code = _CODES.get(error.status_code, "error")
    problem = Problem(error.status_code, code, str(error.detail), headers=error.headers)
    return respond(request.scope["path"], problem)


async def _on_request(request: Request, error: Exception) -> JSONResponse:
    rows = cast(RequestValidationError, error).errors()
    fields = [{"loc": list(row["loc"]), "msg": row["msg"], "type": row["type"]} for row in rows]
    return respond(request.scope["path"], invalid(fields))


async def _on_data(request: Request, error: Exception) -> JSONResponse:
    log.info("a value the database cannot hold: %s", type(error).__name__)
    problem = Problem(422, "validation_error", "a value holds a character that cannot be stored")
    return respond(request.scope["path"], problem)


async def _on_integrity(request: Request, error: Exception) -> JSONResponse:
    # Names are looked up before they are used; here two requests did so at the same moment.
    log.info("two requests took the same place: %s", type(error).__name__)
    return respond(request.scope["path"], conflict("somebody else made the same just now"))


async def _on_database(request: Request, error: Exception) -> JSONResponse:
    log.error("the database failed", exc_info=error)
    problem = Problem(503, "storage_unavailable", "the database does not work at the moment")
    return respond(request.scope["path"], problem)
