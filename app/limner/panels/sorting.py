"""The order in which the object list shows what it shows."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from limner.panels.object_columns import ObjectColumns, Places


class SortBy(StrEnum):
    """By what objects are sorted, in the words of the menu."""

    Z_ORDER = "Z-order"
    NAME = "Name"
    SIZE = "Size"
    CONFIDENCE = "Confidence"


def ordered(columns: ObjectColumns, by: SortBy, *, is_reversed: bool) -> Places:
    """Everything that is there; what is equal stays in z-order, also the other way round.

    Names are sorted whatever the case, then by number; sizes are longer sides.
    """
    order = columns.z_order()
    if by is SortBy.Z_ORDER:
        return order[::-1] if is_reversed else order
    key = _key(columns, by, order)
    return order[np.argsort(-key if is_reversed else key, kind="stable")]


def _key(columns: ObjectColumns, by: SortBy, places: Places) -> NDArray[np.float64]:
    if by is SortBy.SIZE:
        return columns.sides(places)
    if by is SortBy.CONFIDENCE:
        confidence: NDArray[np.float64] = columns.confidence[places]
        return confidence
    return _alphabet(columns)[columns.label[places]] + columns.number[places]


def _alphabet(columns: ObjectColumns) -> NDArray[np.float64]:
    """By label: where it stands among the others, in steps that no number fills."""
    names = columns.shown_names
    ordered_labels = sorted(range(len(names)), key=lambda at: (names[at].casefold(), names[at]))
    steps = np.empty(len(names))
    steps[ordered_labels] = np.arange(len(names)) * float(1 << 32)
    return steps
