"""What is done to an image is in its journal: the document, the base and the history."""

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
from msgspec import Raw
from typing_extensions import override

import limner
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation, AnnotationId, BBox, Opaque, Polyline
from limner.model.conflict import Conflict
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.storage import journal_finding
from limner.storage.entry import Advance, Cause, Copy, Entry, Kind, Op, Outgoing
from limner.storage.errors import StoreBusy, StoreDamaged, StoreFailed
from limner.storage.image_journal import ImageJournal
from limner.storage.workspace_file import WorkspaceFile
from unit.journal_desk import (
    COPY,
    HERE,
    Desk,
    cars,
    found,
    kept,
    limit,
    reopened,
    waiting,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work" / "workspace.db"


@pytest.fixture
def file(path: Path) -> Iterator[WorkspaceFile]:
    store = WorkspaceFile(path)
    yield store
    store.close(10)


def rows(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    connection.close()
    return count


# What is kept


def test_work_is_there_after_a_restart_as_it_was(path: Path) -> None:
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
    file = WorkspaceFile(path)
    Desk(file).draws(*drawn)
    file = reopened(file, path)
    again = kept(file)
    assert again is not None
    assert (again.base, again.document, again.copy) == ((), drawn, COPY)
    assert again.ahead.changes == Patch.adding(Verb.DRAW, drawn).changes
    assert [patch.changes for patch in again.done] == [again.ahead.changes]
    assert (again.unsent, again.undone, again.outgoing) == (1, (), None)
    assert [(w.origin, w.image_id, w.unsent) for w in file.waiting()] == [(HERE, "i1", 1)]
    file.close(10)


def test_an_image_that_was_only_looked_at_is_there_when_nobody_can_be_asked(path: Path) -> None:
    file = WorkspaceFile(path)
    Desk(file, start=cars(600))
    file = reopened(file, path)
    again = kept(file)
    assert again is not None
    assert (again.base, again.document, again.copy) == (cars(600), cars(600), COPY)
    assert not again.ahead
    assert waiting(file) == []
    file.close(10)


def test_an_image_that_nobody_opened_is_not_there(file: WorkspaceFile) -> None:
    assert kept(file) is None


def test_one_image_on_two_servers_has_two_journals(file: WorkspaceFile) -> None:
    Desk(file).draws(*cars(1))
    assert found(file, origin="https://other.example.org") is None


def test_what_was_undone_is_undone_after_a_restart_and_can_be_redone(path: Path) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(2))
    for x in (5.0, 6.0, 7.0):
        desk.moves(x)
    desk.undoes()
    desk.undoes()
    desk.redoes()
    file = reopened(file, path)
    desk = Desk(file)
    assert desk.document.snapshot()[0] == cars(1, x=6.0)[0]
    assert desk.redoes() is not None
    assert desk.document.snapshot()[0] == cars(1, x=7.0)[0]
    for _ in range(3):
        assert desk.undoes() is not None
    assert desk.undoes() is None
    assert desk.document.snapshot() == cars(2)
    file = reopened(file, path)
    assert found(file) == cars(2)
    file.close(10)


def test_a_thousand_steps_can_be_undone_after_a_restart(path: Path) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(1))
    outcomes = [desk.starts(desk.move(x + 10.0)) for x in range(1_200)]
    outcomes[-1].wait_until_safe()
    file = reopened(file, path)
    desk = Desk(file)
    assert desk.found is not None
    assert 1_000 <= len(desk.found.done) <= 1_200
    for step in range(1_000):
        assert desk.document.snapshot() == cars(1, x=1_199.0 - step + 10.0)
        desk.undoes()
    file.close(10)


def test_work_that_was_undone_altogether_is_not_waiting(file: WorkspaceFile) -> None:
    desk = Desk(file, start=cars(1))
    desk.moves(7)
    outcome = desk.undoes()
    assert outcome is not None
    outcome.wait_until_safe()
    assert waiting(file) == []
    again = kept(file)
    assert again is not None
    assert (again.unsent, bool(again.ahead), len(again.undone)) == (0, False, 1)


# The server


