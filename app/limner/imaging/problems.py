"""What can be wrong with an image file, in words for people.

    ImageProblem
        Unreadable      the file could not be opened at all
        EmptyFile       there are no bytes in it
        NotAnImage      what is in it is not a picture
        Unsupported     a picture, in a format this program does not read
            NeedsHeic   one that it reads with a further package
        Damaged         a picture that breaks off or is broken
        TooLarge        more pixels than the limit
        TooDear         takes more memory or time than it may
        Cancelled       nobody waits for it any more
        NeedsGigapixel  more pixels than can be shown without pyvips
        NoRoom          no room on the disk for what has to be prepared

Each says what happened to which file and what to do about it; the file's name is plain text from
outside and must be shown as such.
"""

from __future__ import annotations

from collections.abc import Iterator


class ImageProblem(Exception):
    """An image that cannot be shown; `str(error)` is a sentence for people."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class Unreadable(ImageProblem):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, f"“{name}” could not be opened: {reason}. Check that it is there.")


class EmptyFile(ImageProblem):
    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” is empty (0 bytes). Copy or download it again.")


class NotAnImage(ImageProblem):
    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” is not an image that can be read. Check the file.")


class Unsupported(ImageProblem):
    def __init__(self, name: str, what: str) -> None:
        advice = "Convert it to JPEG, PNG or TIFF."
        super().__init__(name, f"“{name}” is {what}, which cannot be read here. {advice}")


class NeedsHeic(Unsupported):
    def __init__(self, name: str) -> None:
        advice = "Install it with “pip install limner[heic]”, or convert the image to JPEG."
        message = f"“{name}” is a HEIC photograph, which needs pillow-heif. {advice}"
        ImageProblem.__init__(self, name, message)


class Damaged(ImageProblem):
    def __init__(self, name: str) -> None:
        advice = "Copy or download it again."
        super().__init__(name, f"“{name}” is damaged and nothing of it can be shown. {advice}")


class TooLarge(ImageProblem):
    def __init__(self, name: str, width: int, height: int, limit: int) -> None:
        size = f"{width:,} by {height:,} pixels"
        advice = "Cut it into parts or make it smaller."
        message = f"“{name}” has {size}; at most {limit // 1_000_000} million can be shown. "
        super().__init__(name, message + advice)


class TooDear(ImageProblem):
    def __init__(self, name: str) -> None:
        advice = "It may be broken; otherwise make it smaller or convert it to JPEG, PNG or TIFF."
        super().__init__(name, f"“{name}” takes more memory or time than it may. {advice}")


class Cancelled(ImageProblem):
    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” was not read to its end. Open it again.")


class NeedsGigapixel(ImageProblem):
    def __init__(self, name: str, width: int, height: int) -> None:
        size = f"{width:,} by {height:,} pixels"
        advice = "Install it with “pip install limner[gigapixel]” and open the image again."
        super().__init__(name, f"“{name}” has {size}; images this large need pyvips. {advice}")


class NoRoom(ImageProblem):
    def __init__(self, name: str, needed_bytes: int) -> None:
        needed = f"about {max(needed_bytes / 1e9, 0.1):.1f} GB"
        advice = "Free some, or allow more for prepared images in the settings."
        message = f"“{name}” is too large to be shown at once; preparing it takes {needed} of disk "
        super().__init__(name, f"{message}that are not there. {advice}")


def told(kind: str, name: str, message: str) -> ImageProblem:
    """The problem that another process told of by the name of its class and its sentence."""
    kinds = {known.__name__: known for known in _kinds(ImageProblem)}
    problem = ImageProblem.__new__(kinds.get(kind, ImageProblem))
    ImageProblem.__init__(problem, name, message)
    return problem


def _kinds(kind: type[ImageProblem]) -> Iterator[type[ImageProblem]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)
