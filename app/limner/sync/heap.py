"""How this process treats memory: what is free goes back, and nothing scans what stays.

Pixels and the bodies of saves come and go for hours; what glibc keeps of them by itself grows.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache
from typing import Final

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""Of glibc's malloc.h."""

_LARGE_BYTES: Final = 384 << 10
"""More than a tile of the canvas, 256 KB, which are many and come again and again."""

_IDLE_BYTES: Final = 8 << 20
_HEAPS: Final = 2

LONG: Final = 5_000
"""Annotations of a list that is worth the trouble."""


def keep_tidy() -> None:
    """Have what is large lie by itself, and all else in few heaps; before any thread begins.

    glibc learns from the first image that is let go of to put the levels of the next ones among
    small things, and gives each worker a heap of its own, where the largest save it ever sent
    leaves its room. Walking through photographs of 12 megapixels, 100 MB lay idle, and each minute
    2 MB more; like this it is 20 MB, and hardly grows.
    """
    if sys.platform == "linux" and (libc := _libc()) is not None:
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, _IDLE_BYTES)
        libc.mallopt(_M_ARENA_MAX, _HEAPS)


def leave_alone() -> None:
    """Let Python's collector pass over all that there is, until it next looks at everything.

    A hundred thousand records that live as long as their image are a third of a million objects;
    each look at them stops the window for 30 to 80 ms (measured), and none of them is garbage.
    """
    gc.freeze()


def give_back() -> None:
    """Return free memory to the system; for workers, it may take some milliseconds.

    The pieces of a long list lie between others in glibc's heap, which keeps the gaps: 320 MB
    after two saves of 100,000 polygons.
    """
    if sys.platform == "linux" and (libc := _libc()) is not None:
        libc.malloc_trim(0)


@cache
def _libc() -> ctypes.CDLL | None:
    """This process's C library when it is glibc; musl, for one, has no such function."""
    found = ctypes.CDLL(None)
    return found if hasattr(found, "malloc_trim") else None
