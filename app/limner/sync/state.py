"""How far the work on an image has come, and what can stand in its way."""

from __future__ import annotations

from enum import Enum

from limner.api.pictograph import Loaded


class State(Enum):
    """How far the work on an image has come; the value is the word that people see."""

    LOADING = "loading"
    FAILED = "not loaded"
    ON_SERVER = "on server"
    WRITING = "writing"
    SAFE_HERE = "safe here"
    NEEDS_YOU = "needs you"


class ChangedElsewhere(Exception):
    """The server holds something else than what this work began from."""

    def __init__(self, theirs: Loaded, theirs_print: str) -> None:
        """`theirs_print` is the fingerprint of what the server holds."""
        super().__init__("The image was changed on the server while you worked on it.")
        self.theirs = theirs
        self.theirs_print = theirs_print


class CannotKeep(Exception):
    """This computer could not write the work to its disk."""
