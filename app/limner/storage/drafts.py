"""The workspace file, for those who do not use the journal yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from limner.storage.image_draft import ImageDraft
from limner.storage.journal_text import Wording
from limner.storage.workspace_file import UnsentVerdict, WaitingVerdict, WorkspaceFile
from limner.storage.writer import Durable, Failed

__all__ = ["Drafts", "UnsentVerdict", "WaitingDraft", "WaitingVerdict"]


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    """That an image has unsent annotations, without them; `saved_at` is Unix time."""

    origin: str
    image_id: str
    saved_at: float


class Drafts:
    """Everything unsent, in one file."""

    def __init__(self, path: Path) -> None:
        self.file = WorkspaceFile(path)
        self.set_aside = self.file.set_aside

    def image(self, origin: str, image_id: str, wording: Wording) -> ImageDraft:
        """The draft of an image."""
        return ImageDraft(self.file.image(origin, image_id, wording))

    def waiting(self) -> list[WaitingDraft]:
        """Every image with unsent work on the disk."""
        return [WaitingDraft(w.origin, w.image_id, w.since or 0.0) for w in self.file.waiting()]

    def put_verdict(self, verdict: UnsentVerdict, durable: Durable, failed: Failed) -> int:
        """Keep an answer until it is sent."""
        return self.file.put_verdict(verdict, durable, failed)

    def verdicts_waiting(self) -> list[WaitingVerdict]:
        """Every unsent answer."""
        return self.file.verdicts_waiting()

    def drop_verdict(self, verdict: UnsentVerdict, revision: int) -> None:
        """Forget an answer that reached the server."""
        self.file.drop_verdict(verdict, revision)

    def close(self, timeout_s: float) -> bool:
        """Write what is waiting and close the file."""
        return self.file.close(timeout_s)
