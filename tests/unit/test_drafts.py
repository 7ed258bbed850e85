"""Unsent work survives a killed program, a full disk, a second window and a broken file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Raw
from typing_extensions import override

import limner
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation, AnnotationId, BBox, Opaque, Polyline
from limner.model.document import Document
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.model.verdicts import Answer, Target, TargetType
from limner.storage import image_draft
from limner.storage.draft_rows import Base
from limner.storage.drafts import Drafts, UnsentVerdict
from limner.storage.errors import StoreBusy, StoreDamaged, StoreFailed, StoreNewer
from unit.any_annotation import documents, patches

HERE = "https://label.example.org"
BASE = Base('"e1"', "hash")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work" / "workspace.db"


@pytest.fixture
def drafts(path: Path) -> Iterator[Drafts]:
    store = Drafts(path)
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


class Desk:
    """A document whose gestures are kept, as a session does it."""

    def __init__(
        self,
        drafts: Drafts,
        image: str = "i1",
        start: tuple[Annotation, ...] = (),
        texts: WireTexts | None = None,
    ) -> None:
        self.draft = drafts.image(HERE, image, texts or WireTexts())
        self.document = Document(start)
        self.sent: tuple[Annotation, ...] | None = start
        self.draft.stand_on(start, BASE)

    def starts(self, patch: Patch) -> Outcome:
        """A gesture that is on its way to the disk."""
        outcome = Outcome()
        self.document.apply(patch)
        snapshot = self.document.snapshot
        self.draft.append(
            patch, BASE, self.sent, snapshot, durable=outcome.durable, failed=outcome.failed
        )
        self.sent = None
        return outcome

    def does(self, patch: Patch) -> None:
        assert self.starts(patch).wait() is None

    def draws(self, *annotations: Annotation) -> None:
        self.does(Patch.adding(Verb.DRAW, annotations))

    def saves(self, base: Base = BASE) -> None:
        """The server has everything."""
        self.sent = self.document.snapshot()
        self.draft.sent(self.draft.last, base)

    def moves(self, x: float) -> None:
        """Puts the first shape elsewhere."""
        self.does(self.move(x))

    def move(self, x: float) -> Patch:
        first = self.document.snapshot()[0]
        assert isinstance(first, BBox)
        return Patch.replacing(Verb.MOVE, [(first, replace(first, x=x))])


def found(drafts: Drafts, image: str = "i1", origin: str = HERE) -> tuple[Annotation, ...] | None:
    """What a later run finds of an image."""
    draft = drafts.image(origin, image, WireTexts()).read()
    return None if draft is None else draft.annotations


def waiting(drafts: Drafts) -> list[str]:
    return [each.image_id for each in drafts.waiting()]


def cars(count: int, x: float = 1.0) -> tuple[Annotation, ...]:
    return tuple(
        BBox(id=AnnotationId(f"car{n}"), name="car", x=x, y=2.0, w=3.0, h=4.0, rank=float(n))
        for n in range(count)
    )


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
            id=AnnotationId("road"), name="röad", path=Points.of([(0.1, 1e-7), (3, 4)]), rank=0.5
        ),
        Opaque(
            id=AnnotationId("m~2"),
            raw=JsonText('{"id":"m", "type":"bbox"}'),
            reason="The id m stands twice.",
            rank=2.0,
        ),
    )
    drafts = Drafts(path)
    Desk(drafts).draws(*drawn)
    assert drafts.close(10)
    drafts = Drafts(path)
    draft = drafts.image(HERE, "i1", WireTexts()).read()
    assert draft is not None
    assert (draft.annotations, draft.base) == (drawn, BASE)
    assert [(each.origin, each.image_id) for each in drafts.waiting()] == [(HERE, "i1")]
    assert drafts.close(10)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(documents, st.data())
def test_whatever_was_done_is_found_again_to_the_last_bit(
    drafts: Drafts, start: list[Annotation], data: st.DataObject
) -> None:
    image = f"i{data.draw(st.integers(0, 10**9))}"
    desk = Desk(drafts, image, Document(start).snapshot())
    for _ in range(data.draw(st.integers(1, 5))):
        held = {each.id: each for each in desk.document}
        desk.does(data.draw(patches(held)))
        assert found(drafts, image) == desk.document.snapshot()
        if data.draw(st.sampled_from([True, False, False])):
            desk.saves()
            assert found(drafts, image) is None


def test_what_was_found_is_gone_on_with(path: Path) -> None:
    drafts = Drafts(path)
    Desk(drafts).draws(*cars(2))
    drafts.close(10)
    drafts = Drafts(path)
    desk = Desk(drafts)
    draft = desk.draft.read()
    assert draft is not None
    desk.document, desk.sent = Document(draft.annotations), None
    desk.moves(7)
    drafts.close(10)
    drafts = Drafts(path)
    assert found(drafts) == (*cars(1, x=7.0), *cars(2)[1:])
    drafts.close(10)


def test_no_draft_is_no_draft(drafts: Drafts) -> None:
    Desk(drafts, "looked at only", cars(2))
    assert found(drafts) is None
    assert waiting(drafts) == []


def test_one_image_on_two_servers_has_two_drafts(drafts: Drafts) -> None:
    Desk(drafts).draws(*cars(1))
    assert found(drafts, origin="https://other.example.org") is None


def test_an_image_whose_last_shape_was_deleted_has_a_draft(drafts: Drafts) -> None:
    desk = Desk(drafts, start=cars(1))
    desk.does(Patch.removing(Verb.DELETE, cars(1)))
    assert found(drafts) == ()


def test_work_sent_meanwhile_is_forgotten_and_newer_work_stays(path: Path) -> None:
    drafts = Drafts(path)
    one, other = Desk(drafts, "i1"), Desk(drafts, "i2")
    one.draws(*cars(1))
    one.saves()
    other.draws(*cars(1))
    on_the_way = other.draft.last
    other.moves(7)
    other.draft.sent(on_the_way, Base('"e2"'))
    for _ in range(2):
        assert found(drafts, "i1") is None
        draft = drafts.image(HERE, "i2", WireTexts()).read()
        assert draft is not None
        assert (draft.annotations, draft.base) == (cars(1, x=7.0), Base('"e2"'))
        assert waiting(drafts) == ["i2"]
        assert drafts.close(10)
        drafts = Drafts(path)
    drafts.close(10)


def test_work_goes_on_after_a_save_and_after_a_restart(path: Path) -> None:
    for x in (1.0, 2.0, 3.0):
        drafts = Drafts(path)
        desk = Desk(drafts, start=cars(3))
        desk.moves(10 * x)
        desk.saves()
        desk.moves(11 * x)
        desk.saves()
        desk.moves(12 * x)
        assert found(drafts) == (*cars(1, x=12 * x), *cars(3)[1:])
        desk.saves()
        assert drafts.close(10)


def test_unsent_verdicts_are_there_after_a_restart_oldest_first(path: Path) -> None:
    drafts = Drafts(path)
    keep_verdict(drafts, a_verdict(reference="i1"))
    keep_verdict(drafts, a_verdict(reference="i2"))
    keep_verdict(drafts, a_verdict(value=False, reference="i1"))
    drafts.close(10)
    drafts = Drafts(path)
    waiting = drafts.verdicts_waiting()
    expected = [a_verdict(reference="i2"), a_verdict(value=False, reference="i1")]
    assert [each.verdict for each in waiting] == expected
    drafts.drop_verdict(waiting[0].verdict, waiting[0].revision)
    drafts.drop_verdict(waiting[1].verdict, waiting[1].revision - 1)
    assert [each.verdict for each in drafts.verdicts_waiting()] == expected[1:]
    drafts.close(10)


# Lists and gestures


def rows(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    connection.close()
    return count


def test_a_gesture_is_one_row_and_the_list_is_written_once(path: Path) -> None:
    drafts = Drafts(path)
    desk = Desk(drafts, start=cars(600))
    for x in range(5):
        desk.moves(float(x))
    assert drafts.close(10)
    assert (rows(path, "op"), rows(path, "piece"), rows(path, "image")) == (5, 3, 1)


def test_gestures_that_outgrow_their_list_become_one_list_with_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_draft, "_LEAST_TO_FOLD", 2000)
    drafts = Drafts(path)
    desk = Desk(drafts, start=cars(5))
    for x in range(100):
        desk.moves(float(x))
        assert found(drafts) == desk.document.snapshot()
    desk.saves()
    assert found(drafts) is None
    desk.moves(1000)
    assert found(drafts) == desk.document.snapshot()
    assert drafts.close(10)
    assert rows(path, "op") < 20


def test_a_long_list_is_on_the_disk_before_the_first_gesture(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_draft, "LONG", 100)
    drafts = Drafts(path)
    Desk(drafts, "long", cars(101))
    Desk(drafts, "short", cars(100))
    assert waiting(drafts) == []
    assert drafts.close(10)
    assert (rows(path, "image"), rows(path, "piece")) == (1, 1)


def test_what_the_server_has_leaves_the_file(path: Path) -> None:
    drafts = Drafts(path)
    for number in range(10):
        desk = Desk(drafts, f"i{number}", cars(3))
        desk.moves(7)
        if number != 4:
            desk.saves()
    assert drafts.close(10)
    assert rows(path, "image") < 8
    drafts = Drafts(path)
    assert waiting(drafts) == ["i4"]
    assert drafts.close(10)
    assert (rows(path, "image"), rows(path, "op"), rows(path, "piece")) == (1, 1, 1)


def test_an_image_whose_list_made_room_for_others_is_kept_again(drafts: Drafts) -> None:
    first = Desk(drafts, "first", cars(3))
    first.moves(7)
    first.saves()
    for number in range(10):
        other = Desk(drafts, f"i{number}", cars(3))
        other.moves(7)
        other.saves()
    first.moves(8)
    assert found(drafts, "first") == first.document.snapshot()


# One writer


class SlowTexts(WireTexts):
    """Lets the first text wait until it may go on, as a slow disk would."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.calls = 0

    @override
    def text(self, annotation: Annotation) -> bytes | Raw:
        self.calls += 1
        assert self.go_on.wait(30)
        return super().text(annotation)


