"""The colours of the labels, so that another colour for a class touches no shape."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from limner.model.annotations import AnnotationId, Drawable, Kind, kind_of
from limner.model.ontology import UNKNOWN_COLOUR, Ontology

Tints = Mapping[AnnotationId, str]
"""Colours (`#rrggbb`) of single annotations, whatever their class."""

NO_TINTS: Final[Tints] = MappingProxyType({})


class Palette:
    """A number for each label, by name and type, and a colour for each number."""

    def __init__(self, ontology: Ontology, tints: Tints = NO_TINTS) -> None:
        self._ontology = ontology
        self._tints = tints
        self._numbers: dict[tuple[str, type[Drawable], str | None], int] = {}
        self._keys: list[tuple[str, Kind, str | None]] = []
        self._rgb: list[int] = []

    def label_of(self, annotation: Drawable) -> int:
        """The number of the annotation's label."""
        tint = self._tints.get(annotation.id) if self._tints else None
        key = annotation.name, type(annotation), tint
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._keys)
            self._keys.append((annotation.name, kind_of(annotation), tint))
            self._rgb.append(self._rgb_of(*self._keys[-1]))
        return found

    def rgb(self) -> NDArray[np.uint32]:
        """0xffRRGGBB by number."""
        return np.array(self._rgb, dtype=np.uint32)

    def colour_of(self, annotation: Drawable) -> QColor:
        return QColor(self._rgb[self.label_of(annotation)])

    def recolour(self, ontology: Ontology) -> bool:
        """Take the colours of another label set; whether that changes any in use."""
        self._ontology = ontology
        before, self._rgb = self._rgb, [self._rgb_of(*key) for key in self._keys]
        return before != self._rgb

    def _rgb_of(self, name: str, kind: Kind, tint: str | None) -> int:
        if tint is not None:
            return QColor(tint).rgb()
        known = self._ontology.find(name, kind)
        return QColor(UNKNOWN_COLOUR if known is None else known.colour).rgb()
