"""What two people did to the same field of one annotation, until a person has decided."""

from __future__ import annotations

from dataclasses import dataclass

from limner.model.annotations import Annotation, AnnotationId


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both changed the same: `mine` is on the image (None: removed), `theirs` waits.

    `fields` names what both changed: "name", "geometry", "attributes.colour"; empty when one of
    the two removed it. `base` is what both began from.
    """

    id: AnnotationId
    base: Annotation | None
    mine: Annotation | None
    theirs: Annotation | None
    fields: tuple[str, ...] = ()
