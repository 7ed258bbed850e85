"""Keeps what is done to one image on this computer's disk, gesture by gesture."""

from __future__ import annotations

from collections.abc import Callable

from limner.model.document import Document
from limner.model.patch import Patch
from limner.storage.image_draft import ImageDraft
from limner.sync.known import Known
from limner.sync.state import CannotKeep
from limner.tasks import MainThread


class Keeping:
    """The draft of one image, and how far it is behind. Main thread only."""

    def __init__(
        self, draft: ImageDraft, main: MainThread, heard: Callable[[CannotKeep | None], None]
    ) -> None:
        """`heard` is called for each gesture that is on the disk, with the reason if it is not."""
        self.draft = draft
        self.revision = -1
        """The newest document revision that would survive a power cut."""
        self._main = main
        self._heard = heard

    def keep(self, patch: Patch, document: Document, known: Known, *, was_sent: bool) -> None:
        """Write what was just done to the document; the server had all before when `was_sent`."""
        revision, post = document.revision, self._main.post
        self.draft.append(
            patch,
            known.base,
            known.annotations if was_sent else None,
            document.snapshot,
            durable=lambda: post(lambda: self._is_kept(revision)),
            failed=lambda error: post(lambda: self._is_not_kept(error)),
        )

    def _is_kept(self, revision: int) -> None:
        self.revision = max(self.revision, revision)
        self._heard(None)

    def _is_not_kept(self, error: Exception) -> None:
        trouble = CannotKeep(str(error))
        trouble.__cause__ = error
        self._heard(trouble)
