"""Whether a folder is a place for work: not one that the system empties, not one far away.

SQLite's locks cannot be trusted on network file systems (sqlite.org/lockingv3.html), and a folder
that is synchronised may be taken away, or brought to an older state, in the middle of a write.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from limner.storage.errors import StoreMisplaced

_FAR: Final = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "fuse.rclone", "9p", "afs")
_SYNCED: Final = ("onedrive", "dropbox", "icloud drive", "mobile documents", "google drive")
_MOUNTS: Final = Path("/proc/self/mounts")


def refuse_temporary(folder: Path, temporary: Path | None = None) -> None:
    """Refuse a folder within the one for temporary files, `temporary` or that of the system.

    Raises:
        StoreMisplaced: it lies there.
    """
    if _is_temporary(folder, temporary):
        raise StoreMisplaced(
            f"{folder} is a folder for temporary files, which the system deletes. "
            "No work is kept there; name another folder in the variable LIMNER_HOME."
        )


def temporary_warnings(folder: Path, temporary: Path | None = None) -> list[str]:
    """What somebody should know who has chosen a folder that `refuse_temporary` refuses."""
    if not _is_temporary(folder, temporary):
        return []
    return [
        f"Your work is kept in a folder for temporary files ({folder}), which the system deletes "
        "some day. Name another folder in the variable LIMNER_HOME."
    ]


def place_warnings(folder: Path) -> list[str]:
    """What a person should know of the place of their work; nothing for an ordinary folder."""
    found = []
    kind = _file_system(folder.resolve())
    if kind is not None and kind.lower() in _FAR:
        found.append(
            f"Your work is kept on a network drive ({folder}). If the connection breaks while it "
            "is written, it may be damaged; a folder of this computer is safer."
        )
    parts = [part.lower() for part in folder.resolve().parts]
    name = next((each for each in _SYNCED for part in parts if part.startswith(each)), None)
    if name is not None:
        found.append(
            f"Your work is kept in a folder that is synchronised ({folder}). It may be replaced "
            "by an older state there; a folder that is not synchronised is safer."
        )
    return found


def _is_temporary(folder: Path, temporary: Path | None) -> bool:
    place = Path(tempfile.gettempdir()) if temporary is None else temporary
    return folder.resolve().is_relative_to(place.resolve())


def _file_system(folder: Path) -> str | None:
    """The type of the file system that holds the folder; None where it cannot be known."""
    if sys.platform == "win32":
        return "cifs" if str(folder).startswith("\\\\") else None
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return _kind_of_mount(folder, (line.split() for line in mounts))


def _kind_of_mount(folder: Path, mounts: Iterable[list[str]]) -> str | None:
    """The type of the deepest mount above `folder`, of rows (device, place, type, …)."""
    best: tuple[int, str] | None = None
    for row in mounts:
        if len(row) < 3:
            continue
        place = Path(row[1].replace("\\040", " "))
        if folder.is_relative_to(place) and (best is None or len(place.parts) >= best[0]):
            best = (len(place.parts), row[2])
    return None if best is None else best[1]
