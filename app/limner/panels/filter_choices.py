"""What there is to filter by on an image, with how many objects each choice would find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from limner.model.ontology import LabelClass
from limner.panels.object_filter import TYPES, ObjectFilter, State, Subject
from limner.panels.object_list import ObjectList


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """A class by its label, and the label as it is shown."""

    name: str
    shown: str
    count: int


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """Classes in alphabetical order; types and states with their counts; attribute keys."""

    classes: tuple[ClassChoice, ...] = ()
    types: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    keys: tuple[str, ...] = ()


def choices(
    objects: ObjectList, wanted: ObjectFilter, known: Iterable[LabelClass]
) -> FilterChoices:
    """Count each choice among what the other terms of `wanted` let through."""
    columns = objects.rows.columns
    others = {each: objects.found_by(wanted.without(each)) for each in Subject}
    labels = np.bincount(columns.label[others[Subject.CLASS]], minlength=len(columns.names))
    types = np.bincount(columns.type[others[Subject.TYPE]], minlength=len(TYPES))
    is_used = np.bincount(columns.label[columns.is_there], minlength=len(columns.names)) > 0
    rows = zip(columns.names, columns.shown_names, labels.tolist(), is_used, strict=True)
    classes = [ClassChoice(name, shown, count) for name, shown, count, used in rows if used]
    keys = {spec.name for label in known for spec in label.attributes}
    return FilterChoices(
        tuple(sorted(classes, key=lambda it: (it.shown.casefold(), it.name))),
        dict(zip(TYPES, types.tolist(), strict=True)),
        {str(s): int((others[Subject.IS] & objects.rows.state(s)).sum()) for s in State},
        tuple(sorted(keys)),
    )
