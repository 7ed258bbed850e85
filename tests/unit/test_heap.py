"""What a process keeps of memory that it has no use for any more."""

from __future__ import annotations

import subprocess
import sys

import pytest

WALK = """
import resource
from pathlib import Path
import numpy as np
from limner.sync import heap

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

{begin}
first = np.ones(16 << 20, np.uint8)
del first  # from here on glibc by itself takes up to 16 MB for small
before, small, levels = resident_mb(), [], []
for _ in range(8):
    levels.append(np.ones(12 << 20, np.uint8))
    small.append(bytes(100_000))
levels.clear()
print(resident_mb() - before)
"""


def kept_mb(begin: str) -> float:
    """What is left of eight levels that lay between small things and were let go of."""
    told = subprocess.run(
        [sys.executable, "-c", WALK.format(begin=begin)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(told.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc that keeps them")
def test_levels_of_images_left_behind_are_given_back() -> None:
    assert kept_mb("heap.keep_tidy()") < 12
