"""Fixtures of the stories about the house."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from house.checkout import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    if not sys.platform.startswith("linux"):
        pytest.skip("the stand-ins are for Linux")
    for folder in ("checkout", "box"):
        (tmp_path / folder).mkdir()
    return Checkout(tmp_path / "checkout", tmp_path / "box")
