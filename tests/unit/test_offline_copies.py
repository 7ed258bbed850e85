"""Images kept here for when their server is away: what stays, what goes, what goes on later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from limner.api.errors import Forbidden, Unreachable
from limner.api.pictograph import Dataset, ImageRow, Loaded, Pictograph
from limner.model.ontology import Ontology
from limner.storage.image_files import ImageFiles
from limner.storage.workspace_file import WorkspaceFile
from limner.sync.breaker import Breaker
from limner.sync.link import Link
from limner.sync.offline_copies import Copying, OfflineCopies
from limner.sync.remembered import Remembered
from limner.sync.traffic import Line, Traffic
from limner.tasks import Tasks, Ticket

ORIGIN = "https://label.example.org"
PETS = Dataset("d1", "Pets", Ontology())


def rows(count: int) -> list[ImageRow]:
    return [
        ImageRow(f"i{n}", PETS.id, f"{n}.png", created_at="v1", size_bytes=1000)
        for n in range(count)
    ]


class Server:
    """A server that gives what it has, as long as it can be reached."""

    is_inside = False

    def __init__(self) -> None:
        self.trouble: dict[str, Exception] = {}
        self.fetched: list[str] = []

    def local_file(self, row: ImageRow) -> Path | None:
        return None

    def image_file(
        self, row: ImageRow, into: BinaryIO, progress: object, cancelled: Callable[[], bool]
    ) -> None:
        error = self.trouble.get(row.id) or self.trouble.get("all")
        if error is not None:
            raise error
        self.fetched.append(row.id)
        into.write(bytes(1000))

    def load(self, *_asked: Any, **_more: Any) -> Loaded:
        return Loaded([], '"e1"', rev=1)

    def reach(self) -> None:
        error = self.trouble.get("all")
        if error is not None:
            raise error


class Now:
    """A main thread and workers in one, by turns."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def post(self, call: Callable[[], None]) -> None:
        self.calls.append(call)

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    def close(self) -> None:
        self.calls.clear()

    def run(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        ticket: Ticket | None = None,
    ) -> Ticket:
        def both() -> None:
            try:
                value = work()
            except Exception as error:  # noqa: BLE001 - it is handed over, as by real workers
                failed(error)
            else:
                done(value)

        self.calls.append(both)
        return ticket or Ticket()

    def goes_on(self, calls: int = 1_000) -> None:
        for _ in range(calls):
            if not self.calls:
                return
            self.calls.pop(0)()


class Shelf:
    """Copies of one dataset, with all that they need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server()
        self.now = Now()
        self.file = WorkspaceFile(folder / "workspace.db")
        self.files = ImageFiles(folder / "images", limit_bytes=3_000)
        self._begin()

    def _begin(self) -> None:
        self.traffic = Traffic(self.now, self.now, Breaker(), self.server.reach)
        server = cast("Pictograph", self.server)
        tasks = cast("Tasks", self.now)
        self.link = Link(server, ORIGIN, self.file, tasks, self.now, self.traffic)
        remembered = Remembered(self.file, ORIGIN)
        self.copies = OfflineCopies(
            lambda: self.link, remembered, self.files, PETS, lambda _id: False
        )
        self.heard: list[Copying | None] = []
        self.copies.watch(lambda: self.heard.append(self.copies.progress))

    def starts_again(self) -> None:
        self.copies.close()
        assert self.file.close(10)
        self.file = WorkspaceFile(self.folder / "workspace.db")
        self._begin()

    def kept(self) -> set[str]:
        return {row.id for row in rows(9) if self.files.is_kept(ORIGIN, row.id, "v1")}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.file.close(10)


def test_the_size_is_known_before_anything_is_fetched(shelf: Shelf) -> None:
    said: list[object] = []
    shelf.copies.fetch(rows(2))
    shelf.now.goes_on()
    shelf.copies.estimate(rows(5), said.append)
    shelf.now.goes_on()
    assert [(each.images, each.size_bytes) for each in cast("list[Any]", said)] == [(3, 3_000)]


def test_what_is_kept_stays_however_small_the_bound_of_the_rest(shelf: Shelf) -> None:
    shelf.copies.fetch(rows(9))
    shelf.now.goes_on()
    assert shelf.kept() == {row.id for row in rows(9)}
    assert shelf.copies.here == shelf.kept()
    assert shelf.copies.progress is None
    assert shelf.heard[-1] == Copying(9, 9, size_bytes=9_000)
    journal = shelf.file.recall(ORIGIN, "image", "i8")
    assert journal is not None


def test_after_a_restart_the_rest_comes_and_nothing_twice(shelf: Shelf) -> None:
    shelf.copies.fetch(rows(6))
    shelf.now.goes_on(3)
    assert 0 < len(shelf.server.fetched) < 6
    shelf.starts_again()
    shelf.copies.resume(rows(6))
    shelf.now.goes_on()
    assert shelf.kept() == {row.id for row in rows(6)}
    assert len(shelf.server.fetched) == len(set(shelf.server.fetched)) == 6


def test_a_server_that_goes_away_ends_nothing(shelf: Shelf) -> None:
    shelf.server.trouble["all"] = Unreachable("gone")
    shelf.copies.fetch(rows(3))
    shelf.now.goes_on()
    assert shelf.traffic.line is Line.OFFLINE
    assert shelf.kept() == set()
    assert shelf.copies.progress == Copying(0, 3)
    del shelf.server.trouble["all"]
    shelf.traffic.try_again()
    shelf.now.goes_on()
    assert shelf.kept() == {"i0", "i1", "i2"}


def test_an_image_that_cannot_be_had_does_not_keep_the_others_away(shelf: Shelf) -> None:
    error = Forbidden(403, "", "not this one")
    shelf.server.trouble["i1"] = error
    shelf.copies.fetch(rows(3))
    shelf.now.goes_on()
    assert shelf.kept() == {"i0", "i2"}
    assert shelf.heard[-1] == Copying(2, 3, failed=1, size_bytes=2_000, trouble=error)


def test_stopping_keeps_what_has_come_and_wants_no_more(shelf: Shelf) -> None:
    shelf.copies.fetch(rows(6))
    shelf.now.goes_on(3)
    came = shelf.copies.here
    shelf.copies.stop()
    shelf.now.goes_on()
    shelf.starts_again()
    shelf.copies.resume(rows(6))
    shelf.now.goes_on()
    assert shelf.copies.here == came
    assert shelf.copies.progress is None


def test_removing_gives_the_room_back_at_once(shelf: Shelf) -> None:
    shelf.copies.fetch(rows(4))
    shelf.now.goes_on()
    errors: list[Exception] = []
    shelf.copies.remove(rows(2), errors.append)
    shelf.now.goes_on()
    assert shelf.kept() == {"i2", "i3"} == shelf.copies.here
    assert not errors


def test_an_image_that_changed_on_the_server_is_fetched_anew(shelf: Shelf) -> None:
    shelf.copies.fetch(rows(1))
    shelf.now.goes_on()
    changed = [ImageRow("i0", PETS.id, "0.png", created_at="v2", size_bytes=1000)]
    shelf.copies.resume(changed)
    shelf.now.goes_on()
    assert shelf.files.is_kept(ORIGIN, "i0", "v2")
