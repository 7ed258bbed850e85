"""What stands in the way of an image's work, where no server has words for it."""

from __future__ import annotations


class MassRemoval(Exception):
    """So much of the image is gone on the server that a person is asked before it goes here."""

    def __init__(self, count: int, of: int) -> None:
        super().__init__(f"{count:,} of {of:,} shapes were removed by others.")
        self.count = count
        self.of = of


class WentBack(Exception):
    """The server holds an older version than it had confirmed: it was restored from a backup."""

    def __init__(self, known: int, held: int) -> None:
        super().__init__(
            f"The server went back in time: it had version {known} and has version {held} now."
        )
        self.known = known
        self.held = held


class AlsoSaved(Exception):
    """A word about a server without versions: it held another number than was read just before."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else saved this image at the same moment, and this server keeps one list "
            "only. Look whether their work is there; yours is on the server."
        )


class VeryBusy(Exception):
    """Others saved the image each time before this computer could."""

    def __init__(self) -> None:
        super().__init__("This image is being saved by others all the time.")


class Unexplained(Exception):
    """Raised before a list is sent that differs from the server's by more than was done here.

    `count` annotations would be lost or changed although nobody here did that; nothing was sent.
    """

    def __init__(self, count: int) -> None:
        super().__init__(
            f"The list of this image differs in {count:,} annotations from what was done to it, "
            "so it was not sent."
        )
        self.count = count
