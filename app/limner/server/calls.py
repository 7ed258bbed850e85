"""A request that changes something: who sends it, its body, and its one execution."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection

from limner.server.audit import Act
from limner.server.auth import Caller, caller, need_role
from limner.server.database import Store
from limner.server.errors import Problem, from_pydantic
from limner.server.idempotency import LONGEST_KEY, Running, store_reply, stored_reply
from limner.server.keys import Role
from limner.server.limits import Limits

Message = TypeVar("Message", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One such request. `base_url` is how the caller reached this server, ending in "/"."""

    caller: Caller
    store: Store
    limits: Limits
    content: bytes
    request_id: str
    base_url: str
    _line: str
    _key: str
    _running: Running

    @property
    def act(self) -> Act:
        """The request as revisions and the audit remember it."""
        return Act(self.caller, self.request_id)

    def read(self, message: type[Message]) -> Message:
        """The body as `message`; a 422 with one row per wrong field when it does not fit."""
        try:
            return message.model_validate_json(self.content or b"null")
        except ValidationError as error:
            raise from_pydantic(error) from None

    def need(self, least: Role) -> None:
        """Raises a 403 when the caller's role is below `least`, for what only some bodies ask."""
        need_role(self.caller, least)

    def once(self, work: Callable[[Connection], Response]) -> Response:
        """Do `work` in one transaction and answer what it returns.

        With an Idempotency-Key the work is done once, however often the request arrives; an
        exception leaves nothing behind.
        """
        if not self._key:
            with self.store.writing() as tx:
                return work(tx)
        with self._running.alone(self.caller.key_id, self._key), self.store.writing() as tx:
            return self._replayed(tx) or self._kept(tx, work(tx))

    def _replayed(self, tx: Connection) -> Response | None:
        return stored_reply(tx, self.caller.key_id, self._key, self._fingerprint())

    def _kept(self, tx: Connection, reply: Response) -> Response:
        store_reply(tx, self.caller.key_id, self._key, self._fingerprint(), reply)
        return reply

    def _fingerprint(self) -> str:
        found = hashlib.sha256(self._line.encode() + b"\0")
        found.update(self.content)
        return found.hexdigest()


async def _content(request: Request) -> bytes:
    return await request.body()


def call(least: Role) -> Callable[..., Awaitable[Call]]:
    """A dependency: the request as a `Call`, for keys of role `least` and higher."""

    # Not in an Annotated: those are looked up outside this function, where `least` is unknown.
    admitted: Any = Depends(caller(least))

    async def received(
        request: Request,
        content: Annotated[bytes, Depends(_content)],
        who: Caller = admitted,
    ) -> Call:
        key = request.headers.get("idempotency-key", "")
        if len(key) > LONGEST_KEY:
            message = f"an Idempotency-Key may have {LONGEST_KEY} characters at most"
            raise Problem(400, "validation_error", message)
        state = request.app.state
        return Call(
            caller=who,
            store=state.store,
            limits=state.limits,
            content=content,
            request_id=request.state.request_id,
            base_url=str(request.base_url),
            _line=f"{request.method} {request.scope['path']}",
            _key=key,
            _running=state.running,
        )

    return received


AnnotatorCall = Annotated[Call, Depends(call(Role.ANNOTATOR))]
MemberCall = Annotated[Call, Depends(call(Role.MEMBER))]
AdminCall = Annotated[Call, Depends(call(Role.ADMIN))]
