"""Who did what to which field, having seen what; and what became of it in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from limner.model.annotations import Annotation, AnnotationId, BBox
from limner.model.conflict import Conflict
from limner.model.json_text import JsonText
from limner.model.merge import News
from limner.model.patch import Patch
from limner.sync.moves import Send

Place = tuple[int, str, str]
"""(image, annotation id, field); the field is "" for being there at all."""

Value = object
Values = Mapping[str, Value]

EXISTS = ""
NOTHING: Values = {}

_NOWHERE: frozenset[object] = frozenset()


def values_of(annotation: Annotation | None) -> Values:
    """What each field holds; every value that a person gives is given only once."""
    if not isinstance(annotation, BBox):
        return NOTHING
    return _values(annotation.name, annotation.x, annotation.attributes)


@lru_cache(maxsize=20_000)
def _values(name: str, x: float, attributes: JsonText) -> Values:
    keys = attributes.value() or {}
    named = {f"attributes.{key}": value for key, value in keys.items()}
    return {"name": name, "geometry": x, **named}


@dataclass(slots=True)
class Deed:
    """One field that somebody changed; `knew` are the bits of all deeds they knew of."""

    bit: int
    client: int
    place: Place
    value: Value
    knew: int
    seen: Mapping[str, frozenset[Value]]
    """What they had seen, by field: of this one, or of all when they removed the annotation."""
    number: int = 0
    is_undone_by_crash: bool = False
    took_back: Value = None
    """With `is_back`, what there was before: when the server never had it, nothing was done."""
    is_back: bool = False
    sent_in: frozenset[object] = frozenset()
    is_again: bool = False
    """Everybody may have seen this value before, as it once was."""


@dataclass(slots=True)
class Fate:
    """What became of all deeds of a schedule."""

    overwritten: list[Deed] = field(default_factory=list)
    silent: list[Deed] = field(default_factory=list)
    resurrected: list[Deed] = field(default_factory=list)
    missing: list[Deed] = field(default_factory=list)


class Memory:
    """What one person has seen, whether or not it was theirs."""

    def __init__(self, client: int) -> None:
        self.client = client
        self.knows = 0
        self.seen: dict[Place, set[Value]] = {}
        self.noticed: dict[tuple[int, str], list[Values]] = {}
        """What of annotations that others changed or removed is on a list before them."""
        self.told_of: set[tuple[int, str]] = set()
        """Annotations that others made or changed, and that are on a list before them."""
        self.sent: dict[tuple[Place, Value], frozenset[object]] = {}
        self.keeps: dict[tuple[int, str], Annotation | None] = {}
        """What is on their image and not sent, because they are asked about it."""

    def sees(self, image: int, annotation: Annotation | None) -> None:
        if annotation is not None:
            for name, value in values_of(annotation).items():
                self.seen.setdefault((image, annotation.id, name), set()).add(value)

    def keeps_as_done(self, deed: Deed) -> bool:
        image, id_, name = deed.place
        if (image, id_) not in self.keeps:
            return False
        held = self.keeps[image, id_]
        return deed.value == ((held is not None) if name == EXISTS else values_of(held).get(name))

    def sends(self, image: int, send: Send) -> None:
        """What they changed is on its way to the server."""
        body = (send.key, send.body)
        for id_, (_, after) in send.ahead.changes.items():
            self._sends((image, id_, EXISTS), after is not None, body)
            for name, value in values_of(after).items():
                self._sends((image, id_, name), value, body)

    def _sends(self, place: Place, value: Value, body: object) -> None:
        self.sent[place, value] = self.sent.get((place, value), frozenset()) | {body}

    def is_told(self, image: int, news: Iterable[News]) -> None:
        """Their own work that others changed or removed is on a list before them."""
        for each in news:
            if each.after is not None:
                self.told_of.add((image, each.after.id))
            if each.before is not None:
                lost = self.noticed.setdefault((image, each.before.id), [])
                lost.append(values_of(each.before))


class Ledger:
    """All deeds of a schedule, and all that was asked about."""

    def __init__(self) -> None:
        self.deeds: list[Deed] = []
        self.at: dict[Place, list[Deed]] = {}
        self.on: dict[tuple[int, str], int] = {}
        self.asked: set[tuple[Place, Value]] = set()
        self.asked_whether_there: set[tuple[int, str]] = set()
        self.in_history: set[tuple[Place, Value]] = set()
        self.executed: set[object] = set()

    def note(
        self,
        memory: Memory,
        image: int,
        patch: Patch,
        number: int,
        base: Mapping[AnnotationId, Annotation],
    ) -> None:
        """A person changes the document; `base` is what they know the server to hold."""
        for id_, (before, after) in patch.changes.items():
            was, now, there = values_of(before), values_of(after), base.get(id_)
            if (before is None) != (after is None):
                place = (image, id_, EXISTS)
                deed = self._add(memory, place, after is not None, number, was)
                deed.is_back = (there is not None) == deed.value
                deed.took_back = before is not None
                deed.sent_in = memory.sent.get((place, deed.took_back), _NOWHERE)
            if after is not None:
                for name in [*now, *(each for each in was if each not in now)]:
                    value = now.get(name)
                    if was.get(name) != value:
                        place = (image, id_, name)
                        deed = self._add(memory, place, value, number, (name,))
                        deed.is_back = there is not None and values_of(there).get(name) == value
                        deed.took_back = was.get(name)
                        deed.sent_in = memory.sent.get((place, deed.took_back), _NOWHERE)

    def decide(
        self, memory: Memory, image: int, conflict: Conflict, kept: Annotation | None, number: int
    ) -> None:
        """A person has seen both sides and chosen."""
        if conflict.mine is None or conflict.theirs is None:
            place = (image, conflict.id, EXISTS)
            self._add(memory, place, kept is not None, number, values_of(kept))
        for name, value in values_of(kept).items():
            if name in conflict.fields:
                self._add(memory, (image, conflict.id, name), value, number, (name,))

    def ask(self, memory: Memory, image: int, conflict: Conflict) -> None:
        memory.sees(image, conflict.theirs)
        for version in (conflict.base, conflict.mine, conflict.theirs):
            values = values_of(version)
            for name in {*values, *conflict.fields}:
                self.asked.add(((image, conflict.id, name), values.get(name)))
        if conflict.mine is None or conflict.theirs is None:
            self.asked_whether_there.add((image, conflict.id))

    def _add(
        self, memory: Memory, place: Place, value: Value, number: int, fields: Iterable[str]
    ) -> Deed:
        image, id_, _ = place
        bit = 1 << len(self.deeds)
        seen = {name: frozenset(memory.seen.get((image, id_, name), ())) for name in fields}
        deed = Deed(bit, memory.client, place, value, memory.knows, seen, number)
        deed.is_again = value is None or value in memory.seen.get(place, ())
        if place[2] == EXISTS and value:
            deed.is_again = bool(memory.seen.get((image, id_, "name")))
        memory.knows |= bit
        self.deeds.append(deed)
        self.at.setdefault(place, []).append(deed)
        self.on[image, id_] = self.on.get((image, id_), 0) | bit
        return deed

    def stored(self, image: int, body: Iterable[Annotation], sent: object) -> None:
        """The server had this at some time, as it was sent."""
        self.executed.add(sent)
        held = {a.id: values_of(a) for a in body}
        for where, id_ in self.on:
            if where == image:
                there = held.get(AnnotationId(id_))
                values = {EXISTS: there is not None, **(there or NOTHING)}
                for name, value in values.items():
                    self.in_history.add(((image, id_, name), value))

    def fate(self, final: Mapping[tuple[int, str], Values], memories: list[Memory]) -> Fate:
        """Hold every deed against what the server has in the end."""
        fate = Fate()
        for deed in self.deeds:
            memory = memories[deed.client]
            is_nothing = deed.is_back and self.executed.isdisjoint(deed.sent_in)
            is_told = deed.place[:2] in memory.told_of and self._was_made_again(deed)
            if (
                deed.is_undone_by_crash
                or is_nothing
                or memory.keeps_as_done(deed)
                or is_told
                or self._is_settled(deed, final)
            ):
                continue
            if deed.place[2] == EXISTS and not deed.value:
                fate.resurrected.append(deed)
                continue
            fate.overwritten.append(deed)
            if not self._is_noticed(deed, memory):
                fate.silent.append(deed)
            if deed.value is not None and (deed.place, deed.value) not in self.in_history:
                fate.missing.append(deed)
        return fate

    def _was_made_again(self, deed: Deed) -> bool:
        """Whether somebody made again, on purpose, what was removed by `deed` at the same time."""
        later = self._later(deed, deed.place) if deed.value is False else []
        return any(d.value and not deed.knew & d.bit for d in later)

    def _is_noticed(self, deed: Deed, memory: Memory) -> bool:
        image, id_, name = deed.place
        lost = memory.noticed.get((image, id_), ())
        return any(name == EXISTS or values.get(name) == deed.value for values in lost)

    def _is_settled(self, deed: Deed, final: Mapping[tuple[int, str], Values]) -> bool:
        image, id_, name = deed.place
        held = final.get((image, id_))
        if name == EXISTS:
            if (held is not None) == deed.value or (image, id_) in self.asked_whether_there:
                return True
            return any(self._replaced(d, deed) for d in self._later(deed, deed.place))
        if held is not None and held.get(name) == deed.value:
            return True
        if (deed.place, deed.value) in self.asked:
            return True
        others = [*self._later(deed, deed.place), *self._removals(deed)]
        return any(self._replaced(d, deed) for d in others if self._had_seen(d, deed))

    def _replaced(self, later: Deed, deed: Deed) -> bool:
        """Whether who did `later` knew of `deed`, or of what it made again, at the same time."""
        return bool(later.knew & deed.bit) or (deed.is_again and not deed.knew & later.bit)

    def _had_seen(self, later: Deed, deed: Deed) -> bool:
        return deed.value is None or deed.value in later.seen.get(deed.place[2], ())

    def _later(self, deed: Deed, place: Place) -> list[Deed]:
        return [d for d in self.at.get(place, ()) if d is not deed and not d.is_undone_by_crash]

    def _removals(self, deed: Deed) -> list[Deed]:
        image, id_, _ = deed.place
        return [d for d in self._later(deed, (image, id_, EXISTS)) if not d.value]