def test_gestures_made_during_a_write_go_into_the_next_one_together(drafts: Drafts) -> None:
    texts = SlowTexts()
    desk = Desk(drafts, start=cars(1), texts=texts)
    outcomes = [desk.starts(desk.move(float(x))) for x in range(20)]
    texts.go_on.set()
    assert [each.wait() for each in outcomes] == [None] * 20
    assert found(drafts) == cars(1, x=19.0)


def test_reading_waits_for_what_is_being_written(drafts: Drafts) -> None:
    texts = SlowTexts()
    desk = Desk(drafts, start=cars(1), texts=texts)
    desk.starts(desk.move(7))
    threading.Timer(0.05, texts.go_on.set).start()
    assert found(drafts) == cars(1, x=7.0)


def test_what_was_sent_before_it_was_written_is_not_waiting(drafts: Drafts) -> None:
    texts = SlowTexts()
    desk = Desk(drafts, start=cars(1), texts=texts)
    outcome = desk.starts(desk.move(7))
    desk.saves()
    texts.go_on.set()
    assert outcome.wait() is None
    assert found(drafts) is None
    assert waiting(drafts) == []


def test_closing_writes_what_waits(path: Path) -> None:
    drafts = Drafts(path)
    for number in range(50):
        Desk(drafts, f"i{number}").starts(Patch.adding(Verb.DRAW, cars(1)))
    assert drafts.close(10)
    drafts = Drafts(path)
    assert len(drafts.waiting()) == 50
    drafts.close(10)


