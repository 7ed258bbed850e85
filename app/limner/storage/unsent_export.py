"""“Export my unsent work”: everything that no server has, as plain JSON beside the database.

    {"exported_at": …, "images": [{"origin", "image_id", "name", "gestures", "since",
      "annotations": […], "conflicts": […], "unreadable": null}], "verdicts": […]}

Annotations are as the wire has them. Of an image that cannot be read in full `unreadable` says why,
and its rows are in the database still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Raw

from limner.model.annotations import Annotation
from limner.model.conflict import Conflict
from limner.storage.entry import Kept
from limner.storage.files import replace_file
from limner.storage.journal_text import Wording
from limner.storage.workspace_file import WorkspaceFile

_UNREADABLE: Final = "What was kept of this image is damaged."


class _Clash(msgspec.Struct):
    id: str
    fields: tuple[str, ...]
    mine: Raw
    theirs: Raw


class _Image(msgspec.Struct):
    origin: str
    image_id: str
    name: str
    gestures: int
    since: float | None
    annotations: list[Raw] = []
    conflicts: list[_Clash] = []
    unreadable: str | None = None


def export_unsent(file: WorkspaceFile, target: Path, wording: Callable[[], Wording]) -> int:
    """Write what no server has to `target`; how many images and verdicts it is. For workers.

    Raises:
        StoreFailed: the workspace file cannot be read.
        OSError: `target` cannot be written; what was there is still there.
    """
    images = list(_images(file, wording))
    verdicts = [each.verdict for each in file.verdicts_waiting()]
    content = {
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "images": images,
        "verdicts": verdicts,
    }
    replace_file(target, msgspec.json.format(msgspec.json.encode(content)) + b"\n")
    return len(images) + len(verdicts)


def _images(file: WorkspaceFile, wording: Callable[[], Wording]) -> Iterator[_Image]:
    for waiting in file.waiting():
        words = wording()
        image = _Image(
            waiting.origin, waiting.image_id, waiting.name, waiting.unsent, waiting.since
        )
        try:
            kept = file.image(waiting.origin, waiting.image_id, words).read()
        except Exception as error:  # noqa: BLE001 - one damaged image must not keep the others back
            image.unreadable = f"{_UNREADABLE} ({error})"
        else:
            _fill(image, kept, words)
        yield image
    for aside in file.put_aside():
        yield _Image(
            aside.origin,
            aside.image_id,
            aside.name,
            aside.unsent,
            aside.since,
            unreadable=_UNREADABLE,
        )


def _fill(image: _Image, kept: Kept | None, words: Wording) -> None:
    if kept is None:
        return
    image.annotations = [_text(each, words) for each in kept.document]
    opened = (after for _, after in kept.ahead.conflicts.values())
    image.conflicts = [_clash(conflict, words) for conflict in opened if conflict is not None]


def _clash(conflict: Conflict, words: Wording) -> _Clash:
    mine, theirs = _text(conflict.mine, words), _text(conflict.theirs, words)
    return _Clash(conflict.id, conflict.fields, mine, theirs)


def _text(annotation: Annotation | None, words: Wording) -> Raw:
    if annotation is None:
        return Raw(b"null")
    text = words.text(annotation)
    return text if isinstance(text, Raw) else Raw(text)
