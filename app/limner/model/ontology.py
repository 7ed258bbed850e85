"""The label set of a dataset: its classes, their colours, attributes and skeletons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from limner.model.annotations import Drawable, Kind, kind_of

DIGITS: Final = "1234567890"
"""The number keys that choose the first ten classes, in ontology order."""

UNKNOWN_COLOUR: Final = "#9aa1ae"
"""What a label that the ontology does not know is drawn in."""


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """A question about each annotation of a class; `values` are the choices of a `select`."""

    name: str
    type: str = "text"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skeleton:
    """How the joints of one object connect.

    `nodes` are (joint name, x, y) with x and y in 0..1 of the template's box, `edges` pairs of
    node numbers counted from 0 (Pictograph contract, 4.2).
    """

    nodes: tuple[tuple[str, float, float], ...]
    edges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class LabelClass:
    """One class: (name, kind) is its key, so "car" boxes and "car" polygons are two classes."""

    name: str
    kind: Kind
    colour: str = UNKNOWN_COLOUR
    attributes: tuple[AttributeSpec, ...] = ()
    skeleton: Skeleton | None = None


@dataclass(frozen=True)
class Ontology:
    """The classes of a dataset, in its order; the order gives the number keys."""

    classes: Sequence[LabelClass] = field(default=())

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, Kind], LabelClass]:
        return {(c.name, c.kind): c for c in self.classes}

    def __iter__(self) -> Iterator[LabelClass]:
        return iter(self.classes)

    def __len__(self) -> int:
        return len(self.classes)

    def find(self, name: str, kind: Kind) -> LabelClass | None:
        return self._by_key.get((name, kind))

    def kinds_named(self, name: str) -> list[Kind]:
        """The kinds that have a class called `name`: empty when the label is unknown."""
        return [c.kind for c in self.classes if c.name == name]

    def of_kind(self, kind: Kind) -> list[LabelClass]:
        return [c for c in self.classes if c.kind is kind]

    def class_of(self, annotation: Drawable) -> LabelClass | None:
        return self.find(annotation.name, kind_of(annotation))

    def colour_of(self, annotation: Drawable) -> str:
        """`#rrggbb` of the annotation's class; grey when the class is not known."""
        found = self.class_of(annotation)
        return found.colour if found else UNKNOWN_COLOUR

    def by_digit(self, digit: str) -> LabelClass | None:
        """The class that a number key chooses."""
        at = DIGITS.find(digit) if len(digit) == 1 else -1
        return self.classes[at] if 0 <= at < len(self.classes) else None

    def digit_of(self, label: LabelClass) -> str | None:
        at = list(self.classes).index(label)
        return DIGITS[at] if at < len(DIGITS) else None