def test_closing_does_not_wait_for_ever(path: Path) -> None:
    texts = SlowTexts()
    drafts = Drafts(path)
    outcome = Desk(drafts, texts=texts).starts(Patch.adding(Verb.DRAW, cars(1)))
    assert not drafts.close(0.01)
    texts.go_on.set()
    assert outcome.wait() is None
    assert drafts.close(10)


def test_what_cannot_be_written_fails_alone_and_is_written_once_it_is_mended(
    drafts: Drafts, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(cars(1)[0], id=AnnotationId("bad"), name="\ud800", rank=9.0)
    desk, other = Desk(drafts, "bad", cars(1)), Desk(drafts, "good")
    bad = desk.starts(Patch.adding(Verb.DRAW, [broken]))
    good = other.starts(Patch.adding(Verb.DRAW, cars(1)))
    assert isinstance(bad.wait(), ValueError)
    assert good.wait() is None
    assert waiting(drafts) == ["good"]
    assert "could not be prepared" in caplog.text
    assert isinstance(desk.starts(desk.move(7)).wait(), ValueError)
    desk.does(Patch.removing(Verb.DELETE, [broken]))
    assert found(drafts, "bad") == desk.document.snapshot()


def test_a_callback_that_fails_does_not_stop_the_writing(
    drafts: Drafts, caplog: pytest.LogCaptureFixture
) -> None:
    def explode() -> None:
        raise RuntimeError("boom")

    patch = Patch.adding(Verb.DRAW, cars(1))
    drafts.image(HERE, "i1", WireTexts()).append(
        patch, BASE, (), lambda: cars(1), durable=explode, failed=lambda _: None
    )
    Desk(drafts, "i2").draws(*cars(1))
    assert "boom" in caplog.text
    assert len(drafts.waiting()) == 2


# When things go wrong


def limit(drafts: Drafts, pages: int) -> None:
    """Make the file as full as a full disk makes it."""
    drafts._database.read(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_told_and_nothing_of_it_is_missing_later(drafts: Drafts) -> None:
    desk = Desk(drafts, start=cars(1))
    desk.moves(7)
    limit(drafts, 30)
    error = desk.starts(Patch.adding(Verb.PASTE, cars(5000)[1:])).wait()
    assert isinstance(error, StoreFailed)
    assert "disk is full" in str(error)
    assert found(drafts) == cars(1, x=7.0)
    assert isinstance(desk.starts(desk.move(8)).wait(), StoreFailed)
    limit(drafts, 1_000_000)
    desk.moves(9)
    assert found(drafts) == desk.document.snapshot()


def test_work_too_large_for_the_disk_does_not_hurt_work_that_fits(drafts: Drafts) -> None:
    texts = SlowTexts()
    limit(drafts, 30)
    first = Desk(drafts, "first", texts=texts).starts(Patch.adding(Verb.DRAW, cars(1)))
    large = Desk(drafts, "large").starts(Patch.adding(Verb.PASTE, cars(5000)))
    small = Desk(drafts, "small").starts(Patch.adding(Verb.DRAW, cars(1)))
    texts.go_on.set()
    assert first.wait() is None
    assert isinstance(large.wait(), StoreFailed)
    assert small.wait() is None
    assert waiting(drafts) == ["first", "small"]


def test_a_connection_that_broke_is_opened_again(drafts: Drafts) -> None:
    Desk(drafts, "i1").draws(*cars(1))
    drafts._database._let_go()
    Desk(drafts, "i2").draws(*cars(1))
    assert len(drafts.waiting()) == 2


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE op SET changes = '{\"car'",
        "UPDATE op SET changes = '{\"car0\":[null,{}]}'",
        'UPDATE op SET changes = \'{"car0":[null,{"rank":1}]}\'',
    ],
)
def test_a_gesture_that_was_damaged_is_set_aside_and_nothing_is_put_over_it(
    path: Path, damage: str
) -> None:
    drafts = Drafts(path)
    desk = Desk(drafts, start=cars(2))
    desk.moves(7)
    drafts._database.write([(damage, ())])
    with pytest.raises(StoreDamaged):
        found(drafts)
    desk.draft.set_aside()
    assert found(drafts) is None
    again = Desk(drafts, start=cars(2))
    again.moves(8)
    again.saves()
    assert drafts.close(10)
    Drafts(path).close(10)
    with sqlite3.connect(path) as connection:
        aside = connection.execute("SELECT number FROM image WHERE is_aside = 1").fetchall()
        assert len(aside) == 1
        kept = connection.execute("SELECT count(*) FROM op WHERE image = ?", aside[0]).fetchone()
    connection.close()
    assert kept == (1,)


