"""A disk that fails when it is told to: SQLite's own files, with faults at chosen calls.

SQLite reaches the disk through a table of functions (sqlite.org/vfs.html). Here that table is
copied, and the calls that change something are counted before they go on to the real ones. It is
the very library that Python's `sqlite3` uses, so the product runs as it is.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

_POINTER: Final = ctypes.sizeof(ctypes.c_void_p)
_METHODS_BYTES: Final = 19 * _POINTER
"""`sqlite3_io_methods`, version 3: the version and 18 functions."""
_NAME_AT, _OPEN_AT, _DELETE_AT = 3, 5, 6
"""Pointers of `sqlite3_vfs` after its three ints and their padding: zName, xOpen, xDelete."""
WRITE, TRUNCATE, SYNC = 3, 4, 5
"""Functions of `sqlite3_io_methods` by their place."""

FULL: Final = sqlite3.SQLITE_FULL
IO_ERROR: Final = sqlite3.SQLITE_IOERR_WRITE
SYNC_ERROR: Final = sqlite3.SQLITE_IOERR_FSYNC

_Open = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_int),
)
_Write = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_Delete = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)


class NoSuchDisk(Exception):
    """This Python has a SQLite of its own inside, which cannot be reached."""


class Disk:
    """Counts what is written and synced, and fails where `fails` says so."""

    def __init__(self) -> None:
        self.calls = 0
        self.fails: Callable[[int, int], int] = lambda _call, _kind: 0
        """Of the number of a call and its kind, the code with which it fails; 0: it does not."""
        self.lock = threading.RLock()
        """Held during every call, so that it is either done or not begun."""

    def fails_once(self, at: int, *, is_full: bool = False) -> None:
        """The call of that number fails, and no other."""
        self.fails = lambda call, kind: _code(kind, is_full) if call == at else 0

    def fails_from(self, at: int, *, is_full: bool = False) -> None:
        """The call of that number fails, and all after it."""
        self.fails = lambda call, kind: _code(kind, is_full) if call >= at else 0

    def is_well(self) -> None:
        self.fails = lambda _call, _kind: 0

    def answer(self, kind: int) -> int:
        """Count a call; with which code it fails."""
        self.calls += 1
        return self.fails(self.calls, kind)

    def opened(self, path: str) -> None:
        """A file is about to be opened; for disks that remember what they hold."""

    def did(self, path: str, kind: int, arguments: tuple[Any, ...]) -> None:
        """A call was carried out, with the arguments after the file: `sqlite3_io_methods`."""

    def deleted(self, path: str, *, is_synced: bool) -> None:
        """A file was deleted, and its folder synced or not."""


def _code(kind: int, is_full: bool) -> int:
    if kind == SYNC:
        return SYNC_ERROR
    return FULL if is_full else IO_ERROR


@contextmanager
def faulty_disk(disk: Disk | None = None) -> Iterator[Disk]:
    """Every database that is opened meanwhile lies on this disk, or one that is made here.

    Raises:
        NoSuchDisk: SQLite cannot be reached here.
    """
    library = _library()
    disk = disk or Disk()
    real = library.sqlite3_vfs_find(None)
    ours = _Table(real, disk)
    if library.sqlite3_vfs_register(ours.address, 1):
        raise NoSuchDisk("SQLite takes no other disk")
    try:
        yield disk
    finally:
        library.sqlite3_vfs_register(real, 1)
        library.sqlite3_vfs_unregister(ours.address)


def _library() -> Any:
    name = ctypes.util.find_library("sqlite3")
    if name is None:
        raise NoSuchDisk("there is no SQLite library")
    library = ctypes.CDLL(name)
    library.sqlite3_sourceid.restype = ctypes.c_char_p
    library.sqlite3_vfs_find.restype = ctypes.c_void_p
    library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    library.sqlite3_vfs_register.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.sqlite3_vfs_unregister.argtypes = [ctypes.c_void_p]
    connection = sqlite3.connect(":memory:")
    (source,) = connection.execute("SELECT sqlite_source_id()").fetchone()
    connection.close()
    if library.sqlite3_sourceid().decode() != source or not _is_loaded(name):
        raise NoSuchDisk("Python has another SQLite than the one that can be reached")
    return library


def _is_loaded(name: str) -> bool:
    """Whether the library itself is in this process because of Python, not of us."""
    try:
        with open("/proc/self/maps", encoding="utf-8") as maps:  # noqa: PTH123 - no file on a disk
            return name.split(".so")[0] in maps.read()
    except OSError:
        return False


class _Table:
    """A copy of SQLite's way to the disk, with our functions in it."""

    def __init__(self, real: int, disk: Disk) -> None:
        self._disk = disk
        self._real = real
        self._methods: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._paths: dict[int, str] = {}
        size = 24 * _POINTER  # three ints with padding, and the pointers of version 3
        self._bytes = ctypes.create_string_buffer(ctypes.string_at(real, size), size)
        self.address = ctypes.addressof(self._bytes)
        self._delete = _Delete(self._deletes)
        self._real_delete = _Delete(self._pointer(_DELETE_AT).value or 0)
        self._name = ctypes.create_string_buffer(b"limner-faulty-disk")
        self._open = _Open(self._opens)
        self._real_open = _Open(self._pointer(_OPEN_AT).value or 0)
        self._pointer(_NAME_AT).value = ctypes.addressof(self._name)
        self._pointer(_OPEN_AT).value = ctypes.cast(self._open, ctypes.c_void_p).value
        self._pointer(_DELETE_AT).value = ctypes.cast(self._delete, ctypes.c_void_p).value

    def _pointer(self, place: int) -> ctypes.c_void_p:
        return ctypes.c_void_p.from_buffer(self._bytes, place * _POINTER)

    def _opens(self, _vfs: int, name: int, file: int, flags: int, out: Any) -> int:
        path = ctypes.string_at(name).decode() if name else ""
        with self._disk.lock:
            self._disk.opened(path)
            answer: int = self._real_open(self._real, name, file, flags, out)
        methods = ctypes.c_void_p.from_address(file)
        if answer == 0 and methods.value:
            methods.value = ctypes.addressof(self._ours(methods.value))
            self._paths[file] = path
        return answer

    def _deletes(self, _vfs: int, name: bytes, sync: int) -> int:
        with self._disk.lock:
            answer: int = self._real_delete(self._real, name, sync)
            if answer == 0:
                self._disk.deleted(name.decode(), is_synced=bool(sync))
        return answer

    def _ours(self, real: int) -> Any:
        """The functions of an open file with ours in their place."""
        if real not in self._methods:
            copy = ctypes.create_string_buffer(
                ctypes.string_at(real, _METHODS_BYTES), _METHODS_BYTES
            )
            for place, kind in ((WRITE, _Write), (TRUNCATE, _Truncate), (SYNC, _Sync)):
                pointer = ctypes.c_void_p.from_buffer(copy, place * _POINTER)
                function = kind(self._counted(place, kind(pointer.value or 0)))
                self._kept.append(function)
                pointer.value = ctypes.cast(function, ctypes.c_void_p).value
            self._methods[real] = copy
        return self._methods[real]

    def _counted(self, kind: int, real: Callable[..., int]) -> Callable[..., int]:
        def call(file: int, *arguments: Any) -> int:
            with self._disk.lock:
                code = self._disk.answer(kind) or real(file, *arguments)
                if code == 0:
                    self._disk.did(self._paths[file], kind, arguments)
            return code

        return call
