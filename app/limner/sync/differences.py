"""What tells two lists of one image apart, and which annotations a server's refusal is about."""

from __future__ import annotations

from collections.abc import Mapping

from limner.api.errors import Invalid
from limner.model.annotations import Annotation, AnnotationId
from limner.model.patch import Patch, Verb


def difference(held: tuple[Annotation, ...], theirs: tuple[Annotation, ...]) -> Patch:
    """What makes a document of `held` hold exactly `theirs`."""
    mine = {a.id: a for a in held}
    wanted = {a.id: a for a in theirs}
    ids = [a.id for a in held if a.id not in wanted] + list(wanted)
    rows = {id_: (mine.get(id_), wanted.get(id_)) for id_ in ids}
    return Patch(Verb.RELOAD, {id_: (a, b) for id_, (a, b) in rows.items() if a != b})


def by_annotation(error: Invalid, sent: tuple[Annotation, ...]) -> Mapping[AnnotationId, str]:
    """The server's words, by the annotation they are about."""
    refusals: dict[AnnotationId, str] = {}
    for problem in error.problems:
        index = problem.annotation_index
        if index is not None and index < len(sent):
            refusals.setdefault(sent[index].id, problem.message)
    return refusals
