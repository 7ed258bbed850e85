"""The classes of a dataset: which there may be, how a list is changed, and what a save may use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from limner.api.pictograph_wire import DatasetClass, Skeleton, as_json
from limner.server.errors import FieldError, field_error, invalid
from limner.server.shapes import Known, Shape

Class = dict[str, Any]
"""A class as it is stored and sent; `type` says "box", `color` is always there."""

_PALETTE: Final = (
    *("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4"),
    *("#42d4f4", "#f032e6", "#bfef45", "#469990", "#9a6324"),
    *("#800000", "#808000", "#000075", "#a9a9a9", "#e6beff"),
)
"""The colours the Pictograph SDK draws with, in its order (Pictograph contract, 4.2)."""

_STORED_AS: Final = {"bbox": "box"}
"""The store says "box" where annotations say "bbox"; both are accepted."""


def type_of(annotation_type: str) -> str:
    """The class type that annotations of `annotation_type` belong to."""
    return _STORED_AS.get(annotation_type, annotation_type)


def key_of(one: Class) -> tuple[str, str]:
    """What makes a class the same: its name and its type."""
    return one["name"], type_of(one["type"])


def loads(text: str) -> list[Class]:
    """The stored classes."""
    classes: list[Class] = msgspec.json.decode(text)
    return classes


def dumps(classes: Sequence[Class]) -> str:
    """The text to store."""
    return msgspec.json.encode(classes).decode()


def accepted(given: Sequence[DatasetClass], field: str) -> list[Class]:
    """`given` as classes to store, without colours yet.

    Raises:
        Problem: 422 at `field` for a class that comes twice or a skeleton that is none.
    """
    wrong: list[FieldError] = []
    seen: set[tuple[str, str]] = set()
    classes = [{**as_json(one), "type": type_of(one.type)} for one in given]
    for i, one in enumerate(classes):
        if key_of(one) in seen:
            message = f"the {one['type']} class {one['name']!r} comes twice"
            wrong.append(field_error(message, field, i, "name"))
        seen.add(key_of(one))
        if skeleton := given[i].skeleton:
            wrong += [field_error(why, field, i, "skeleton") for why in _flaws(skeleton)]
    if wrong:
        raise invalid(wrong)
    return classes


def _flaws(skeleton: Skeleton) -> list[str]:
    count = len(skeleton.nodes)
    flaws = []
    if len({node.name for node in skeleton.nodes}) < count:
        flaws.append("two joints have the same name")
    if any(a >= count or b >= count for a, b in skeleton.edges):
        flaws.append(f"an edge names a joint that is not there (there are {count})")
    if any(a == b for a, b in skeleton.edges):
        flaws.append("an edge joins a joint to itself")
    return flaws


def coloured(classes: Sequence[Class]) -> list[Class]:
    """`classes`, each with a colour: the next one of the palette where none was given."""
    used = {one["color"].lower() for one in classes if one.get("color")}
    free = [colour for colour in _PALETTE if colour not in used]
    full = []
    for i, one in enumerate(classes):
        colour = one.get("color") or (free.pop(0) if free else _PALETTE[i % len(_PALETTE)])
        full.append({**one, "color": colour, "attributes": one.get("attributes", [])})
    return full


def merged(stored: Sequence[Class], base: Sequence[Class], wanted: Sequence[Class]) -> list[Class]:
    """`stored` with the changes that lead from `base` to `wanted`.

    So what somebody else added meanwhile stays. A class that did not change keeps what is stored.
    """
    before = {key_of(one): one for one in base}
    after = {key_of(one): one for one in wanted}
    changed = {key: one for key, one in after.items() if one != before.get(key)}
    removed = before.keys() - after.keys()
    kept = [changed.pop(key_of(one), one) for one in stored if key_of(one) not in removed]
    return [*kept, *changed.values()]


def check_classes(shapes: Sequence[Shape | Known], classes: Sequence[Class]) -> None:
    """Raises a 422 that names every annotation whose class the dataset does not have."""
    known = {key_of(one) for one in classes}
    wrong = [
        field_error(_unknown(shape, known), "annotations", i, shape.type, "name", kind="class")
        for i, shape in enumerate(shapes)
        if (shape.name, type_of(shape.type)) not in known
    ]
    if wrong:
        raise invalid(wrong)


def _unknown(shape: Shape | Known, known: set[tuple[str, str]]) -> str:
    types = sorted(type_ for name, type_ in known if name == shape.name)
    if types:
        return f"the class {shape.name!r} is for {', '.join(types)}, not {type_of(shape.type)}"
    return f"this dataset has no class {shape.name!r}"
