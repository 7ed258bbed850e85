"""A disk whose power can go: what was not synced is then there, not there, torn or garbage.

Everything goes to real files, which is what the program sees. Beside that it is remembered what
would be left of each file: what was synced for sure, and of every write since, sector by sector and
in any order, the new, the old or nonsense. SQLite's own crash tests do the same.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from typing_extensions import override

from fault.disk_faults import IO_ERROR, SYNC, SYNC_ERROR, TRUNCATE, WRITE, Disk

SECTOR: Final = 512
_JOURNALS: Final = ("-wal", "-journal")
_LOST: Final = 0.4
_GARBLED: Final = 0.03
_SURVIVES: Final = 0.5
"""How likely a truncation, or a deletion, was done though its file or folder was not synced."""


@dataclass
class Sheet:
    """A file: what is on the disk for sure, and the writes and truncations since."""

    durable: bytearray
    pending: list[tuple[int, bytes] | int] = field(default_factory=list)
    is_deleted: bool = False
    is_new: bool = False
    """A journal whose first sync syncs its folder too: os_unix.c, UNIXFILE_DIRSYNC."""

    def sync(self) -> None:
        for change in self.pending:
            if isinstance(change, int):
                _truncate(self.durable, change)
            else:
                _put(self.durable, *change)
        self.pending.clear()

    def after_a_cut(self, dice: Random) -> bytearray:
        left = bytearray(self.durable)
        for change in self.pending:
            if not isinstance(change, int):
                _put_some(left, *change, dice)
            elif dice.random() < _SURVIVES:
                _truncate(left, change)
        return left


class Power(Disk):
    """The disk: fails now and then (`error_rate`), and altogether once the power has gone."""

    def __init__(self, dice: Random) -> None:
        super().__init__()
        self.error_rate = 0.0
        self.errors = 0
        self._dice = dice
        self._sheets: dict[str, Sheet] = {}
        self._goes_at: int | None = None
        self._is_off = False

    def comes_back(self) -> None:
        """The power is there again; no file is open any more."""
        with self.lock:
            self._is_off, self._goes_at = False, None
            self._sheets.clear()

    def goes_within(self, calls: int) -> None:
        """The power goes at one of the next so many calls, unless it is cut before."""
        with self.lock:
            self._goes_at = self.calls + self._dice.randint(1, calls)

    def cut(self, database: Path, target: Path) -> None:
        """Let the power go, if it has not; what is left of a database is put at `target`."""
        with self.lock:
            self._is_off = True
            target.parent.mkdir()
            for ending in ("", *_JOURNALS):
                sheet = self._sheets.get(str(database) + ending)
                if sheet is None or (sheet.is_deleted and self._dice.random() < _SURVIVES):
                    continue
                left = target.with_name(target.name + ending)
                left.write_bytes(sheet.after_a_cut(self._dice))

    # --- of the disk

    @override
    def answer(self, kind: int) -> int:
        self.calls += 1
        self._is_off = self._is_off or self.calls == self._goes_at
        if not self._is_off and self._dice.random() >= self.error_rate:
            return 0
        self.errors += not self._is_off
        return SYNC_ERROR if kind == SYNC else IO_ERROR

    @override
    def opened(self, path: str) -> None:
        sheet = self._sheets.get(path)
        if self._is_off or (sheet is not None and not sheet.is_deleted):
            return
        file = Path(path)
        if file.is_file():
            self._sheets[path] = Sheet(bytearray(file.read_bytes()))
        else:
            self._sheets[path] = Sheet(bytearray(), is_new=path.endswith(_JOURNALS))

    @override
    def did(self, path: str, kind: int, arguments: tuple[Any, ...]) -> None:
        if self._is_off:
            return
        sheet = self._sheets[path]
        match kind:
            case _ if kind == SYNC:
                sheet.sync()
                if sheet.is_new:
                    sheet.is_new = False
                    self._sync_folder(Path(path).parent)
            case _ if kind == WRITE:
                address, amount, offset = arguments
                sheet.pending.append((offset, ctypes.string_at(address, amount)))
            case _ if kind == TRUNCATE:
                sheet.pending.append(arguments[0])

    @override
    def deleted(self, path: str, *, is_synced: bool) -> None:
        if self._is_off:
            return
        if is_synced:
            self._sheets.pop(path, None)
        elif path in self._sheets:
            self._sheets[path].is_deleted = True

    def _sync_folder(self, folder: Path) -> None:
        """What was deleted in it stays deleted."""
        for path in [path for path, sheet in self._sheets.items() if sheet.is_deleted]:
            if Path(path).parent == folder:
                del self._sheets[path]


def _put_some(left: bytearray, offset: int, data: bytes, dice: Random) -> None:
    """Sector by sector, each on the disk or not, or garbled."""
    for start in range(0, len(data), SECTOR):
        sector, chance = data[start : start + SECTOR], dice.random()
        if chance >= _LOST:
            is_garbled = chance > 1 - _GARBLED
            _put(left, offset + start, dice.randbytes(len(sector)) if is_garbled else sector)


def _put(content: bytearray, offset: int, data: bytes) -> None:
    _truncate(content, max(len(content), offset + len(data)))
    content[offset : offset + len(data)] = data


def _truncate(content: bytearray, size: int) -> None:
    """Cut off what is behind `size`, or fill up with zeros as far as that."""
    del content[size:]
    content.extend(bytes(size - len(content)))
