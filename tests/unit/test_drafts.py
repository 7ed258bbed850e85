"""Unsent work survives a killed program, a full disk, a second window and a broken file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

import limner
from limner.api import codec
from limner.model.annotations import Annotation, AnnotationId, BBox, Opaque, Polyline
from limner.model.json_text import JsonText
from limner.model.points import Points
from limner.model.verdicts import Answer, Target, TargetType
from limner.storage.drafts import Base, Drafts, UnsentVerdict
from limner.storage.errors import StoreBusy, StoreFailed, StoreNewer

HERE = "https://label.example.org"
BASE = Base('"e1"', "hash")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work" / "workspace.db"


def opened(path: Path) -> Drafts:
    return Drafts(path, encode=codec.encode, decode=codec.decode)


@pytest.fixture
def drafts(path: Path) -> Iterator[Drafts]:
    store = opened(path)
    yield store
    store.close(10)


class Outcome:
    """Waits for a write to be safe, or for the words that say why it is not."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self.error: Exception | None = None

    def durable(self) -> None:
        self._done.set()

    def failed(self, error: Exception) -> None:
        self.error = error
        self._done.set()

    def wait(self) -> Exception | None:
        assert self._done.wait(30)
        return self.error


def cars(count: int, x: float = 1.0) -> tuple[Annotation, ...]:
    return tuple(
        BBox(id=AnnotationId(f"car{n}"), name="car", x=x, y=2, w=3, h=4, rank=float(n))
        for n in range(count)
    )


def keep(drafts: Drafts, image: str, annotations: tuple[Annotation, ...]) -> int:
    outcome = Outcome()
    revision = drafts.put(HERE, image, annotations, BASE, outcome.durable, outcome.failed)
    assert outcome.wait() is None
    return revision


def a_verdict(value: bool = True, reference: str = "i1") -> UnsentVerdict:
    target = Target(TargetType.LOG, reference)
    return UnsentVerdict(HERE, "p1", "c1", target, Answer(value_pass=value, explanation="ä"))


def keep_verdict(drafts: Drafts, verdict: UnsentVerdict) -> int:
    outcome = Outcome()
    revision = drafts.put_verdict(verdict, outcome.durable, outcome.failed)
    assert outcome.wait() is None
    return revision


# What is kept


def test_a_draft_is_there_after_a_restart_as_it_was(path: Path) -> None:
    drawn: tuple[Annotation, ...] = (
        *cars(1),
        Polyline(
            id=AnnotationId("road"), name="röad", path=Points.of([(0.1, 1e-7), (3, 4)]), rank=1.0
        ),
        Opaque(
            id=AnnotationId("m"),
            raw=JsonText('{"id":"m", "type":"mask"}'),
            reason="Annotations of the type “mask” cannot be drawn by this version.",
            rank=2.0,
        ),
    )
    drafts = opened(path)
    revision = keep(drafts, "i1", drawn)
    assert drafts.close(10)
    drafts = opened(path)
    draft = drafts.get(HERE, "i1")
    assert draft is not None
    assert (draft.annotations, draft.base, draft.revision) == (drawn, BASE, revision)
    assert [(each.origin, each.image_id) for each in drafts.waiting()] == [(HERE, "i1")]
    assert drafts.close(10)


def test_no_draft_is_no_draft(drafts: Drafts) -> None:
    assert drafts.get(HERE, "i1") is None
    assert drafts.waiting() == []


def test_one_image_on_two_servers_has_two_drafts(drafts: Drafts) -> None:
    keep(drafts, "i1", cars(1))
    assert drafts.get("https://other.example.org", "i1") is None


def test_an_empty_draft_is_one_too(drafts: Drafts) -> None:
    keep(drafts, "i1", ())
    draft = drafts.get(HERE, "i1")
    assert draft is not None
    assert draft.annotations == ()


def test_a_draft_sent_meanwhile_is_forgotten_and_a_newer_one_stays(path: Path) -> None:
    drafts = opened(path)
    sent = keep(drafts, "i1", cars(1))
    other = keep(drafts, "i2", cars(1))
    newer = keep(drafts, "i2", cars(2))
    drafts.drop(HERE, "i1", sent)
    drafts.drop(HERE, "i2", other)
    for _ in range(2):
        assert drafts.get(HERE, "i1") is None
        draft = drafts.get(HERE, "i2")
        assert draft is not None
        assert (draft.revision, len(draft.annotations)) == (newer, 2)
        assert [each.image_id for each in drafts.waiting()] == ["i2"]
        assert drafts.close(10)
        drafts = opened(path)
    drafts.close(10)


def test_revisions_go_on_growing_after_a_restart(path: Path) -> None:
    drafts = opened(path)
    first = keep(drafts, "i1", cars(1))
    drafts.close(10)
    drafts = opened(path)
    assert keep(drafts, "i1", cars(1)) > first
    drafts.close(10)