def test_work_sent_meanwhile_is_in_the_base_and_newer_work_is_ahead(path: Path) -> None:
    file = WorkspaceFile(path)
    one, other = Desk(file, "i1"), Desk(file, "i2")
    one.draws(*cars(1))
    one.saves()
    other.draws(*cars(1))
    on_the_way = other.journal.last
    other.moves(7)
    other.has_sent(on_the_way, '"e2"').wait_until_safe()
    for _ in range(2):
        first, second = kept(file, "i1"), kept(file, "i2")
        assert first is not None
        assert (first.base, bool(first.ahead), len(first.done)) == (cars(1), False, 1)
        assert second is not None
        assert (second.base, second.document) == (cars(1), cars(1, x=7.0))
        assert (second.copy, second.unsent) == (Copy(etag='"e2"'), 1)
        assert waiting(file) == ["i2"]
        file = reopened(file, path)
    file.close(10)


def test_what_others_did_is_no_step_of_the_history_and_stays_when_mine_is_undone(
    path: Path,
) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(3))
    desk.moves(7)
    second = cars(3)[1]
    assert isinstance(second, BBox)
    desk.hears(Patch.replacing(Verb.RELOAD, [(second, replace(second, name="bus"))]))
    file = reopened(file, path)
    desk = Desk(file)
    assert desk.copy.author == "Bob"
    assert len(desk.found.done if desk.found else ()) == 1
    desk.undoes()
    assert [each.name for each in desk.document] == ["car", "bus", "car"]
    assert desk.document.snapshot() == desk.base
    file.close(10)


def test_a_frozen_body_what_is_known_and_what_was_refused_are_there_after_a_restart(
    path: Path,
) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(3))
    desk.moves(7)
    car0, car1 = AnnotationId("car0"), AnnotationId("car1")
    outgoing = Outgoing(desk.journal.last, "key-1", frozenset({car1}))
    desk.writes(Entry(known={car0: frozenset({b"v1", b"v2"})}, outgoing=outgoing))
    late = desk.move(8)
    desk.does(late)
    desk.writes(Entry(known={car0: frozenset({b"v2", b"v3"})}, refused={car1: "No such class."}))
    file = reopened(file, path)
    again = kept(file)
    assert again is not None
    assert again.outgoing == outgoing
    assert again.since is not None
    assert again.since.changes == late.changes
    assert again.known == {car0: {b"v1", b"v2", b"v3"}}
    assert again.refused == {car1: "No such class."}
    assert [(w.refusals, w.conflicts) for w in file.waiting()] == [(1, 0)]
    desk = Desk(file)
    desk.writes(Entry(outgoing=None, refused={}, forgets_known=True, known={car1: frozenset()}))
    file = reopened(file, path)
    again = kept(file)
    assert again is not None
    assert (again.outgoing, again.since, again.known, again.refused) == (None, None, {}, {})
    file.close(10)


def test_an_open_conflict_is_open_after_a_restart_and_deciding_it_can_be_undone(
    path: Path,
) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(1))
    desk.moves(7)
    (mine,), (theirs,), (base,) = desk.document.snapshot(), cars(1, x=9.0), cars(1)
    conflict = Conflict(mine.id, base, mine, theirs, ("geometry",))
    found_it = Patch(Verb.RELOAD, {}, {mine.id: (None, conflict)})
    advance = Advance(Cause.FETCHED, Patch(Verb.RELOAD, {mine.id: (base, theirs)}), COPY)
    desk.document.apply(found_it)
    desk.writes(Entry(op=Op(Kind.NEWS, found_it), advance=advance))
    file = reopened(file, path)
    assert [(w.conflicts, w.unsent) for w in file.waiting()] == [(1, 1)]
    desk = Desk(file)
    assert desk.found is not None
    assert desk.found.ahead.changes == {mine.id: (theirs, mine)}
    assert dict(desk.document.conflicts) == {mine.id: conflict}
    desk.does(Patch(Verb.DECIDE, {mine.id: (mine, theirs)}, {mine.id: (conflict, None)}))
    assert waiting(file) == []
    desk.undoes()
    file = reopened(file, path)
    desk = Desk(file)
    assert dict(desk.document.conflicts) == {mine.id: conflict}
    assert desk.document.snapshot() == (mine,)
    file.close(10)


