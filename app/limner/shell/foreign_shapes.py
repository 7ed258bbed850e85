"""What others made of shapes, or took away, as ghosts on the canvas."""

from __future__ import annotations

from collections.abc import Iterator

from limner.canvas.ghosts import Ghost, Mark
from limner.canvas.view import Canvas
from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.sync.session import Session


class ForeignShapes:
    """Shows theirs of every open conflict, and all that waits to be removed, of one session."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._session: Session | None = None
        self._looked_at: AnnotationId | None = None
        self._pointed_at: AnnotationId | None = None

    def follow(self, session: Session | None) -> None:
        """Show those of another session."""
        self._session = session
        self._looked_at = self._pointed_at = None
        self.draw()

    def look_at(self, id_: AnnotationId | None) -> None:
        """Let this one stand out from now on."""
        self._looked_at = id_
        self._emphasise()

    def point_at(self, id_: AnnotationId | None) -> None:
        """Let this one stand out instead, as long as the pointer is on its row."""
        self._pointed_at = id_
        self._emphasise()

    def draw(self) -> None:
        """Show what there is now."""
        ghosts = tuple(self._ghosts())
        if ghosts or self._canvas.ghosts:
            self._canvas.show_ghosts(ghosts, self._pointed_at or self._looked_at)

    def _emphasise(self) -> None:
        if self._canvas.ghosts:
            self._canvas.show_ghosts(self._canvas.ghosts, self._pointed_at or self._looked_at)

    def _ghosts(self) -> Iterator[Ghost]:
        session = self._session
        if session is None or session.document is None:
            return
        for conflict in session.conflicts.values():
            yield from _of_conflict(conflict, session.document)
        if session.guard is not None:
            rows = session.guard.news.changes.items()
            removed = (before for id_, (before, after) in rows if after is None)
            yield from (ghost for each in removed for ghost in _ghost(each, Mark.REMOVED))


def _of_conflict(conflict: Conflict, document: Document) -> Iterator[Ghost]:
    if conflict.theirs is None:
        return _ghost(document.get(conflict.id), Mark.REMOVED)
    return _ghost(conflict.theirs, Mark.THEIRS)


def _ghost(annotation: Annotation | None, mark: Mark) -> Iterator[Ghost]:
    """One, or none of what cannot be drawn."""
    if annotation is not None and not isinstance(annotation, Opaque):
        yield Ghost(annotation.id, annotation, mark)
