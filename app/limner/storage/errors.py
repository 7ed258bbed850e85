"""What can go wrong with the files this computer keeps.

StorageError
├── StoreBusy          another window has the file open; nothing can be written here
├── StoreNewer         a newer version wrote it; nothing was touched
├── StoreDamaged       an entry cannot be read any more; it is set aside
├── StoreMisplaced     work would be kept where the system deletes it some day
└── StoreFailed        this write did not happen (disk full, I/O); later ones may
    ├── StoreFull      there is no room on the disk
    └── StoreReadOnly  nothing can be written there at all
"""

from __future__ import annotations

from typing import Final

READ_ONLY: Final = "Read-only: nothing can be kept here."


class StorageError(Exception):
    """`str(error)` is a sentence for people."""


class StoreBusy(StorageError):
    """Raised at opening: another process holds the file, and two would lose work."""


class StoreNewer(StorageError):
    """Raised at opening: the file has a form that only a newer version knows."""


class StoreDamaged(StorageError):
    """Something that was kept whole is not whole any more; it is never overwritten."""


class StoreFailed(StorageError):
    """A write that was rolled back: what was there before is still there."""


class StoreFull(StoreFailed):
    """The disk is full; there may be room again later."""


class StoreReadOnly(StoreFailed):
    """The folder, or the disk, can be read only; what is in it can still be looked at."""


class StoreMisplaced(StorageError):
    """The folder for work is one that the system empties."""
