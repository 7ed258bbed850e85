"""Every test runs without a screen unless it asks for one, and without anybody's own settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for name in ("PICTOGRAPH_API_KEY", "PATRONUS_API_KEY", "LIMNER_HOME"):
    os.environ.pop(name, None)

settings.register_profile(
    "limner", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("limner")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home for the editor."""
    return tmp_path / "home"


@pytest.fixture
def start_annotator(qapp: object, home: Path) -> Iterator[Callable[..., object]]:
    """Starts editors, one after the other, and leaves every one of them at the end."""
    from robot import Annotator

    started: list[Annotator] = []

    def start(path: Path | None = None, at: Path | None = None) -> Annotator:
        annotator = Annotator(at or home, path)
        started.append(annotator)
        return annotator

    yield start
    for annotator in started:
        annotator.quits()
        assert annotator.application.surprises == []


@pytest.fixture
def annotator(start_annotator: Callable[..., object]) -> object:
    """A person before the sample project, as after the first start."""
    return start_annotator()
