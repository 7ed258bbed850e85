"""What the server was last seen to hold of an image."""

from __future__ import annotations

from dataclasses import dataclass

from limner.api.pictograph import Loaded
from limner.model.annotations import Annotation
from limner.model.fingerprint import fingerprint
from limner.storage.draft_rows import Base


@dataclass(frozen=True, slots=True)
class Known:
    """A list of the server with its version; all None before it was ever read.

    A fingerprint takes a quarter of a second for 100,000 shapes, so there is one only where the
    server has no ETags to tell versions apart.
    """

    annotations: tuple[Annotation, ...] | None = None
    etag: str | None = None
    print: str | None = None

    @classmethod
    def of(cls, annotations: tuple[Annotation, ...], etag: str | None) -> Known:
        """For workers: it may take a while."""
        return cls(annotations, etag, None if etag is not None else fingerprint(annotations))

    @property
    def base(self) -> Base:
        """The version, for the draft that stands on it."""
        return Base(self.etag, self.print)

    def is_in(self, loaded: Loaded) -> bool:
        """Whether the server still holds this. For workers."""
        if self.etag is not None and self.etag == loaded.etag:
            return True
        mine = self.print
        if mine is None and self.annotations is not None:
            mine = fingerprint(self.annotations)
        return mine is not None and mine == fingerprint(loaded.annotations)
