"""Addresses that open one image without a key, for a while."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Final

from limner.server.errors import Problem

VALID_S: Final = 3600


class Tickets:
    """Signed with a secret that lives as long as the process: a restart ends every ticket."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def issue(self, image_id: str) -> str:
        """A ticket for the bytes of `image_id`."""
        claim = f"{image_id}.{int(time.time()) + VALID_S}"
        return f"{claim}.{self._sign(claim)}"

    def image_of(self, ticket: str) -> str:
        """The image that `ticket` opens.

        Raises:
            Problem: 403 for one that this server did not issue or that ran out.
        """
        claim, _, signature = ticket.rpartition(".")
        image_id, _, until = claim.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(claim).encode()):
            raise Problem(403, "forbidden", "this address was not issued by this server")
        if int(until) < time.time():
            raise Problem(403, "forbidden", "this address ran out; ask for a new one")
        return image_id

    def _sign(self, claim: str) -> str:
        return hmac.new(self._secret, claim.encode(), hashlib.sha256).hexdigest()
