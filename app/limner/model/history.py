"""Undo and redo for one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from limner.model.annotations import Annotation, AnnotationId
from limner.model.document import Document
from limner.model.merge import carried
from limner.model.patch import Patch
from limner.model.rules import RuleBroken
from limner.model.selection import Selection

Ids = tuple[AnnotationId, ...]


class Way(StrEnum):
    """How a patch came to be applied, for those who watch the document."""

    DO = "do"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Step:
    """One gesture: what it changed, and what was selected before and after."""

    patch: Patch
    selected_before: Ids
    selected_after: Ids


class History:
    """Every step that was ever kept; there is no limit here, a step costs about 650 bytes.

    Changes that come from the server go to the document directly and never enter here (rule 7 of
    `document.py`); `rebase` carries them into the steps, so that these can still be undone.
    """

    def __init__(
        self,
        document: Document,
        selection: Selection,
        done: Iterable[Patch] = (),
        undone: Iterable[Patch] = (),
    ) -> None:
        """Go on from the steps of an earlier run, the latest last in both lists."""
        self._document = document
        self._selection = selection
        self._done = [_remembered(patch) for patch in done]
        self._undone = [_remembered(patch) for patch in undone]
        self._watchers: list[Callable[[], None]] = []
        self.sealed = ""
        """Why nothing may be done here; empty where everything may."""
        self.way = Way.DO
        """How the patch that is being applied came about, or the latest one."""

    @property
    def undo_title(self) -> str | None:
        """The step that undo would take back, in words; None when there is none."""
        return self._done[-1].patch.title if self._done and not self.sealed else None

    @property
    def redo_title(self) -> str | None:
        """The step that redo would make again, in words; None when there is none."""
        return self._undone[-1].patch.title if self._undone and not self.sealed else None

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
        if self.sealed:
            raise RuleBroken(next(iter(patch.changes), AnnotationId("")), "id", self.sealed)
        before = self._selection.ids
        self.way = Way.DO
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
        if not self._done or self.sealed:
            return None
        step = self._done[-1]
        self.way = Way.UNDO
        self._document.apply(step.patch.inverse())
        self._undone.append(self._done.pop())
        self._choose(step.selected_before)
        self._tell()
        return step.patch

    def redo(self) -> Patch | None:
        """Make the latest undone step again and return it; None when there is none."""
        if not self._undone or self.sealed:
            return None
        step = self._undone[-1]
        self.way = Way.REDO
        self._document.apply(step.patch)
        self._done.append(self._undone.pop())
        self._choose(step.selected_after)
        self._tell()
        return step.patch

    def rebase(self, news: Patch) -> None:
        """Carry what others did, which is in the document already, into every step.

        A step on an annotation that they changed leaves alone what they changed; one that they
        removed or brought back takes part in no step any more.
        """
        self._done = _rebased(self._done, news)
        self._undone = _rebased(self._undone, news)
        self._selection.choose(self._document.held(self._selection.ids))
        self._tell()

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


def _remembered(patch: Patch) -> Step:
    """A step of an earlier run: nothing was selected before, what it made is afterwards."""
    made = tuple(id_ for id_, (_, after) in patch.changes.items() if after is not None)
    return Step(patch, (), made)


def rebased(patches: Iterable[Patch], news: Patch) -> list[Patch]:
    """Steps after `news` came between them and the document, as `History.rebase` has them.

    A step in which nothing is left may be empty; it is still in its place.
    """
    touched = news.changes.keys() | news.conflicts.keys()
    return [
        patch
        if touched.isdisjoint(patch.changes) and touched.isdisjoint(patch.conflicts)
        else _carried(patch, news)
        for patch in patches
    ]


def _rebased(steps: list[Step], news: Patch) -> list[Step]:
    patches = rebased([step.patch for step in steps], news)
    pairs = zip(steps, patches, strict=True)
    return [replace(step, patch=patch) for step, patch in pairs if patch]


def _carried(patch: Patch, news: Patch) -> Patch:
    changes = {}
    for id_, row in patch.changes.items():
        if id_ in news.changes:
            was, became = news.changes[id_]
            if was is None or became is None:
                continue
            row = (_version(was, became, row[0]), _version(was, became, row[1]))  # noqa: PLW2901
            if row[0] == row[1]:
                continue
        changes[id_] = row
    kept = {id_: row for id_, row in patch.conflicts.items() if id_ not in news.conflicts}
    return Patch(patch.verb, changes, kept)


def _version(was: Annotation, became: Annotation, version: Annotation | None) -> Annotation | None:
    return None if version is None else carried(was, became, version)
