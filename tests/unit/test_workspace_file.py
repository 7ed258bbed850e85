"""The workspace file: verdicts, what the server said, the past of images, room, and bad days."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from limner.api.wire_texts import WireTexts
from limner.model.annotations import AnnotationId
from limner.model.patch import Patch, Verb
from limner.model.verdicts import Answer, Target, TargetType
from limner.storage.data_folder import (
    _kind_of_mount,
    place_warnings,
    refuse_temporary,
    temporary_warnings,
)
from limner.storage.disk import DiskFull
from limner.storage.entry import Cause, Entry
from limner.storage.errors import StoreFailed, StoreFull, StoreMisplaced, StoreNewer, StoreReadOnly
from limner.storage.room import Room
from limner.storage.snapshots import snapshots
from limner.storage.unsent_export import export_unsent
from limner.storage.workspace_file import UnsentVerdict, WorkspaceFile
from unit.journal_desk import COPY, HERE, Desk, Outcome, cars, found, kept, reopened, waiting
from unit.old_workspaces import (
    OLD_COPY,
    a_file_of_form_1,
    a_file_of_form_2,
    check_form_2_is_taken_over,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work" / "workspace.db"


@pytest.fixture
def file(path: Path) -> Iterator[WorkspaceFile]:
    store = WorkspaceFile(path)
    yield store
    store.close(10)


def a_verdict(value: bool = True, reference: str = "i1") -> UnsentVerdict:
    target = Target(TargetType.LOG, reference)
    return UnsentVerdict(HERE, "p1", "c1", target, Answer(value_pass=value, explanation="ä"))


def keep_verdict(file: WorkspaceFile, verdict: UnsentVerdict) -> int:
    outcome = Outcome()
    revision = file.put_verdict(verdict, outcome.durable, outcome.failed)
    assert outcome.wait() is None
    return revision


def execute(path: Path, sql: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()


# Verdicts, and what the server said


def test_unsent_verdicts_are_there_after_a_restart_oldest_first(path: Path) -> None:
    file = WorkspaceFile(path)
    keep_verdict(file, a_verdict(reference="i1"))
    keep_verdict(file, a_verdict(reference="i2"))
    keep_verdict(file, a_verdict(value=False, reference="i1"))
    file = reopened(file, path)
    unsent = file.verdicts_waiting()
    expected = [a_verdict(reference="i2"), a_verdict(value=False, reference="i1")]
    assert [each.verdict for each in unsent] == expected
    file.drop_verdict(unsent[0].verdict, unsent[0].revision)
    file.drop_verdict(unsent[1].verdict, unsent[1].revision - 1)
    assert [each.verdict for each in file.verdicts_waiting()] == expected[1:]
    file.close(10)


def test_what_the_server_said_last_is_recalled_after_a_restart(path: Path) -> None:
    file = WorkspaceFile(path)
    for body in (b"old", b"new"):
        file.remember(HERE, "listing", "d1", body)
    file.remember(HERE, "listing", "d2", b"other")
    file.remember("https://other.example.org", "listing", "d1", b"elsewhere")
    for _ in range(2):
        remembered = file.recall(HERE, "listing", "d1")
        assert remembered is not None
        assert remembered.body == b"new"
        assert file.recall(HERE, "row", "d1") is None
        everything = file.recall_all(HERE, "listing")
        assert {name: each.body for name, each in everything.items()} == {
            "d1": b"new",
            "d2": b"other",
        }
        file = reopened(file, path)
    file.close(10)


def test_a_run_that_did_not_end_is_known(path: Path) -> None:
    file = WorkspaceFile(path)
    assert file.ended_cleanly
    file = reopened(file, path)
    assert file.ended_cleanly
    Desk(file)
    assert kept(file) is not None
    file._writer.close(10)
    file._database.close()
    file = WorkspaceFile(path)
    assert not file.ended_cleanly
    file.close(10)


# The past


def test_every_version_of_an_image_can_be_seen_again(path: Path) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(3))
    desk.moves(7)
    desk.moves(8)
    mine = desk.document.snapshot()
    desk.saves()
    desk.hears(Patch.removing(Verb.RELOAD, [cars(3)[2]]))
    theirs = desk.base
    desk.does(Patch.removing(Verb.DELETE, desk.document.snapshot()))
    file = reopened(file, path)
    journal = Desk(file).journal
    past = journal.past()
    told = [(p.title, p.cause, p.steps, p.author, p.count) for p in past]
    assert told == [
        ("Delete 2 annotations", None, 1, None, 0),
        ("Reload car", Cause.FETCHED, 0, "Bob", 2),
        ("Draw car", Cause.SAVED, 0, None, 3),
        ("2 edits", None, 2, None, 3),
        ("", Cause.FETCHED, 0, "Ada", 3),
    ]
    lists = [journal.list_at(each.number) for each in past]
    assert lists == [(), theirs, mine, mine, cars(3)]
    with pytest.raises(StoreFailed):
        journal.list_at(10**6)
    file.close(10)


# Room


def test_lists_that_were_opened_longest_ago_make_room_and_nothing_that_is_needed(
    path: Path,
) -> None:
    file = WorkspaceFile(path)
    for number in range(6):
        desk = Desk(file, f"i{number}", cars(50))
        desk.writes(Entry(known={AnnotationId("car0"): frozenset({b"v"})}))
        if number == 0:
            desk.moves(7)
    file.pin([(HERE, "i0"), (HERE, "i1")])
    file.unpin([(HERE, "i0")])
    file = reopened(file, path)
    held = Desk(file, "i2")
    room = Room(file._journal, lists_bytes=2 * 5_000)
    while room.make_some():
        pass
    assert found(file, "i0") == desk_moved(50)
    assert [found(file, f"i{number}") is not None for number in range(1, 6)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    gone = file.image(HERE, "i3", WireTexts())
    assert gone.read() is None
    assert gone.known == {"car0": {b"v"}}
    gone.begin(cars(2), COPY)
    again = kept(file, "i3")
    assert again is not None
    assert again.document == cars(2)
    assert again.known == gone.known
    assert held.document.snapshot() == cars(50)
    file.close(10)


def desk_moved(count: int) -> tuple[object, ...]:
    return (*cars(1, x=7.0), *cars(count)[1:])


def test_the_oldest_history_makes_room_and_no_list_changes(path: Path) -> None:
    file = WorkspaceFile(path)
    desk = Desk(file, start=cars(3))
    for start in range(0, 2_000, 500):
        outcomes = [desk.starts(desk.move(start + x + 5.0)) for x in range(500)]
        outcomes[-1].wait_until_safe()
    desk.saves().wait_until_safe()
    assert file._database.read("SELECT history_bytes > 0 FROM image") == [(1,)]
    room = Room(file._journal, history_bytes=0)
    while room.make_some():
        pass
    older = "SELECT count(*) FROM op JOIN image ON image = number WHERE seq < stem"
    assert file._database.read(older) == [(0,)]
    file = reopened(file, path)
    again = Desk(file)
    assert (again.document.snapshot(), again.base) == (desk.document.snapshot(), desk.base)
    again.moves(1.0)
    assert found(file) == again.document.snapshot()
    file.close(10)


# Bad days


def test_a_file_that_is_none_of_ours_is_set_aside_and_never_deleted(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this was a shopping list" * 100)
    file = WorkspaceFile(path)
    assert file.recovered is not None
    assert file.recovered.aside.read_bytes().startswith(b"this was")
    assert "could not be read" in str(file.recovered)
    Desk(file).draws(*cars(1))
    file = reopened(file, path)
    assert file.recovered is None
    file.close(10)


def test_what_can_be_read_of_a_damaged_file_is_there_and_no_list_is_there_by_half(
    path: Path,
) -> None:
    file = WorkspaceFile(path)
    for number in range(40):
        desk = Desk(file, f"i{number:02}", cars(250))
        desk.moves(float(number + 5))
    assert file.close(10)
    for each in snapshots(path):
        each.unlink()
    damage(path, 0.5)
    file = WorkspaceFile(path)
    if file.recovered is None:  # found while it is read, told at the next start
        assert not all(is_read(file, f"i{number:02}") for number in range(40))
        file = reopened(file, path)
    assert file.recovered is not None
    whole = 0
    for number in range(40):
        document = found(file, f"i{number:02}")
        assert document in (None, (*cars(1, x=number + 5.0), *cars(250)[1:]))
        whole += document is not None
    assert whole + file.recovered.incomplete >= 30
    assert whole >= 20
    assert file.recovered is not None
    assert file.recovered.aside.exists()
    file.close(10)


def is_read(file: WorkspaceFile, image: str) -> bool:
    try:
        return found(file, image) is not None
    except StoreFailed:
        return False


def damage(path: Path, place: float) -> None:
    """Write nonsense over some pages in the middle of the file."""
    content = bytearray(path.read_bytes())
    start = int(len(content) * place) // 4096 * 4096
    content[start : start + 3 * 4096] = b"\xa5" * (3 * 4096)
    path.write_bytes(bytes(content))


def test_the_newest_snapshot_takes_the_place_of_a_file_that_cannot_be_read(path: Path) -> None:
    file = WorkspaceFile(path)
    Desk(file, start=cars(2)).moves(7)
    assert file.close(10)
    assert len(snapshots(path)) == 1
    path.write_bytes(b"\0" * 50_000)
    file = WorkspaceFile(path)
    assert file.recovered is not None
    assert file.recovered.snapshot is not None
    assert found(file) == (*cars(1, x=7.0), *cars(2)[1:])
    file.close(10)


def test_three_snapshots_stay_and_a_run_that_changed_nothing_makes_none(path: Path) -> None:
    file = WorkspaceFile(path)
    for x in range(6):
        Desk(file, start=cars(2)).moves(x + 5.0)
        file = reopened(file, path)
    file.close(10)
    assert len(snapshots(path)) == 3


def test_a_file_of_a_newer_version_is_not_touched(path: Path) -> None:
    WorkspaceFile(path).close(10)
    execute(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StoreNewer):
        WorkspaceFile(path)
    assert path.read_bytes() == before


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFailed):
        WorkspaceFile(tmp_path / "file" / "workspace.db")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreFailed):
        WorkspaceFile(tmp_path / "folder")


@pytest.mark.parametrize("is_closed", [True, False])
def test_what_can_only_be_read_is_shown_and_exported(
    path: Path, tmp_path: Path, is_closed: bool
) -> None:
    file = WorkspaceFile(path)
    Desk(file, start=cars(2)).moves(7)
    keep_verdict(file, a_verdict())
    if is_closed:
        assert file.close(10)
    medium = tmp_path / "medium" / "workspace.db"
    medium.parent.mkdir()
    for each in path.parent.glob("workspace.db*"):
        if each.suffix in (".db", ".db-wal"):
            (medium.parent / each.name).write_bytes(each.read_bytes())
    before = sorted((each.name, each.read_bytes()) for each in medium.parent.iterdir())
    burnt = WorkspaceFile.open_read_only(medium)
    assert burnt.is_read_only
    desk = Desk(burnt)
    assert desk.document.snapshot() == (*cars(1, x=7.0), *cars(2)[1:])
    assert isinstance(desk.starts(desk.move(9)).wait(), StoreReadOnly)
    assert export_unsent(burnt, tmp_path / "unsent.json", WireTexts) == 2
    assert burnt.close(10)
    file.close(10)
    assert sorted((each.name, each.read_bytes()) for each in medium.parent.iterdir()) == before


def test_a_disk_that_is_full_takes_the_shape_at_hand_from_what_was_set_aside(
    file: WorkspaceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(file, start=cars(1))
    desk.moves(7)
    ballast = file._database.ballast
    ballast.fill()
    assert ballast._path.stat().st_blocks * 512 >= 16 << 20
    told = Queue[DiskFull | None]()
    file.disk.watch(told.put)
    pages = file._database.read("PRAGMA page_count")[0][0]
    file._database.read(f"PRAGMA max_page_count = {pages}")
    drop = ballast.drop

    def drop_and_give_room() -> bool:
        file._database.read("PRAGMA max_page_count = 1000000")
        return drop()

    monkeypatch.setattr(ballast, "drop", drop_and_give_room)
    assert desk.starts(Patch.adding(Verb.PASTE, cars(500)[1:])).wait() is None
    assert not ballast._path.exists()
    assert told.get(timeout=30) == DiskFull(file.path, is_kept=True)
    ballast.fill()
    assert ballast._path.exists()
    file.pin([])
    assert told.get(timeout=30) is None


def test_a_disk_with_no_room_at_all_is_told_of_until_there_is_some(file: WorkspaceFile) -> None:
    desk = Desk(file, start=cars(1))
    desk.moves(7)
    told = Queue[DiskFull | None]()
    file.disk.watch(told.put)
    pages = file._database.read("PRAGMA page_count")[0][0]
    file._database.read(f"PRAGMA max_page_count = {pages}")
    waiting_for_room = desk.starts(Patch.adding(Verb.PASTE, cars(500)[1:]))
    assert isinstance(waiting_for_room.wait(), StoreFull)
    full = told.get(timeout=30)
    assert full == DiskFull(file.path, is_kept=False)
    assert full.free_bytes() > 0
    file._database.read("PRAGMA max_page_count = 1000000")
    assert desk.starts(desk.move(9)).wait() is None
    assert told.get(timeout=30) is None


# Export


def test_unsent_work_is_exported_as_plain_json(file: WorkspaceFile, tmp_path: Path) -> None:
    Desk(file, "i1", cars(2)).moves(7)
    Desk(file, "looked at", cars(2))
    Desk(file, "damaged", cars(2)).moves(9)
    kept(file, "damaged")
    file._database.write(
        [("UPDATE op SET changes = '{' WHERE seq = (SELECT max(seq) FROM op)", ())]
    )
    keep_verdict(file, a_verdict())
    target = tmp_path / "unsent.json"
    assert export_unsent(file, target, WireTexts) == 3
    exported = json.loads(target.read_text())
    one, damaged = exported["images"]
    assert (one["origin"], one["image_id"], one["name"]) == (HERE, "i1", "i1.jpg")
    assert [a["bounding_box"]["x"] for a in one["annotations"]] == [7, 1]
    assert (one["gestures"], one["unreadable"], damaged["annotations"]) == (1, None, [])
    assert "damaged" in damaged["unreadable"]
    file.image(HERE, "damaged", WireTexts()).set_aside()
    assert kept(file, "damaged") is None
    assert waiting(file) == ["i1"]
    export_unsent(file, target, WireTexts)
    assert json.loads(target.read_text())["images"][1]["image_id"] == "damaged"
    assert exported["verdicts"][0]["answer"]["explanation"] == "ä"


# Where the file lies


def test_a_folder_for_temporary_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreMisplaced):
        refuse_temporary(tmp_path / "work", tmp_path)
    refuse_temporary(tmp_path / "work", tmp_path / "elsewhere")
    assert "LIMNER_HOME" in temporary_warnings(tmp_path / "work", tmp_path)[0]
    assert temporary_warnings(tmp_path / "work", tmp_path / "elsewhere") == []


def test_network_drives_and_synchronised_folders_are_warned_of(tmp_path: Path) -> None:
    assert place_warnings(tmp_path) == []
    for name in ("OneDrive - Lab", "Dropbox", "Mobile Documents", "Google Drive"):
        assert "synchronised" in place_warnings(tmp_path / name / "limner")[0]
    mounts = [["/dev/sda", "/", "ext4"], ["nas:/x", "/mnt/my\\040nas", "nfs4"], ["odd"]]
    assert _kind_of_mount(Path("/mnt/my nas/work"), mounts) == "nfs4"
    assert _kind_of_mount(Path("/home/me"), mounts) == "ext4"


# Older forms


def test_the_drafts_of_the_first_form_are_still_there(path: Path) -> None:
    listed = b"".join(WireTexts().save_body(cars(3), None))
    whole = b'{"etag":"\\"e1\\"","body_hash":"hash",' + listed[1:]
    a_file_of_form_1(path, i1=whole, i2=b'{"annotations":[', i3=b'{"annotations":[]}')
    file = WorkspaceFile(path)
    for _ in range(2):
        draft = kept(file, "i1")
        assert draft is not None
        assert (draft.base, draft.document, draft.copy) == ((), cars(3), OLD_COPY)
        assert sorted(draft.ahead.changes) == ["car0", "car1", "car2"]
        assert [(w.image_id, w.since) for w in file.waiting()] == [("i1", 1.5e9), ("i3", 1.5e9)]
        file = reopened(file, path)
    desk = Desk(file, "i1")
    desk.moves(7)
    desk.saves()
    file = reopened(file, path)
    again = kept(file, "i1")
    assert again is not None
    assert (again.base, bool(again.ahead)) == (desk.document.snapshot(), False)
    assert waiting(file) == ["i3"]
    assert file.close(10)
    assert path.with_name("workspace.db.form1").exists()


def test_the_work_of_the_second_form_is_still_there(path: Path) -> None:
    a_file_of_form_2(path)
    file = WorkspaceFile(path)
    for _ in range(2):
        check_form_2_is_taken_over(file)
        file = reopened(file, path)
    file.close(10)


def test_an_old_file_on_a_disk_that_can_only_be_read_is_shown(path: Path) -> None:
    a_file_of_form_2(path)
    file = WorkspaceFile.open_read_only(path)
    check_form_2_is_taken_over(file)
    file.close(10)
