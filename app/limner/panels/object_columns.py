"""What the object list knows about every annotation of an image, one numpy column a fact.

An annotation keeps its place (its row in the columns) as long as the image is open, also while it
is deleted; so what is said about places stays true where a list of ids would have to be looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Keypoint,
    Opaque,
    Polygon,
    Polyline,
)
from limner.model.document import Document
from limner.model.patch import Patch
from limner.panels.attribute_column import AttributeColumn
from limner.panels.numbering import Numbering
from limner.panels.object_filter import KEPT, TYPES
from limner.panels.sizes import sides_and_areas
from limner.panels.text import plain

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]
_T = TypeVar("_T", bound=np.generic)

_UNKNOWN: Final = -1
_TYPE_NUMBERS: Final[dict[type, int]] = {
    BBox: TYPES.index("bbox"),
    Polygon: TYPES.index("polygon"),
    Polyline: TYPES.index("polyline"),
    Keypoint: TYPES.index("keypoint"),
    Opaque: TYPES.index(KEPT),
}


# A map over one of these takes half the time of a comprehension.
_ID: Final = attrgetter("id")
_NAME: Final = attrgetter("name")
_RANK: Final = attrgetter("rank")
_CONFIDENCE: Final = attrgetter("confidence")


@dataclass(frozen=True, slots=True)
class Followed:
    """The places that a patch touched, and whether the z-order or who is there has changed."""

    places: Places
    is_order_touched: bool


class ObjectColumns:
    """The columns of one image; `show` fills them, `follow` keeps them up to date.

    A column has an entry for everything that was ever there; what is there now, `is_there` says.
    """

    def __init__(self) -> None:
        self.ids: NDArray[np.object_] = np.empty(0, dtype=object)
        self.names: list[str] = []
        """The labels by the number that `label` holds."""
        self.shown_names: list[str] = []
        """The same as people see them."""
        self.label = np.empty(0, dtype=np.int32)
        self.number = np.empty(0, dtype=np.int32)
        self.type = np.empty(0, dtype=np.int8)
        """An index into `TYPES`."""
        self.rank = np.empty(0)
        self.confidence = np.empty(0)
        """NaN for what cannot be drawn."""
        self.is_there = np.empty(0, dtype=np.bool_)
        self._folded_ids: NDArray[np.object_] = np.empty(0, dtype=object)
        self._attributes = AttributeColumn()
        self._sizes = np.empty((2, 0))
        self._is_measured = np.empty(0, dtype=np.bool_)
        self._document = Document()
        self._places: dict[AnnotationId, int] = {}
        self._labels: dict[str, int] = {}
        self._numbering = Numbering()

    def show(self, document: Document) -> Followed:
        """Hold these annotations and no others; those that are known keep their numbers."""
        self._document = document
        annotations = list(document)
        known = self.ids[self.is_there].tolist()
        return self._put(annotations, [id_ for id_ in known if id_ not in document])

    def follow(self, patch: Patch) -> Followed:
        """Take over what a patch that was just applied to the document has changed."""
        changes = patch.changes
        come = [after for _, after in changes.values() if after is not None]
        return self._put(come, [id_ for id_, (_, after) in changes.items() if after is None])

    def place_of(self, id_: AnnotationId) -> int | None:
        """The place of an annotation that is there."""
        place = self._places.get(id_)
        return place if place is not None and self.is_there[place] else None

    def places_of(self, ids: Iterable[AnnotationId]) -> Places:
        """The places of those of `ids` that are there, in their order."""
        found = _numbers(map(self._places.get, ids, repeat(_UNKNOWN)), np.dtype(np.intp))
        places = found[found != _UNKNOWN]
        present: Places = places[self.is_there[places]]
        return present

    def ids_at(self, places: Places) -> list[AnnotationId]:
        found: list[AnnotationId] = self.ids[places].tolist()
        return found

    def folded_ids_at(self, places: Places) -> list[str]:
        """The ids as they are when the case does not matter; each is folded once."""
        known = len(self._folded_ids)
        if known < len(self.ids):
            more = np.array([id_.casefold() for id_ in self.ids[known:].tolist()], dtype=object)
            self._folded_ids = np.concatenate([self._folded_ids, more])
        found: list[str] = self._folded_ids[places].tolist()
        return found

    def get(self, place: int) -> Annotation | None:
        """The annotation at a place; None where there is none any more."""
        return self._document.get(self.ids[place])

    def name_of(self, id_: AnnotationId) -> str:
        """ "car 1"; empty for an annotation that is not there."""
        place = self.place_of(id_)
        if place is None:
            return ""
        return f"{self.shown_names[self.label[place]]} {self.number[place]}"

    def present(self) -> Places:
        """The places of everything that is there, as they were given out."""
        return np.flatnonzero(self.is_there)

    def z_order(self) -> Places:
        """The places of everything that is there, lowest first; equal ranks by id."""
        present = self.present()
        order = present[np.argsort(self.rank[present], kind="stable")]
        ranks = self.rank[order]
        ties = np.flatnonzero(ranks[1:] == ranks[:-1])
        if len(ties):
            _sort_ties(order, ranks, self.ids)
        return order

    def sides(self, places: Places) -> NDArray[np.float64]:
        """The longer sides in px; places must be taken. NaN for what cannot be drawn."""
        return self._measured(0, places)

    def areas(self, places: Places) -> NDArray[np.float64]:
        """The areas in px²; places must be taken. NaN for what cannot be drawn."""
        return self._measured(1, places)

    def attributes(self, places: Places) -> AttributeColumn:
        """The attributes, read at `places`, which must be taken."""
        new = self._attributes.unread(places)
        if len(new):
            self._attributes.read(new, self._annotations(new))
        return self._attributes

    def prepare(self, most: int) -> bool:
        """Measure and read up to `most` annotations ahead of a question; whether more are left.

        A hundred thousand polygons with an attribute each take half a second in one go.
        """
        present = self.present()
        unmeasured = present[~self._is_measured[present]]
        unread = self._attributes.unread(present)
        self.sides(unmeasured[:most])
        self.attributes(unread[:most])
        return max(len(unmeasured), len(unread)) > most

    def _measured(self, measure: int, places: Places) -> NDArray[np.float64]:
        new = places[~self._is_measured[places]]
        if len(new):
            self._sizes[:, new] = sides_and_areas(self._annotations(new))
            self._is_measured[new] = True
        measured: NDArray[np.float64] = self._sizes[measure, places]
        return measured

    def _annotations(self, places: Places) -> list[Annotation]:
        found = map(self._document.get, self.ids_at(places))
        return [annotation for annotation in found if annotation is not None]

    # --- taking over

    def _put(self, come: Sequence[Annotation], gone: Sequence[AnnotationId]) -> Followed:
        """`come` are there now, new or changed; `gone` are there no more."""
        ids, known, is_first = list(map(_ID, come)), self._places, not self._places
        self._make_room(ids if is_first else [id_ for id_ in ids if id_ not in known])
        if is_first:
            places = np.arange(len(ids))
        else:
            places = _numbers(map(known.__getitem__, (*ids, *gone)), np.dtype(np.intp))
        was_there, labels, ranks = self.is_there[places], self.label[places], self.rank[places]
        self._write(places[: len(come)], come)
        self.is_there[places[len(come) :]] = False
        if is_first:
            self.number = self._numbering.begin(self.label)
        else:
            self._renumber(places, was_there, labels)
        is_moved = (was_there != self.is_there[places]) | (ranks != self.rank[places])
        return Followed(places, is_order_touched=bool(is_moved.any()))

    def _make_room(self, ids: Sequence[AnnotationId]) -> None:
        count, more = len(self.ids), len(ids)
        if not more:
            return
        self._places.update(zip(ids, range(count, count + more), strict=True))
        self.ids = np.concatenate([self.ids, np.array(ids, dtype=object)])
        self.label, self.number = _longer(self.label, more), _longer(self.number, more)
        self.type, self.is_there = _longer(self.type, more), _longer(self.is_there, more)
        self.rank, self.confidence = _longer(self.rank, more), _longer(self.confidence, more)
        self._is_measured = _longer(self._is_measured, more)
        self._sizes = np.concatenate([self._sizes, np.empty((2, more))], axis=1)
        self._attributes.make_room(more)

    def _write(self, places: Places, annotations: Sequence[Annotation]) -> None:
        types = list(map(type, annotations))
        self.is_there[places] = True
        self.label[places] = self._labelled(list(map(_NAME, annotations)))
        self.type[places] = _numbers(map(_TYPE_NUMBERS.__getitem__, types), self.type.dtype)
        self.rank[places] = _numbers(map(_RANK, annotations), self.rank.dtype)
        confidences = map(_confidence if Opaque in types else _CONFIDENCE, annotations)
        self.confidence[places] = _numbers(confidences, self.confidence.dtype)
        self._is_measured[places] = False
        self._attributes.forget(places)

    def _labelled(self, names: Sequence[str]) -> NDArray[np.int32]:
        """The number of each label; new ones get one."""
        new = [name for name in dict.fromkeys(names) if name not in self._labels]
        self._labels.update((name, number) for number, name in enumerate(new, len(self.names)))
        self.names += new
        self.shown_names += [plain(name) or "unreadable" for name in new]
        return _numbers(map(self._labels.__getitem__, names), self.label.dtype)

    def _renumber(self, places: Places, was_there: Mask, labels: NDArray[np.int32]) -> None:
        now = self.is_there[places]
        is_new = (was_there != now) | (labels != self.label[places])
        takes, gives = is_new & was_there, is_new & now
        old = zip(places[takes].tolist(), labels[takes].tolist(), strict=True)
        for place, label in old:
            self._numbering.take(place, label, int(self.number[place]))
        for place in places[gives].tolist():
            self.number[place] = self._numbering.give(place, int(self.label[place]))


def _numbers(values: Iterable[float], kind: np.dtype[_T]) -> NDArray[_T]:
    return np.fromiter(values, dtype=kind)


def _confidence(annotation: Annotation) -> float:
    return np.nan if isinstance(annotation, Opaque) else annotation.confidence


def _longer(column: NDArray[_T], more: int) -> NDArray[_T]:
    return np.concatenate([column, np.zeros(more, dtype=column.dtype)])


def _sort_ties(order: Places, ranks: NDArray[np.float64], ids: NDArray[np.object_]) -> None:
    """Sort runs of one rank by id, in place."""
    starts = np.flatnonzero(np.concatenate(([True], ranks[1:] != ranks[:-1])))
    ends = np.append(starts[1:], len(order))
    is_run = ends - starts > 1
    for start, end in zip(starts[is_run].tolist(), ends[is_run].tolist(), strict=True):
        order[start:end] = sorted(order[start:end].tolist(), key=ids.__getitem__)
