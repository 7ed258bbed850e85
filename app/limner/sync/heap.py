"""Memory after a long list was read or sent: nothing scans it, and what is free goes back."""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache


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
