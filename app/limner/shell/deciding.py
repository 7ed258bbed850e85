"""What a person does about other people's work: each as one step that can be undone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.document import PatchDoesNotFit
from limner.model.geometry import Bounds, bounds
from limner.model.merge import News
from limner.model.patch import Patch
from limner.model.rules import RuleBroken
from limner.shell.editor import Editor
from limner.shell.foreign_shapes import ForeignShapes
from limner.shell.notice import Tone
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.sync import decisions
from limner.sync.decisions import Choice
from limner.sync.session import Session


class Deciding:
    """Carries out what the card asks for, on the session that is on the canvas."""

    def __init__(self, window: Window, editor: Editor, shapes: ForeignShapes) -> None:
        self._window = window
        self._editor = editor
        self._shapes = shapes
        conflicts, others = window.people.conflicts, window.people.others
        conflicts.chosen.connect(self._look_at_conflict)
        conflicts.hovered.connect(lambda id_: shapes.point_at(id_ or None))
        conflicts.decided.connect(self._decide)
        conflicts.decided_by_field.connect(self._decide_by_field)
        conflicts.all_decided.connect(self._decide_all)
        others.chosen.connect(self._look_at_news)
        others.put_back.connect(self._put_back)
        others.seen.connect(self._forget)

    @property
    def _session(self) -> Session | None:
        return self._editor.session

    # --- looking

    def _look_at_conflict(self, id_: AnnotationId) -> None:
        session = self._session
        if session is None or session.document is None or id_ not in session.conflicts:
            return
        self._select([id_])
        self._shapes.look_at(id_)
        self._bring_into_view([session.document.get(id_), session.conflicts[id_].theirs])

    def _look_at_news(self, news: News) -> None:
        session = self._session
        if session is None or session.document is None or news.id is None:
            return
        self._select([news.id])
        self._bring_into_view([session.document.get(news.id) or news.before])

    def _select(self, ids: list[AnnotationId]) -> None:
        session = self._session
        if session is not None and session.document is not None:
            session.selection.choose(session.document.held(ids))

    def _bring_into_view(self, annotations: Iterable[Annotation | None]) -> None:
        drawn = (a for a in annotations if a is not None and not isinstance(a, Opaque))
        places = [bounds(annotation) for annotation in drawn]
        if places:
            self._window.canvas.bring_into_view(reduce(Bounds.united, places))

    # --- deciding

    def _decide(self, id_: AnnotationId, choice: Choice) -> None:
        session = self._session
        if session is not None and session.document is not None and id_ in session.conflicts:
            self._do(decisions.decided(session.document, session.conflicts[id_], choice), (id_,))

    def _decide_by_field(self, id_: AnnotationId, theirs: tuple[str, ...]) -> None:
        session = self._session
        if session is not None and session.document is not None and id_ in session.conflicts:
            conflict = session.conflicts[id_]
            self._do(decisions.decided_by_field(session.document, conflict, theirs), (id_,))

    def _decide_all(self, choice: Choice) -> None:
        session = self._session
        if session is not None and session.document is not None:
            self._do(decisions.all_decided(session.document, choice))

    def _put_back(self, news: News) -> None:
        session = self._session
        if session is not None and session.document is not None and news.id is not None:
            self._do(decisions.put_back(session.document, news), (news.id,))

    def _forget(self) -> None:
        if self._session is not None:
            self._session.forget_told()

    def _do(self, patch: Patch, select: tuple[AnnotationId, ...] | None = None) -> None:
        session = self._session
        if session is None or session.history is None:
            return
        try:
            session.history.do(patch, select=select)
        except (PatchDoesNotFit, RuleBroken) as error:  # changed again in this very moment
            self._window.notice.say("rule", words(error), Tone.WARNING)
