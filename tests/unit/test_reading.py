"""What is kept of an image is put aside where it is damaged, and not where the disk refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from limner.api.listing import ImageRow
from limner.api.wire_texts import WireTexts
from limner.model.patch import Patch, Verb
from limner.storage.errors import StoreFailed
from limner.storage.workspace_file import WorkspaceFile
from limner.sync.reading import Opened, read_kept
from unit.journal_desk import HERE, Desk, cars, limit

ROW = ImageRow("i1", "d1", "i1.jpg")


def test_work_that_a_full_disk_has_not_taken_is_not_put_aside_when_its_image_is_opened_again(
    tmp_path: Path,
) -> None:
    file = WorkspaceFile(tmp_path / "workspace.db")
    desk = Desk(file, start=cars(1))
    desk.moves(7)
    limit(file, 30)
    pasted = desk.starts(Patch.adding(Verb.PASTE, cars(5000)[1:]))
    assert isinstance(pasted.wait(), StoreFailed)
    with pytest.raises(StoreFailed):
        read_kept(file.image(HERE, "i1", WireTexts()), ROW, 3.0)
    limit(file, 1_000_000)
    pasted.wait_until_safe()
    again = read_kept(file.image(HERE, "i1", WireTexts()), ROW, 3.0)
    assert isinstance(again, Opened)
    assert again.document.snapshot() == desk.document.snapshot()
    assert file.close(10)
