"""The colours of the labels, so that another colour for a class touches no shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from limner.model.annotations import Drawable, Kind, kind_of
from limner.model.ontology import UNKNOWN_COLOUR, Ontology


class Palette:
    """A number for each label, by name and type, and a colour for each number."""

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._numbers: dict[tuple[str, type[Drawable]], int] = {}
        self._keys: list[tuple[str, Kind]] = []
        self._rgb: list[int] = []

    def label_of(self, annotation: Drawable) -> int:
        """The number of the annotation's label."""
        key = annotation.name, type(annotation)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._keys)
            self._keys.append((annotation.name, kind_of(annotation)))
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

    def _rgb_of(self, name: str, kind: Kind) -> int:
        known = self._ontology.find(name, kind)
        return QColor(UNKNOWN_COLOUR if known is None else known.colour).rgb()