# Lists and patches


def test_a_gesture_is_one_row_and_the_list_is_written_once(path: Path) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(600))
    for x in range(5):
        desk.moves(x + 2.0)
    assert file.close(10)
    assert (rows(path, "op WHERE line = 'work'"), rows(path, "piece")) == (5, 3)
    assert rows(path, "image") == 1


def test_patches_that_outgrow_their_list_go_on_from_a_new_one_with_their_history(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageJournal, "least_to_fold", 2_000)
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(5))
    for x in range(100):
        desk.moves(x + 2.0)
        if x % 7 == 0:
            desk.saves()
        again = kept(file)
        assert again is not None
        assert (again.base, again.document) == (desk.base, desk.document.snapshot())
        assert len(again.done) == x + 1
    assert rows_after_stem(file) < 30
    file = reopened(file, path)
    desk = Desk(file)
    while desk.undoes() is not None:
        pass
    assert desk.document.snapshot() == cars(5)
    file.close(10)


def rows_after_stem(file: WorkspaceFile) -> int:
    count: int = file._database.read(
        "SELECT count(*) FROM op JOIN image ON image = number WHERE seq >= stem"
    )[0][0]
    return count


def test_only_the_newest_steps_are_read(
    path: Path, file: WorkspaceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(file, start=cars(1))
    for x in range(20):
        desk.moves(x + 2.0)
    monkeypatch.setattr(journal_finding, "STEPS", 5)
    again = kept(file)
    assert again is not None
    assert (len(again.done), again.document, again.unsent) == (5, cars(1, x=21.0), 20)


# The shape that is being drawn


def test_a_shape_that_is_being_drawn_is_there_after_a_restart(path: Path) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file)
    for points in range(5):
        desk.journal.draw(b"points: %d" % points)
    file = reopened(file, path)
    desk = Desk(file)
    assert desk.journal.read_sketch() == b"points: 4"
    desk.journal.draw(None)
    file = reopened(file, path)
    assert Desk(file).journal.read_sketch() is None
    file.close(10)


# One writer


