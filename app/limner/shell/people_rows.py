"""The rows of the card about other people's work, made from the session on the canvas."""

from __future__ import annotations

from collections.abc import Iterable

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.merge import News
from limner.model.ontology import UNKNOWN_COLOUR
from limner.panels.conflict_list import Row
from limner.panels.others_list import Told
from limner.shell.editor import Editor
from limner.shell.people_words import source_of
from limner.shell.window import Window
from limner.storage.entry import Copy
from limner.sync.session import Session
from limner.sync.told import is_back


class PeopleRows:
    """Asks the session what there is, and the panels what things are called."""

    def __init__(self, window: Window, editor: Editor) -> None:
        self._window = window
        self._editor = editor

    @property
    def _session(self) -> Session | None:
        return self._editor.session

    def conflicts(self) -> list[Row]:
        """One row for each open conflict, in z-order as the objects are."""
        session = self._session
        if session is None or session.document is None:
            return []
        open_now = sorted(session.conflicts.values(), key=_rank)
        return [self._conflict(each, session.document) for each in open_now]

    def told(self, news: Iterable[News]) -> list[Told]:
        """One row for each of these."""
        return [self._told(each) for each in news]

    def authors(self, ids: Iterable[AnnotationId | None]) -> set[str]:
        """Who brought others' latest word on these, as far as it is known."""
        found = map(self._copy_of, ids)
        copies = {id(copy): copy for copy in found if copy is not None}  # a few, named often
        return {copy.author for copy in copies.values() if copy.author}

    def _conflict(self, conflict: Conflict, document: Document) -> Row:
        held = document.get(conflict.id)
        name, colour = self._look_of(held or conflict.theirs or conflict.base)
        return Row(conflict, name, colour, held, source_of(self._copy_of(conflict.id)))

    def _told(self, news: News) -> Told:
        name, colour = self._look_of(news.after or news.before)
        document = self._session.document if self._session is not None else None
        back = document is not None and is_back(document, news)
        return Told(news, name, colour, source_of(self._copy_of(news.id)), back)

    def _look_of(self, shown: Annotation | None) -> tuple[str, str]:
        """The name and the colour of an annotation, which need not be on the image any more."""
        if shown is None:
            return "", UNKNOWN_COLOUR
        name = self._window.objects.name_of(shown.id) or shown.name
        bench = self._editor.bench
        if bench is None or isinstance(shown, Opaque):
            return name, UNKNOWN_COLOUR
        return name, bench.ontology.colour_of(shown)

    def _copy_of(self, id_: AnnotationId | None) -> Copy | None:
        return None if self._session is None or id_ is None else self._session.source_of(id_)


def _rank(conflict: Conflict) -> tuple[float, AnnotationId]:
    shown = conflict.mine or conflict.theirs or conflict.base
    return (0.0 if shown is None else shown.rank), conflict.id
