"""The attributes of many annotations, read only when somebody asks and each text only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from limner.model.annotations import Annotation, Opaque
from limner.model.json_text import NO_ATTRIBUTES

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

_UNREAD: Final = -1


class AttributeColumn:
    """Which attributes stand at each place; places with the same text share one reading.

    `read` must have seen a place before anything is asked about it.
    """

    def __init__(self) -> None:
        self._texts = np.empty(0, dtype=np.int32)
        self._text_of: dict[str, int] = {}
        self._keys: defaultdict[str, _Values] = defaultdict(_Values)

    def make_room(self, more: int) -> None:
        fresh = np.full(more, _UNREAD, dtype=np.int32)
        self._texts = np.concatenate([self._texts, fresh])

    def forget(self, places: Places) -> None:
        """What stands there has changed."""
        self._texts[places] = _UNREAD

    def unread(self, places: Places) -> Places:
        """Those of `places` that `read` must see."""
        unread: Places = places[self._texts[places] == _UNREAD]
        return unread

    def read(self, places: Places, annotations: Sequence[Annotation]) -> None:
        """Take in what stands at each of `places`."""
        texts = [NO_ATTRIBUTES if isinstance(a, Opaque) else a.attributes for a in annotations]
        for text in texts:
            if text.text not in self._text_of:
                number = self._text_of[text.text] = len(self._text_of)
                for key, value in _fields(text.value()):
                    self._keys[key.casefold()].add(number, value)
        self._texts[places] = [self._text_of[text.text] for text in texts]

    def have(self, places: Places, keys: Iterable[str]) -> Mask:
        """Whether there is an attribute with one of `keys`, whatever the case."""
        known = (self._keys.get(key.casefold()) for key in keys)
        return self._where(places, [values.texts for values in known if values is not None])

    def pass_(self, places: Places, key: str, test: Callable[[Any], bool]) -> Mask:
        """Whether the attribute `key`, whatever the case, has a value that passes `test`."""
        values = self._keys.get(key.casefold())
        return self._where(places, [] if values is None else [values.passing(test)])

    def _where(self, places: Places, texts: Sequence[Sequence[int] | NDArray[np.intp]]) -> Mask:
        passed = np.zeros(len(self._text_of), dtype=np.bool_)
        for numbers in texts:
            passed[numbers] = True
        found: Mask = passed[self._texts[places]]
        return found


class _Values:
    """Which values a key has in which texts, each value once."""

    def __init__(self) -> None:
        self.texts: list[int] = []
        self._values: list[int] = []
        self._distinct: list[Any] = []
        self._number_of: dict[tuple[type, Any], int] = {}

    def add(self, text: int, value: Any) -> None:
        number = len(self._distinct)
        if not isinstance(value, list | dict):
            number = self._number_of.setdefault((type(value), value), number)
        if number == len(self._distinct):
            self._distinct.append(value)
        self.texts.append(text)
        self._values.append(number)

    def passing(self, test: Callable[[Any], bool]) -> NDArray[np.intp]:
        """The texts with a value that passes."""
        passed = np.array([test(value) for value in self._distinct], dtype=np.bool_)
        return np.array(self.texts, dtype=np.intp)[passed[self._values]]


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    """An object's own pairs; in a list a text is true, and {"name": …, "value": …} is a pair."""
    if isinstance(value, dict):
        yield from value.items()
        return
    for each in value if isinstance(value, list) else ():
        match each:
            case {"name": str(name), "value": inner}:
                yield name, inner
            case dict():
                yield from each.items()
            case str():
                yield each, True
            case _:
                pass
