"""Undo and redo for one document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from limner.model.annotations import AnnotationId
from limner.model.document import Document
from limner.model.patch import Patch
from limner.model.selection import Selection

Ids = tuple[AnnotationId, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One gesture: what it changed, and what was selected before and after."""

    patch: Patch
    selected_before: Ids
    selected_after: Ids


class History:
    """Every step since the image was opened; there is no limit, a step costs about 650 bytes.

    Changes that come from the server go to the document directly and never enter here (rule 7 of
    `document.py`); `forget` drops the steps they have made meaningless.
    """

    def __init__(self, document: Document, selection: Selection) -> None:
        self._document = document
        self._selection = selection
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._watchers: list[Callable[[], None]] = []

    @property
    def undo_title(self) -> str | None:
        """The step that undo would take back, in words; None when there is none."""
        return self._done[-1].patch.title if self._done else None

    @property
    def redo_title(self) -> str | None:
        """The step that redo would make again, in words; None when there is none."""
        return self._undone[-1].patch.title if self._undone else None

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` whenever what can be undone or redone changes."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def do(self, patch: Patch, *, select: Ids | None = None) -> None:
        """Apply `patch` as one step; an empty patch is no step.

        `select` is what is selected afterwards; without it the selection stays, less what the
        patch removed.

        Raises:
            PatchDoesNotFit, RuleBroken: nothing has happened.
        """
        if not patch:
            return
        before = self._selection.ids
        self._document.apply(patch)
        self._undone.clear()
        if select is None:
            self._selection.drop(patch.removed())
        else:
            self._choose(select)
        self._done.append(Step(patch, before, self._selection.ids))
        self._tell()

    def undo(self) -> Patch | None:
        """Take back the latest step and return it; None when there is none."""
        if not self._done:
            return None
        step = self._done[-1]
        self._document.apply(step.patch.inverse())
        self._undone.append(self._done.pop())
        self._choose(step.selected_before)
        self._tell()
        return step.patch

    def redo(self) -> Patch | None:
        """Make the latest undone step again and return it; None when there is none."""
        if not self._undone:
            return None
        step = self._undone[-1]
        self._document.apply(step.patch)
        self._done.append(self._undone.pop())
        self._choose(step.selected_after)
        self._tell()
        return step.patch

    def forget(self) -> None:
        """Drop every step: the document was replaced from outside.

        What it no longer holds is selected no longer.
        """
        self._selection.choose(self._document.held(self._selection.ids))
        self._done.clear()
        self._undone.clear()
        self._tell()

    def _choose(self, ids: Ids) -> None:
        if ids is not self._selection.ids:  # looking up a large selection takes long
            self._selection.choose(self._document.held(ids))

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()
