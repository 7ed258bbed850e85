"""Images of a server elsewhere come over the line once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from limner.api.errors import Cancelled, Unreachable
from limner.api.pictograph import Dataset, Dialect, ImageRow, Pictograph
from limner.api.transport import connect
from limner.server import embedded
from limner.server.embedded import BASE_URL, EmbeddedServer
from limner.storage.image_files import ImageFiles
from limner.sync.image_source import ImageSource

IMAGE = bytes(range(256)) * 4000


class Line(httpx.BaseTransport):
    """The way to a server elsewhere, which can be cut."""

    def __init__(self, real: httpx.BaseTransport) -> None:
        self._real = real
        self.is_down = False
        self.asked: list[str] = []

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("no way", request=request)
        self.asked.append(request.url.path)
        return self._real.handle_request(request)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    running = embedded.start(tmp_path / "library")
    yield running
    running.close()


@pytest.fixture
def line(server: EmbeddedServer) -> Line:
    return Line(server.transport)


@pytest.fixture
def elsewhere(server: EmbeddedServer, line: Line) -> Pictograph:
    return Pictograph(connect(BASE_URL, server.key, transport=line), Dialect.DATASET_PATH)


@pytest.fixture
def row(elsewhere: Pictograph) -> ImageRow:
    dataset: Dataset = elsewhere.create_dataset("far away")
    return elsewhere.upload(dataset, "/", "a.png", IMAGE, 640, 480)


@pytest.fixture
def source(elsewhere: Pictograph, tmp_path: Path) -> ImageSource:
    return ImageSource(elsewhere, "https://far.test", ImageFiles(tmp_path / "images"))


def ignore(_done: int, _total: int | None) -> None:
    pass


def never() -> bool:
    return False


def test_an_image_opens_a_second_time_without_the_server(
    source: ImageSource, row: ImageRow, line: Line
) -> None:
    told: list[tuple[int, int | None]] = []
    path = source.path(row, lambda *at: told.append(at), never)
    assert path.read_bytes() == IMAGE
    assert told[-1] == (len(IMAGE), len(IMAGE))
    line.is_down = True
    assert source.path(row, ignore, never) == path


def test_an_image_that_was_let_go_is_fetched_anew(
    source: ImageSource, row: ImageRow, line: Line
) -> None:
    source.path(row, ignore, never)
    source.forget(row)
    line.is_down = True
    with pytest.raises(Unreachable):
        source.path(row, ignore, never)


def test_a_transfer_given_up_leaves_nothing_and_can_be_begun_again(
    source: ImageSource, row: ImageRow, tmp_path: Path
) -> None:
    with pytest.raises(Cancelled):
        source.path(row, ignore, lambda: True)
    assert [each for each in (tmp_path / "images").rglob("*") if each.is_file()] == []
    assert source.path(row, ignore, never).read_bytes() == IMAGE


def test_the_server_inside_is_asked_where_its_file_lies_and_nothing_is_copied(
    server: EmbeddedServer, tmp_path: Path, row: ImageRow
) -> None:
    line = Line(server.transport)
    wire = connect(BASE_URL, server.key, transport=line, is_inside=True)
    inside = Pictograph(wire, Dialect.DATASET_PATH)
    source = ImageSource(inside, "http://limner.local", ImageFiles(tmp_path / "unused"))
    path = source.path(row, ignore, never)
    assert path.read_bytes() == IMAGE
    assert not (tmp_path / "unused").exists()
    assert [asked.rsplit("/", 1)[-1] for asked in line.asked] == ["file"]
