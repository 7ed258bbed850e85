"""The words of a review: what is judged, and how far an answer has come."""

from __future__ import annotations

from enum import Enum


class Scope(Enum):
    """What is judged."""

    IMAGE = "Image"
    OBJECT = "Object"


class Mark(Enum):
    """How far the answer to one criterion has come, for one target."""

    NONE = "no verdict yet"
    STORED = "stored"
    SENDING = "sending"
    SUBMITTED = "submitted"
    UPDATED = "updated"
    WAITING = "kept here, will be sent"
    ASKS = "needs your decision"
    FAILED = "not accepted"
