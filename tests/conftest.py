"""Every test runs without a screen unless it asks for one, and without anybody's own settings."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from robot import Annotator, Starts

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for name in ("PICTOGRAPH_API_KEY", "PATRONUS_API_KEY", "LIMNER_HOME"):
    os.environ.pop(name, None)

settings.register_profile(
    "limner",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    print_blob=True,
)
settings.load_profile("limner")
gc.disable()  # see pytest_runtest_teardown


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: never look through it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)  # after the fixtures have let go of what they held
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Free widgets here: on a worker thread, where Python may collect too, Qt would hang."""
    is_qt = "qapp" in getattr(item, "fixturenames", ())
    is_last_of_file = nextitem is None or nextitem.path != item.path
    if is_qt or is_last_of_file or gc.get_count()[0] > MUCH_GARBAGE:
        gc.collect()
    if is_last_of_file:
        gc.freeze()  # modules and caches, mostly: they stay, and each look through them costs


MUCH_GARBAGE = 200_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home for the editor."""
    return tmp_path / "home"


@pytest.fixture
def starts(qapp: object, home: Path) -> Iterator[Starts]:
    """Starts editors, one after the other, and leaves every one of them at the end."""
    from robot import Annotator

    started: list[Annotator] = []

    def start(path: Path | None = None, **options: Any) -> Annotator:
        annotator = Annotator(home, path, **options)
        started.append(annotator)
        return annotator

    yield start
    for annotator in started:
        annotator.quits()
        assert annotator.application.surprises == []


@pytest.fixture
def annotator(starts: Starts) -> Annotator:
    """A person before the sample project, as after the first start."""
    return starts()