@pytest.mark.parametrize("ranks", [b"\0", b"\0" * 8])
def test_a_list_whose_ranks_were_damaged_is_damaged(drafts: Drafts, ranks: bytes) -> None:
    Desk(drafts, start=cars(2)).moves(7)
    drafts._database.write([("UPDATE piece SET ranks = ?", (ranks,))])
    with pytest.raises(StoreDamaged):
        found(drafts)


def test_unsent_work_that_nobody_has_read_is_never_written_over(path: Path) -> None:
    drafts = Drafts(path)
    Desk(drafts, start=cars(2)).moves(7)
    Desk(drafts, start=cars(2)).moves(8)
    assert found(drafts) == (*cars(1, x=8.0), *cars(2)[1:])
    assert drafts.close(10)
    assert rows(path, "image WHERE is_aside = 1") == 1


OLD = """
CREATE TABLE unsent (
    shelf TEXT NOT NULL, origin TEXT NOT NULL, reference TEXT NOT NULL, revision INTEGER NOT NULL,
    saved_at REAL NOT NULL, body BLOB NOT NULL, PRIMARY KEY (shelf, origin, reference)
);
PRAGMA user_version = 1
"""


def an_old_file(path: Path, **drafts: bytes) -> None:
    """A file as the first version wrote it, with these drafts by image."""
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.executescript(OLD)
        for revision, (image, body) in enumerate(drafts.items(), start=5):
            row = ("image", HERE, image, revision, 1.5e9, body)
            connection.execute("INSERT INTO unsent VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.close()


def test_the_drafts_of_an_older_version_are_still_there(path: Path) -> None:
    listed = b"".join(WireTexts().save_body(cars(3), None))
    whole = b'{"etag":"\\"e1\\"","body_hash":"hash",' + listed[1:]
    an_old_file(path, i1=whole, i2=b'{"annotations":[', i3=b'{"annotations":[]}')
    for _ in range(2):
        drafts = Drafts(path)
        draft = drafts.image(HERE, "i1", WireTexts()).read()
        assert draft is not None
        assert (draft.annotations, draft.base, draft.saved_at) == (cars(3), BASE, 1.5e9)
        assert found(drafts, "i3") == ()
        assert waiting(drafts) == ["i1", "i3"]
        assert drafts.close(10)
    assert rows(path, "piece WHERE CAST(body AS TEXT) = '{\"annotations\":['") == 1


def test_a_draft_of_an_older_version_is_gone_on_with(path: Path) -> None:
    an_old_file(path, i1=b"".join(WireTexts().save_body(cars(2), None)))
    drafts = Drafts(path)
    desk = Desk(drafts)
    draft = desk.draft.read()
    assert draft is not None
    desk.document, desk.sent = Document(draft.annotations), None
    desk.moves(7)
    assert found(drafts) == (*cars(1, x=7.0), *cars(2)[1:])
    desk.saves()
    assert found(drafts) is None
    assert waiting(drafts) == []
    drafts.close(10)


def test_a_file_that_is_none_of_ours_is_set_aside_and_never_deleted(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this was a shopping list" * 100)
    drafts = Drafts(path)
    assert drafts.set_aside is not None
    assert drafts.set_aside.read_bytes().startswith(b"this was")
    Desk(drafts).draws(*cars(1))
    drafts.close(10)
    again = Drafts(path)
    assert again.set_aside is None
    again.close(10)


def test_a_file_of_a_newer_version_is_not_touched(path: Path) -> None:
    Drafts(path).close(10)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreNewer):
        Drafts(path)
    assert path.read_bytes() == before


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFailed):
        Drafts(tmp_path / "file" / "workspace.db")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreFailed):
        Drafts(tmp_path / "folder")


