"""Images that came over the line, kept as files on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest

from limner.storage.image_files import ImageFiles


def put(files: ImageFiles, image_id: str, size: int = 1000) -> Path:
    def receive(file: BinaryIO) -> None:
        file.write(bytes(size))

    return files.put("https://a.test", image_id, "2026-01-01", receive)


def everything_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_image_is_found_by_its_server_its_id_and_its_version(tmp_path: Path) -> None:
    path = put(ImageFiles(tmp_path), "../../one")
    again = ImageFiles(tmp_path)
    assert again.find("https://a.test", "../../one", "2026-01-01") == path
    assert path.read_bytes() == bytes(1000)
    assert tmp_path in path.parents
    assert again.find("https://b.test", "../../one", "2026-01-01") is None
    assert again.find("https://a.test", "../../one", "2026-01-02") is None


def test_a_transfer_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def receive(file: BinaryIO) -> None:
        file.write(b"half of it")
        raise Stopped

    files = ImageFiles(tmp_path)
    with pytest.raises(Stopped):
        files.put("https://a.test", "one", "v", receive)
    assert everything_in(tmp_path) == []
    assert files.find("https://a.test", "one", "v") is None


def test_what_was_used_least_recently_makes_room(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path, limit_bytes=5_000)
    for number in range(20):
        put(files, f"i{number}")
        assert files.find("https://a.test", "i0", "2026-01-01") is not None
    assert sum(path.stat().st_size for path in everything_in(tmp_path)) <= 5_000


def test_the_image_in_use_stays_though_others_fill_the_folder(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path, limit_bytes=5_000)
    shown = put(files, "shown")
    files.hold(shown)
    for number in range(20):
        put(files, f"i{number}")
    assert shown.exists()
    files.hold()
    for number in range(20, 30):
        put(files, f"i{number}")
    assert not shown.exists()


def test_one_image_larger_than_the_limit_is_kept_while_it_is_the_newest(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path, limit_bytes=5_000)
    large = put(files, "large", 9_000)
    assert large.exists()
    put(files, "next")
    assert not large.exists()