class SlowTexts(WireTexts):
    """Lets the first text wait until it may go on, as a slow disk would."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.begun = threading.Event()

    @override
    def text(self, annotation: Annotation) -> bytes | Raw:
        self.begun.set()
        assert self.go_on.wait(30)
        return super().text(annotation)


def test_gestures_made_during_a_write_go_into_the_next_one_together(file: WorkspaceFile) -> None:
    texts = SlowTexts()
    desk = Desk(file, start=cars(1), texts=texts)
    outcomes = [desk.starts(desk.move(x + 2.0)) for x in range(20)]
    texts.go_on.set()
    assert [each.wait() for each in outcomes] == [None] * 20
    assert found(file) == cars(1, x=21.0)


def test_reading_waits_for_what_is_being_written(file: WorkspaceFile) -> None:
    texts = SlowTexts()
    desk = Desk(file, start=cars(1), texts=texts)
    desk.starts(desk.move(7))
    threading.Timer(0.05, texts.go_on.set).start()
    assert found(file) == cars(1, x=7.0)


def test_what_was_sent_before_it_was_written_is_not_waiting(file: WorkspaceFile) -> None:
    texts = SlowTexts()
    desk = Desk(file, start=cars(1), texts=texts)
    desk.starts(desk.move(7))
    outcome = desk.saves()
    texts.go_on.set()
    assert outcome.wait() is None
    assert found(file) == cars(1, x=7.0)
    assert waiting(file) == []


def test_closing_writes_what_waits(path: Path) -> None:
    file = WorkspaceFile(path)
    for number in range(50):
        Desk(file, f"i{number}").starts(Patch.adding(Verb.DRAW, cars(1)))
    file = reopened(file, path)
    assert len(file.waiting()) == 50
    file.close(10)


def test_closing_does_not_wait_for_ever(path: Path) -> None:
    texts = SlowTexts()
    file = WorkspaceFile(path)
    outcome = Desk(file, texts=texts).starts(Patch.adding(Verb.DRAW, cars(1)))
    assert not file.close(0.01)
    texts.go_on.set()
    assert outcome.wait() is None
    assert file.close(10)


def test_a_callback_that_fails_does_not_stop_the_writing(
    file: WorkspaceFile, caplog: pytest.LogCaptureFixture
) -> None:
    def explode() -> None:
        raise RuntimeError("boom")

    desk = Desk(file, "i1")
    op = Op(Kind.DO, Patch.adding(Verb.DRAW, cars(1)))
    desk.journal.write(Entry(op=op), explode, lambda _: None)
    Desk(file, "i2").draws(*cars(1))
    assert "boom" in caplog.text
    assert len(file.waiting()) == 2


def test_an_image_is_read_or_begun_before_it_is_written(file: WorkspaceFile) -> None:
    journal = file.image(HERE, "i1", WireTexts())
    with pytest.raises(RuntimeError):
        journal.write(Entry(), lambda: None, lambda _: None)


# When things go wrong


def test_a_full_disk_is_told_once_and_all_is_written_by_itself_when_there_is_room(
    file: WorkspaceFile,
) -> None:
    desk = Desk(file, start=cars(1))
    desk.moves(7)
    limit(file, 30)
    large = desk.starts(Patch.adding(Verb.PASTE, cars(5000)[1:]))
    error = large.wait()
    assert isinstance(error, StoreFailed)
    assert "disk is full" in str(error)
    small = desk.starts(desk.move(8))
    assert isinstance(small.wait(), StoreFailed)
    with pytest.raises(StoreFailed):
        found(file)
    limit(file, 1_000_000)
    small.wait_until_safe()
    large.wait_until_safe()
    assert (large.failures, small.failures) == (1, 1)
    again = kept(file)
    assert again is not None
    assert (again.document, len(again.done)) == (desk.document.snapshot(), 3)


def test_work_too_large_for_the_disk_does_not_hurt_work_that_fits(file: WorkspaceFile) -> None:
    texts = SlowTexts()
    first = Desk(file, "first", texts=texts)
    large, small = Desk(file, "large"), Desk(file, "small")
    assert kept(file, "small") is not None
    limit(file, 40)
    outcome = first.starts(Patch.adding(Verb.DRAW, cars(1)))
    assert texts.begun.wait(30)
    too_much = large.starts(Patch.adding(Verb.PASTE, cars(5000)))
    fits = small.starts(Patch.adding(Verb.DRAW, cars(1)))
    texts.go_on.set()
    assert outcome.wait() is None
    assert isinstance(too_much.wait(), StoreFailed)
    assert fits.wait() is None
    assert waiting(file) == ["first", "small"]


def test_what_cannot_be_worded_fails_alone_and_is_written_once_it_is_mended(
    file: WorkspaceFile, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(cars(1)[0], id=AnnotationId("bad"), name="\ud800", rank=9.0)
    desk, other = Desk(file, "bad", cars(1)), Desk(file, "good")
    bad = desk.starts(Patch.adding(Verb.DRAW, [broken]))
    good = other.starts(Patch.adding(Verb.DRAW, cars(1)))
    assert isinstance(bad.wait(), ValueError)
    assert good.wait() is None
    assert waiting(file) == ["good"]
    assert "could not be prepared" in caplog.text
    assert isinstance(desk.starts(desk.move(7)).wait(), ValueError)
    desk.starts(Patch.removing(Verb.DELETE, [broken])).wait_until_safe()
    assert found(file, "bad") == desk.document.snapshot()


def test_a_connection_that_broke_is_opened_again(file: WorkspaceFile) -> None:
    Desk(file, "i1").draws(*cars(1))
    file._database._let_go()
    Desk(file, "i2").draws(*cars(1))
    assert len(file.waiting()) == 2


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE op SET changes = '{\"car' WHERE line = 'work'",
        "UPDATE op SET changes = '{\"car0\":[null,{}]}' WHERE line = 'work'",
        "UPDATE op SET changes = '{\"car0\":[null,{\"rank\":1}]}' WHERE line = 'work'",
        "UPDATE op SET verb = 'Juggle' WHERE line = 'work'",
        "UPDATE op SET kind = 'juggle' WHERE line = 'work'",
        "UPDATE op SET conflicts = '{' WHERE line = 'work'",
    ],
)
def test_a_gesture_that_was_damaged_is_set_aside_and_nothing_is_put_over_it(
    path: Path, damage: str
) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(2))
    desk.moves(7)
    file._database.write([(damage, ())])
    with pytest.raises(StoreDamaged):
        found(file)
    desk.journal.set_aside()
    assert found(file) is None
    again = Desk(file, start=cars(2))
    again.moves(8)
    again.saves()
    file = reopened(file, path)
    assert found(file) == (*cars(1, x=8.0), *cars(2)[1:])
    assert file.close(10)
    assert rows(path, "op JOIN image ON image = number WHERE is_aside AND line = 'work'") == 1


@pytest.mark.parametrize("ranks", [b"\0", b"\0" * 8])
def test_a_list_whose_ranks_were_damaged_is_damaged(file: WorkspaceFile, ranks: bytes) -> None:
    Desk(file, start=cars(2)).moves(7)
    file._database.write([("UPDATE piece SET ranks = ?", (ranks,))])
    with pytest.raises(StoreDamaged):
        found(file)


def test_unsent_work_that_nobody_has_read_is_never_written_over(path: Path) -> None:
    file = WorkspaceFile(path)
    Desk(file, start=cars(2)).moves(7)
    unread = file.image(HERE, "i1", WireTexts())
    unread.begin(cars(2), COPY)
    assert found(file) == cars(2)
    assert file.close(10)
    assert rows(path, "image WHERE is_aside = 1") == 1


def test_a_list_without_work_is_replaced_and_what_was_known_stays_known(path: Path) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(2))
    desk.writes(Entry(known={AnnotationId("car0"): frozenset({b"v"})}))
    unread = file.image(HERE, "i1", WireTexts())
    unread.begin(cars(3), COPY)
    again = kept(file)
    assert again is not None
    assert again.document == cars(3)
    assert again.known == {AnnotationId("car0"): {b"v"}}
    assert file.close(10)
    assert (rows(path, "image"), rows(path, "piece"), rows(path, "op")) == (1, 1, 1)


# Other processes

CHILD = """
import sys, threading
from dataclasses import replace
from pathlib import Path
from limner.api.wire_texts import WireTexts
from limner.model.annotations import AnnotationId, BBox
from limner.model.patch import Patch, Verb
from limner.storage.entry import Copy, Entry, Kind, Op
from limner.storage.workspace_file import WorkspaceFile