def test_unsent_verdicts_are_there_after_a_restart_oldest_first(path: Path) -> None:
    drafts = opened(path)
    keep_verdict(drafts, a_verdict(reference="i1"))
    keep_verdict(drafts, a_verdict(reference="i2"))
    keep_verdict(drafts, a_verdict(value=False, reference="i1"))
    drafts.close(10)
    drafts = opened(path)
    waiting = drafts.verdicts_waiting()
    expected = [a_verdict(reference="i2"), a_verdict(value=False, reference="i1")]
    assert [each.verdict for each in waiting] == expected
    drafts.drop_verdict(waiting[0].verdict, waiting[0].revision)
    drafts.drop_verdict(waiting[1].verdict, waiting[1].revision - 1)
    assert [each.verdict for each in drafts.verdicts_waiting()] == expected[1:]
    drafts.close(10)


# One writer


class SlowEncoder:
    """Encodes for real, but only after it was let; remembers how often it was asked."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.calls = 0

    def __call__(self, annotations: Iterable[Annotation]) -> bytes:
        self.calls += 1
        assert self.go_on.wait(30)
        return codec.encode(annotations)


def test_newer_work_takes_the_place_of_older_that_waits(path: Path) -> None:
    encoder = SlowEncoder()
    drafts = Drafts(path, encode=encoder, decode=codec.decode)
    outcomes = [Outcome() for _ in range(20)]
    for number, each in enumerate(outcomes):
        drafts.put(HERE, "i1", cars(number), BASE, each.durable, each.failed)
        draft = drafts.get(HERE, "i1")
        assert draft is not None
        assert len(draft.annotations) == number
    encoder.go_on.set()
    assert [each.wait() for each in outcomes] == [None] * 20
    assert encoder.calls <= 2
    draft = drafts.get(HERE, "i1")
    assert draft is not None
    assert len(draft.annotations) == 19
    drafts.close(10)


def test_a_draft_dropped_before_it_was_written_is_not_written(path: Path) -> None:
    encoder = SlowEncoder()
    drafts = Drafts(path, encode=encoder, decode=codec.decode)
    first, second = Outcome(), Outcome()
    drafts.put(HERE, "busy", (), BASE, first.durable, first.failed)
    revision = drafts.put(HERE, "i1", cars(1), BASE, second.durable, second.failed)
    drafts.drop(HERE, "i1", revision)
    assert drafts.get(HERE, "i1") is None
    assert [each.image_id for each in drafts.waiting()] == ["busy"]
    encoder.go_on.set()
    assert second.wait() is None
    assert drafts.get(HERE, "i1") is None
    drafts.close(10)


def test_what_was_drawn_while_a_save_was_on_its_way_is_written(path: Path) -> None:
    encoder = SlowEncoder()
    drafts = Drafts(path, encode=encoder, decode=codec.decode)
    outcome = Outcome()
    sent = drafts.put(HERE, "i1", cars(1), BASE, lambda: None, lambda _: None)
    drafts.put(HERE, "i1", cars(2), BASE, outcome.durable, outcome.failed)
    drafts.drop(HERE, "i1", sent)
    encoder.go_on.set()
    assert outcome.wait() is None
    draft = drafts.get(HERE, "i1")
    assert draft is not None
    assert len(draft.annotations) == 2
    drafts.close(10)


def test_closing_writes_what_waits(path: Path) -> None:
    drafts = opened(path)
    for number in range(50):
        drafts.put(HERE, f"i{number}", cars(1), BASE, lambda: None, lambda _: None)
    assert drafts.close(10)
    drafts = opened(path)
    assert len(drafts.waiting()) == 50
    drafts.close(10)


def test_closing_does_not_wait_for_ever(path: Path) -> None:
    encoder = SlowEncoder()
    drafts = Drafts(path, encode=encoder, decode=codec.decode)
    outcome = Outcome()
    drafts.put(HERE, "i1", (), BASE, outcome.durable, outcome.failed)
    assert not drafts.close(0.01)
    encoder.go_on.set()
    assert outcome.wait() is None
    assert drafts.close(10)


def test_what_cannot_be_encoded_fails_alone(
    drafts: Drafts, caplog: pytest.LogCaptureFixture
) -> None:
    broken = BBox(id=AnnotationId("\ud800"), name="car", x=0, y=0, w=1, h=1)
    bad, good = Outcome(), Outcome()
    drafts.put(HERE, "bad", (broken,), BASE, bad.durable, bad.failed)
    drafts.put(HERE, "good", cars(1), BASE, good.durable, good.failed)
    assert isinstance(bad.wait(), ValueError)
    assert good.wait() is None
    assert [each.image_id for each in drafts.waiting()] == ["good"]
    assert "could not be prepared" in caplog.text


def test_a_callback_that_fails_does_not_stop_the_writing(
    drafts: Drafts, caplog: pytest.LogCaptureFixture
) -> None:
    def explode() -> None:
        raise RuntimeError("boom")

    drafts.put(HERE, "i1", cars(1), BASE, explode, lambda _: None)
    keep(drafts, "i2", cars(1))
    assert "boom" in caplog.text
    assert len(drafts.waiting()) == 2


# When things go wrong


def limit(drafts: Drafts, pages: int) -> None:
    """Make the file as full as a full disk makes it."""
    drafts._database.read(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_told_and_later_work_is_kept(drafts: Drafts) -> None:
    keep(drafts, "i1", cars(1))
    limit(drafts, 20)
    outcome = Outcome()
    drafts.put(HERE, "i1", cars(5000), BASE, outcome.durable, outcome.failed)
    error = outcome.wait()
    assert isinstance(error, StoreFailed)
    assert "disk is full" in str(error)
    draft = drafts.get(HERE, "i1")
    assert draft is not None
    assert len(draft.annotations) == 1
    limit(drafts, 1_000_000)
    keep(drafts, "i1", cars(5000))


def test_work_too_large_for_the_disk_does_not_hurt_work_that_fits(path: Path) -> None:
    encoder = SlowEncoder()
    drafts = Drafts(path, encode=encoder, decode=codec.decode)
    limit(drafts, 20)
    first, large, small = Outcome(), Outcome(), Outcome()
    drafts.put(HERE, "first", (), BASE, first.durable, first.failed)
    drafts.put(HERE, "large", cars(5000), BASE, large.durable, large.failed)
    drafts.put(HERE, "small", cars(1), BASE, small.durable, small.failed)
    encoder.go_on.set()
    assert first.wait() is None
    assert isinstance(large.wait(), StoreFailed)
    assert small.wait() is None
    assert [each.image_id for each in drafts.waiting()] == ["first", "small"]
    drafts.close(10)


def test_a_connection_that_broke_is_opened_again(drafts: Drafts) -> None:
    keep(drafts, "i1", cars(1))
    drafts._database._let_go()
    keep(drafts, "i2", cars(1))
    assert len(drafts.waiting()) == 2


def test_a_file_that_is_none_of_ours_is_set_aside_and_never_deleted(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this was a shopping list" * 100)
    drafts = opened(path)
    assert drafts.set_aside is not None
    assert drafts.set_aside.read_bytes().startswith(b"this was")
    keep(drafts, "i1", cars(1))
    drafts.close(10)
    again = opened(path)
    assert again.set_aside is None
    again.close(10)


def test_a_file_of_a_newer_version_is_not_touched(path: Path) -> None:
    opened(path).close(10)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreNewer):
        opened(path)
    assert path.read_bytes() == before


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFailed):
        opened(tmp_path / "file" / "workspace.db")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreFailed):
        opened(tmp_path / "folder")


# Other processes

CHILD = """
import sys, threading
from pathlib import Path
from limner.api import codec
from limner.model.annotations import AnnotationId, BBox
from limner.storage.drafts import Base, Drafts

