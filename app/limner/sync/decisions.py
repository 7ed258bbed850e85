"""What a person decides about other people's work, each as one step that can be undone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import Enum

from limner.model.annotations import Annotation, AnnotationId, Opaque, new_id
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.merge import News, picked
from limner.model.patch import Change, Decision, Patch, Verb


class Choice(Enum):
    """How a conflict ends; the value is the word on the button."""

    MINE = "Keep mine"
    THEIRS = "Take theirs"
    BOTH = "Keep both"


def decided(document: Document, conflict: Conflict, choice: Choice) -> Patch:
    """What makes `choice` of an open conflict."""
    changes: dict[AnnotationId, Change] = {}
    if choice is Choice.THEIRS:
        changes = _becomes(document, conflict.id, conflict.theirs)
    elif choice is Choice.BOTH:
        changes = _both(document, conflict)
    return Patch(Verb.DECIDE, changes, {conflict.id: (conflict, None)})


def all_decided(document: Document, choice: Choice) -> Patch:
    """What makes `choice` of every open conflict, in one step."""
    changes: dict[AnnotationId, Change] = {}
    rows: dict[AnnotationId, Decision] = {}
    for conflict in document.conflicts.values():
        patch = decided(document, conflict, choice)
        changes.update(patch.changes)
        rows.update(patch.conflicts)
    return Patch(Verb.DECIDE, changes, rows)


def decided_by_field(document: Document, conflict: Conflict, theirs: Collection[str]) -> Patch:
    """What takes the fields of `theirs` from them and leaves the others as they are here.

    Where one of the two removed the annotation there are no fields: it is theirs or mine whole.
    """
    held = document.get(conflict.id)
    if held is None or conflict.theirs is None:
        return decided(document, conflict, Choice.THEIRS if theirs else Choice.MINE)
    wanted = picked(held, conflict.theirs, theirs)
    changes = _becomes(document, conflict.id, wanted)
    return Patch(Verb.DECIDE, changes, {conflict.id: (conflict, None)})


def put_back(document: Document, news: News) -> Patch:
    """What makes an annotation again as it was before somebody else changed or removed it.

    Empty for one that they added: there was nothing before.
    """
    if news.before is None:
        return Patch(Verb.RESTORE, {})
    return Patch(Verb.RESTORE, _becomes(document, news.before.id, news.before))


def made_as(document: Document, annotations: tuple[Annotation, ...]) -> Patch:
    """What makes the whole image as an earlier list of it was."""
    wanted = {a.id: a for a in annotations}
    ids = [a.id for a in document if a.id not in wanted] + list(wanted)
    rows = {id_: (document.get(id_), wanted.get(id_)) for id_ in ids}
    return Patch(Verb.RESTORE, {id_: (a, b) for id_, (a, b) in rows.items() if a != b})


def _becomes(
    document: Document, id_: AnnotationId, wanted: Annotation | None
) -> dict[AnnotationId, Change]:
    held = document.get(id_)
    if held is not None and wanted is not None:
        wanted = replace(wanted, rank=held.rank)
    return {} if held == wanted else {id_: (held, wanted)}


def _both(document: Document, conflict: Conflict) -> dict[AnnotationId, Change]:
    """Mine stays as it is, and theirs comes beside it under an id of its own."""
    if conflict.theirs is None or document.get(conflict.id) is None:
        return _becomes(document, conflict.id, conflict.mine or conflict.theirs)
    if isinstance(conflict.theirs, Opaque):
        return {}  # its id is part of words that nobody here can write anew
    other = replace(conflict.theirs, id=new_id(), rank=document.top_rank())
    return {other.id: (None, other)}