file = WorkspaceFile(Path(sys.argv[1]))
journal = file.image("o", "i1", WireTexts())
found = journal.read()
number = int(sys.argv[2])
car = BBox(id=AnnotationId("a"), name="car", x=float(number), y=0.0, w=1.0, h=1.0)
if found:
    car = found.document[0]
else:
    journal.begin((car,), Copy())
while True:
    number += 1
    safe = threading.Event()
    moved = replace(car, x=float(number))
    op = Op(Kind.DO, Patch(Verb.MOVE, {car.id: (car, moved)}))
    journal.write(Entry(op=op), safe.set, print)
    safe.wait()
    print(number, flush=True)
    car = moved
"""


@contextmanager
def another_process(path: Path, start: int = 0) -> Iterator[IO[str]]:
    """An editor that makes a gesture per moment and says which are safe, until it is killed."""
    command = [sys.executable, "-c", CHILD, str(path), str(start)]
    environment = {**os.environ, "PYTHONPATH": str(Path(limner.__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        try:
            yield child.stdout
        finally:
            child.kill()


def test_nothing_that_was_called_safe_is_lost_when_the_program_is_killed(path: Path) -> None:
    safe = 0
    for _ in range(5):
        with another_process(path, safe) as said:
            safe = [int(said.readline()) for _ in range(20)][-1]
        file = WorkspaceFile(path)
        annotations = found(file, origin="o")
        assert annotations is not None
        (car,) = annotations
        assert isinstance(car, BBox)
        assert car.x >= safe
        safe = int(car.x)
        file.close(10)


def test_a_second_window_is_told_and_the_first_goes_on(path: Path) -> None:
    with another_process(path) as said:
        said.readline()
        with pytest.raises(StoreBusy):
            WorkspaceFile(path)
        assert int(said.readline()) > 0
    WorkspaceFile(path).close(10)
