"""Random lists, merged and sent back: what must hold for every one of them, in great numbers.

`check_merges` and `check_round_trips` are pure functions of their seeds; a release takes ten times
what every day takes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

from limner.api.wire_texts import WireTexts
from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Keypoint,
    Opaque,
    Polygon,
    Polyline,
)
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.fields import says_the_same
from limner.model.json_text import JsonText
from limner.model.merge import Merged, merge
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.storage.entry import Copy, Kept
from limner.sync.looked import looked_at
from limner.sync.machine import Machine
from limner.sync.moves import Effect, Keep, Look, Opened, Wanted, Woken

NAMES = ("car", "bus", "Straße", "木", "a\u202eb", " x ")
TEXTS = ("[]", "{}", '{"k":1}', '{"k":1.0,"l":[null]}', '{ "k" : "ü" }', '["wet"]', "3", '"s"')

List = tuple[Annotation, ...]


def check_merges(runs: int, seed: int) -> int:
    """Merge so many random triples; how many were merged.

    Raises:
        AssertionError: with the seed, when something does not hold.
    """
    for each in range(seed, seed + runs):
        random = Random(each)  # noqa: S311 - it is to come again
        base = ranked([annotation(random, id_) for id_ in some_ids(random)])
        mine, theirs = changed(random, base), changed(random, base)
        assert _holds(base, mine, theirs), f"the merge of seed {each} is wrong"
    return runs


def _holds(base: List, mine: List, theirs: List) -> bool:
    both, other = _merged(base, mine, theirs), _merged(base, theirs, mine)
    again = merge(
        both.theirs, both.annotations, both.theirs, _never, conflicts=_by_id(both.conflicts)
    )
    return (
        _same(_merged(base, mine, base).annotations, mine)
        and _same(_merged(base, base, theirs).annotations, theirs)
        and _same(_merged(base, mine, mine).annotations, mine)
        and again.annotations == both.annotations
        and (again.news, again.conflicts) == ((), both.conflicts)
        and _ids(both.annotations) == _ids(other.annotations)
        and [(c.id, c.fields) for c in both.conflicts]
        == [(c.id, c.fields) for c in other.conflicts]
        and _same(both.theirs, theirs)
        and _is_explained(base, mine, theirs, both)
        and all(low.rank < high.rank for low, high in pairwise(both.annotations))
    )


def _is_explained(base: List, mine: List, theirs: List, both: Merged) -> bool:
    """Whether all that is gone was there before, and one of the two removed it."""
    there = _ids(both.annotations)
    told = {each.id for each in both.news}
    return all(
        a.id in _ids(base)
        and (a.id not in _ids(mine) or a.id not in _ids(theirs))
        and (a.id not in _ids(mine) or a.id in told)
        for a in (*mine, *theirs)
        if a.id not in there
    )


def check_round_trips(runs: int, seed: int) -> int:
    """Read so many random lists, touch nothing, and see that nothing is sent or would be other.

    Raises:
        AssertionError: with the seed.
    """
    for each in range(seed, seed + runs):
        random = Random(each)  # noqa: S311 - it is to come again
        rows = [wire_row(random) for _ in range(random.randrange(7))]
        texts = WireTexts()
        read = texts.decode(json.dumps({"annotations": rows}, ensure_ascii=False).encode())
        sent = json.loads(b"".join(texts.save_body(read, None)))["annotations"]
        assert len(sent) == len(rows), f"seed {each} loses a row"
        for row, back in zip(rows, sent, strict=True):
            assert _is_as_it_was(row, back), f"seed {each}: {row} {back}"
        assert is_left_alone(tuple(read)), f"seed {each} is sent though nobody edited it"
    return runs


def _is_as_it_was(row: Any, back: Any) -> bool:
    """Whether all that was said is said again; null is the same as nothing."""
    if not isinstance(row, dict):
        return bool(row == back)
    return all(back.get(key) == value for key, value in row.items())


def is_left_alone(read: List) -> bool:
    """Whether the machine sends nothing, whatever happens, as long as nobody edits."""
    copy = Copy(print="1")
    kept = Kept(base=read, copy=copy, document=read, ahead=Patch(Verb.RELOAD, {}))
    document = Document(read)
    machine = Machine(document, kept, Random(0))  # noqa: S311 - as above
    effects: list[Effect] = [*machine.handle(Wanted()), *machine.handle(Opened())]
    (look,) = effects
    if not isinstance(look, Look):
        return False
    effects = machine.handle(looked_at(look, read, Copy(print="2")))
    effects += [*machine.handle(Woken()), *machine.handle(Wanted())]
    return all(isinstance(e, Keep) and e.entry.op is None for e in effects)


# --- random things


def some_ids(random: Random) -> list[str]:
    return random.sample("abcdefgh", random.randrange(7))


def annotation(random: Random, id_: str) -> Annotation:
    own = AnnotationId(id_)
    number = random.randrange(4)
    if random.random() < 0.1:
        return Opaque(id=own, raw=JsonText(f'{{"id":"{id_}","n":{number}}}'), reason="A mask.")
    labels: dict[str, Any] = {
        "name": random.choice(NAMES),
        "confidence": random.choice((1.0, 0.5)),
        "created_by": random.choice((None, "ann", "bob")),
        "attributes": JsonText(random.choice(TEXTS)),
        "extra": random.choice((None, JsonText('{"z":1}'), JsonText('{"z":2,"y":{}}'))),
    }
    x = float(number)
    run = Points.of([(x, 0.0), (x + 9.0, 0.0), (x, 9.0)])
    match random.randrange(4):
        case 0:
            return BBox(id=own, x=x, y=0.0, w=1.0, h=1.0, **labels)
        case 1:
            return Polygon(id=own, rings=(run,), **labels)
        case 2:
            return Polyline(id=own, path=run, **labels)
        case _:
            instance = random.choice((None, 1, 2))
            return Keypoint(id=own, x=x, y=0.0, instance_id=instance, **labels)


def changed(random: Random, base: List) -> List:
    """What somebody made of a list: changed, removed, drawn and put elsewhere."""
    now: list[Annotation] = []
    for each in base:
        chance = random.random()
        if chance < 0.15:
            continue
        now.append(_altered(random, each) if chance < 0.5 else each)
    now += [annotation(random, id_) for id_ in some_ids(random) if id_ not in _ids(base)]
    if random.random() < 0.3:
        random.shuffle(now)
    return ranked(now)


def _altered(random: Random, one: Annotation) -> Annotation:
    other = annotation(random, one.id)
    if isinstance(one, Opaque) or isinstance(other, Opaque) or random.random() < 0.3:
        return other
    field = random.choice(("name", "confidence", "attributes", "extra"))
    return replace(one, **{field: getattr(other, field)})


def ranked(annotations: Sequence[Annotation]) -> List:
    return tuple(replace(a, rank=float(rank)) for rank, a in enumerate(annotations))


def wire_row(random: Random) -> Any:
    """A row of an answer: known, newer than we know, broken, or without an id."""
    if random.random() < 0.05:
        return random.choice((None, 3, "text", [], {}))
    row: dict[str, Any] = {
        "type": random.choice(("bbox", "bbox", "keypoint", "mask", 7)),
        "name": random.choice((*NAMES, "")),
        "bounding_box": {
            "x": random.choice((0, 1.5, 1e3)),
            "y": 0,
            "w": random.choice((1, 0)),
            "h": 2,
        },
    }
    if random.random() < 0.9:
        row["id"] = random.choice((*"abcdef", ""))
    for key in random.sample(("attributes", "confidence", "created_by", "newer", "instance_id"), 2):
        row[key] = random.choice(([], {}, None, 1, 0.5, "x", {"k": [1, {}]}))
    if random.random() < 0.2:
        row["keypoint"] = {"x": 1, "y": 2}
        del row["bounding_box"]
    return row


def _merged(base: List, mine: List, theirs: List) -> Merged:
    return merge(base, mine, theirs, _never)


def _same(one: Sequence[Annotation], other: Sequence[Annotation]) -> bool:
    return len(one) == len(other) and all(
        a.id == b.id and says_the_same(a, b) for a, b in zip(one, other, strict=True)
    )


def _ids(annotations: Sequence[Annotation]) -> set[AnnotationId]:
    return {a.id for a in annotations}


def _by_id(conflicts: Sequence[Conflict]) -> dict[AnnotationId, Conflict]:
    return {conflict.id: conflict for conflict in conflicts}


def _never(_id: AnnotationId, _version: Annotation | None) -> bool:
    return False
