"""Small pictures: what a server offers, else the image; quitting never waits for them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from limner.api.errors import Cancelled, Unreachable
from limner.api.pictograph import ImageRow
from limner.api.transport import Progress
from limner.imaging.decoder import Decoder
from limner.imaging.small import SmallPicture
from limner.shell.main_thread import QtMainThread
from limner.storage.image_files import ImageFiles
from limner.storage.thumbnails import Thumbnails
from limner.sync.lanes import Lanes
from limner.sync.opening import Wanted
from limner.sync.small_pictures import SmallPictures

ROW = ImageRow("i1", "d1", "street.png", thumbnail_url="https://pictures.test/expired")


@dataclass
class Far:
    """A server whose offered picture is gone, or whose image takes for ever."""

    image: Path
    files: ImageFiles
    origin: str = "https://far.test"
    is_endless: bool = False
    has_begun: threading.Event = field(default_factory=threading.Event)

    def path(self, row: ImageRow, progress: Progress, cancelled: Callable[[], bool]) -> Path:
        self.has_begun.set()
        while self.is_endless:
            if cancelled():
                raise Cancelled
        return self.image

    def thumbnail(self, row: ImageRow, into: BinaryIO, cancelled: Callable[[], bool]) -> None:
        raise Unreachable("the address has expired")

    def forget(self, row: ImageRow) -> None: ...


@pytest.fixture
def far(tmp_path: Path) -> Far:
    image = tmp_path / "street.png"
    Image.new("RGB", (400, 300), "red").save(image)
    return Far(image, ImageFiles(tmp_path / "files"))


@pytest.fixture
def lanes(qapp: QApplication) -> Iterator[Lanes]:
    main = QtMainThread()
    lanes = Lanes(main)
    yield lanes
    main.close()
    assert lanes.close(10.0)


@pytest.fixture
def small(tmp_path: Path, lanes: Lanes) -> Iterator[SmallPictures]:
    decoder = Decoder([sys.executable, "-m", "limner.imaging.cell"])
    yield SmallPictures(decoder, lanes, Thumbnails(tmp_path / "thumbnails"))
    decoder.close()


def test_an_offer_that_has_expired_is_no_fault_of_the_image(
    far: Far, small: SmallPictures, qtbot: QtBot
) -> None:
    made: list[SmallPicture] = []
    failed: list[Exception] = []
    small.want(Wanted(far, ROW), made.append, failed.append)
    qtbot.waitUntil(lambda: bool(made or failed), timeout=20_000)
    assert failed == []
    assert made[0].size == (400, 300)


def test_closing_gives_up_what_is_being_fetched(far: Far, small: SmallPictures) -> None:
    far.is_endless = True
    small.want(Wanted(far, ROW), lambda _made: None, lambda _error: None)
    assert far.has_begun.wait(20)
    small.close()  # the lanes then end within their time: see the fixture