# Other processes

CHILD = """
import sys, threading
from dataclasses import replace
from pathlib import Path
from limner.api.wire_texts import WireTexts
from limner.model.annotations import AnnotationId, BBox
from limner.model.patch import Patch, Verb
from limner.storage.draft_rows import Base
from limner.storage.drafts import Drafts

drafts = Drafts(Path(sys.argv[1]))
draft = drafts.image("o", "i1", WireTexts())
found = draft.read()
number = int(sys.argv[2])
start = BBox(id=AnnotationId("a"), name="car", x=float(number), y=0.0, w=1.0, h=1.0)
car = found.annotations[0] if found else start
ground = None if found else (car,)
while True:
    number += 1
    safe = threading.Event()
    moved = replace(car, x=float(number))
    patch = Patch(Verb.MOVE, {car.id: (car, moved)})
    draft.append(patch, Base(), ground, lambda: (moved,), durable=safe.set, failed=print)
    safe.wait()
    print(number, flush=True)
    car, ground = moved, None
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
    annotations = found(drafts, origin="o")
    assert annotations is not None
    (car,) = annotations
    assert isinstance(car, BBox)
    return car.x


def test_nothing_that_was_called_safe_is_lost_when_the_program_is_killed(path: Path) -> None:
    safe = 0
    for _ in range(5):
        with another_process(path, safe) as said:
            safe = [int(said.readline()) for _ in range(20)][-1]
        drafts = Drafts(path)
        assert last_x(drafts) >= safe
        drafts.close(10)


def test_a_second_window_is_told_and_the_first_goes_on(path: Path) -> None:
    with another_process(path) as said:
        said.readline()
        with pytest.raises(StoreBusy):
            Drafts(path)
        assert int(said.readline()) > 0
    Drafts(path).close(10)
