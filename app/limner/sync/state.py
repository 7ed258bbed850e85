"""How far the work on an image has come, and what can stand in its way."""

from __future__ import annotations

from enum import Enum

from limner.api.errors import megabytes


class State(Enum):
    """How far the work on an image has come; the value is the word that people see."""

    LOADING = "loading"
    FAILED = "not loaded"
    ON_SERVER = "on server"
    WRITING = "writing"
    SAFE_HERE = "safe here"
    NEEDS_YOU = "needs you"


class CannotKeep(Exception):
    """This computer could not write the work to its disk."""


class LoadStopped(Exception):
    """The person stopped the load; `str(error)` is a sentence for people, as of those below."""

    def __init__(self) -> None:
        super().__init__("The annotations were not loaded, because you stopped it.")


class NearLimit(Exception):
    """A word in time: the annotations of the image are almost more than the server takes."""

    def __init__(self, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"The annotations of this image take {megabytes(size_bytes)} MB, and the server takes "
            f"{megabytes(limit_bytes)} MB at once. What goes beyond cannot be saved there."
        )
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class DraftSetAside(Exception):
    """Unsent work on the image that an earlier run kept cannot be read any more."""

    def __init__(self) -> None:
        super().__init__(
            "Unsent work on this image was damaged on the disk and cannot be read. It was put "
            "aside and not overwritten; what you see is what the server holds."
        )