drafts = Drafts(Path(sys.argv[1]), encode=codec.encode, decode=codec.decode)
number = int(sys.argv[2])
while True:
    number += 1
    safe = threading.Event()
    car = BBox(id=AnnotationId("a"), name="car", x=float(number), y=0.0, w=1.0, h=1.0)
    drafts.put("o", "i1", (car,), Base(), safe.set, print)
    safe.wait()
    print(number, flush=True)
"""


@contextmanager
def another_process(path: Path, start: int = 0) -> Iterator[IO[str]]:
    """An editor that keeps a draft per moment and says which ones are safe, until it is killed."""
    command = [sys.executable, "-c", CHILD, str(path), str(start)]
    environment = {**os.environ, "PYTHONPATH": str(Path(limner.__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        try:
            yield child.stdout
        finally:
            child.kill()


def last_x(drafts: Drafts) -> float:
    draft = drafts.get("o", "i1")
    assert draft is not None
    (car,) = draft.annotations
    assert isinstance(car, BBox)
    return car.x


def test_nothing_that_was_called_safe_is_lost_when_the_program_is_killed(path: Path) -> None:
    safe = 0
    for _ in range(5):
        with another_process(path, safe) as said:
            safe = [int(said.readline()) for _ in range(20)][-1]
        drafts = opened(path)
        assert last_x(drafts) >= safe
        drafts.close(10)


def test_a_second_window_is_told_and_the_first_goes_on(path: Path) -> None:
    with another_process(path) as said:
        said.readline()
        with pytest.raises(StoreBusy):
            opened(path)
        assert int(said.readline()) > 0
    opened(path).close(10)
