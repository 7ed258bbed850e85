"""A library that can only be read: served from a copy of its database, with its images in place.

SQLite itself needs to write: the log of a library that was not closed, the form of an older one,
the key of this run. So the database, which is small beside the images, is copied to a folder for
temporary files; once it is ready nothing can be written to the copy either.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from typing_extensions import override

from limner.server.database import Store, database_url

_DATABASE: Final = ("limner.sqlite", "limner.sqlite-wal")


def can_only_be_read(folder: Path) -> bool:
    """Whether a library in `folder` could not be written, or not be made there."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return not os.access(there, os.W_OK)


class LentStore(Store):
    """The copy; it is gone when it is closed."""

    def __init__(self, library: Path) -> None:
        """Copy the database of `library`, if it has one.

        Raises:
            OSError: it cannot be read, or there is no room for the copy.
        """
        self._copy = tempfile.TemporaryDirectory(prefix="limner-read-only-")
        folder = Path(self._copy.name)
        try:
            for name in _DATABASE:
                if (library / name).exists():
                    shutil.copyfile(library / name, folder / name)
            super().__init__(folder, database_url(folder, None), library / "blobs")
        except BaseException:
            self._copy.cleanup()
            raise

    @override
    def close(self) -> None:
        super().close()
        self._copy.cleanup()
