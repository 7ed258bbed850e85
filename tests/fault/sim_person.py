"""One person before one image: gestures into the real document, events into the real machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from fault.sim_disk import Disk
from fault.sim_ledger import Ledger, Memory
from fault.sim_server import ILLEGAL, Confirmed, Request, Revision
from limner.model.annotations import Annotation, AnnotationId, BBox
from limner.model.document import Document
from limner.model.history import History, Way
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from limner.model.selection import Selection
from limner.storage.entry import Entry, Kind, Op, Outgoing
from limner.sync.decisions import Choice, decided, decided_by_field, put_back
from limner.sync.explained import check_explained
from limner.sync.looked import looked_at
from limner.sync.machine import Machine
from limner.sync.moves import (
    Accepted,
    Change,
    Declined,
    Edited,
    Effect,
    Event,
    Keep,
    Kept,
    Look,
    Looked,
    NotKept,
    NotLooked,
    NotSent,
    Opened,
    Send,
    Sent,
    Wake,
    Wanted,
    Woken,
)

_KINDS = {Way.DO: Kind.DO, Way.UNDO: Kind.UNDO, Way.REDO: Kind.REDO}


@dataclass(slots=True)
class Errand:
    """A request of a seat on its way; `life` is the run of the program that sent it."""

    seat: Seat
    life: int
    look: Look | None = None
    request: Request | None = None


class Tokens:
    """Values that nobody else gives."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last += 1
        return self._last


Post = Callable[[Errand], None]
Told = Callable[[str], None]


class Seat:
    """An image open on a computer: what the editor would do with document, machine and journal."""

    def __init__(
        self,
        image: int,
        memory: Memory,
        ledger: Ledger,
        tokens: Tokens,
        first: Revision,
        post: Post,
        told: Told | None,
    ) -> None:
        self.image = image
        self.memory = memory
        self.ledger = ledger
        self._tokens = tokens
        self._post = post
        self._told = told
        self.disk = Disk(first.body, first.copy)
        self._see(first)
        self.edits = 0
        self._ticks = 0
        self._pending: list[Edited] = []
        self._looked_knows = 0
        self._knew: dict[str, int] = {}
        self.disk_failed = False
        self.life = 0
        self._start()

    @property
    def name(self) -> str:
        return f"{self.memory.client}/{self.image}"

    def say(self, words: Callable[[], str]) -> None:
        if self._told is not None:
            self._told(f"{self.name} {words()}")

    # --- the program

    def _start(self) -> None:
        kept = self.disk.read()
        self.document = Document(
            kept.document, [c for _, c in kept.ahead.conflicts.values() if c is not None]
        )
        self.history = History(self.document, Selection(), kept.done, kept.undone)
        # Another run, other chances; the same in each run of the same seed.
        seed = (self.memory.client * 31 + self.image) * 1009 + self.life
        self.machine = Machine(
            self.document,
            kept,
            Random(seed),  # noqa: S311 - it is to be the same again
        )
        self.is_waking = False
        self.is_keeping = False
        self._is_news = False
        self.document.watch(self._changed)

    def crash(self) -> None:
        """kill -9: what is not durable is gone, and what is on its way has nobody to come to."""
        if self.disk_failed:
            return
        last = self.disk.crash()
        for deed in self.ledger.deeds:
            mine = (deed.client, deed.place[0]) == (self.memory.client, self.image)
            if mine and deed.number > last:
                deed.is_undone_by_crash = True
        self.life += 1
        self._start()
        self.say(lambda: f"restarts: {' '.join(map(_side, self.document))}")

    def hear(self, event: Event) -> None:
        self.say(lambda: f"<- {brief(event)}")
        told = len(self.machine.told)
        was = self.machine.base
        effects = self.machine.handle(event)
        self.memory.is_told(self.image, self.machine.told[told:])
        if isinstance(event, Looked) and self.machine.base is not was:
            self.memory.knows |= self._looked_knows
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        self.say(lambda: f"-> {brief(effect)}")
        match effect:
            case Keep(entry=entry, is_awaited=is_awaited):
                self.disk.write(entry)
                if isinstance(entry.outgoing, Outgoing):
                    self._knew[entry.outgoing.key] = self._knows_of_body(entry.outgoing)
                self.is_keeping = self.is_keeping or is_awaited
            case Change(news=news):
                self._is_news = True
                self.document.apply(news)
                self.history.rebase(news)
                self._is_news = False
            case Wake(after_s=after_s):
                self.is_waking = after_s is not None
            case Look():
                self._post(Errand(self, self.life, look=effect))
            case Send():
                check_explained(effect)
                self.memory.sends(self.image, effect)
                self._post(Errand(self, self.life, request=Request(effect, self._knew[effect.key])))

    def _knows_of_body(self, frozen: Outgoing) -> int:
        """The deeds that whoever reads the body will have seen."""
        knows = self.memory.knows
        for id_ in frozen.held_back:
            knows &= ~self.ledger.on.get((self.image, id_), 0)
        return knows

    # --- what comes back

    def looked(self, look: Look, found: Revision) -> None:
        self._looked_knows = found.knows
        self.hear(looked_at(look, found.body, found.copy))

    def not_looked(self, error: Exception) -> None:
        self.hear(NotLooked(error))

    def sent(self, confirmed: Confirmed) -> None:
        self.hear(Sent(confirmed.copy, confirmed.previous_count))

    def not_sent(self, error: Exception) -> None:
        self.hear(NotSent(error))

    def _see(self, first: Revision) -> None:
        for annotation in first.body:
            self.memory.sees(self.image, annotation)

    def _changed(self, patch: Patch) -> None:
        if not self._is_news:
            self._note(patch)
        for _, after in patch.changes.values():
            self.memory.sees(self.image, after)
        for _, now in patch.conflicts.values():
            if now is not None:
                self.ledger.ask(self.memory, self.image, now)

    def _note(self, patch: Patch) -> None:
        """The person did this: it is kept, and the machine hears of it afterwards."""
        number = self.disk.write(Entry(op=Op(_KINDS[self.history.way], patch)))
        for asked, still in patch.conflicts.values():
            if asked is not None and still is None:
                kept = self.document.get(asked.id)
                self.ledger.decide(self.memory, self.image, asked, kept, number)
        base = {a.id: a for a in self.machine.base.base}
        self.ledger.note(self.memory, self.image, patch, number, base)
        self._ticks += 1
        self._pending.append(Edited(patch, number, float(self._ticks)))

    # --- the person

    def settle_disk(self, random: Random, faults: float) -> None:
        """The writer's thread comes to it, or the disk refuses."""
        is_keeping, self.is_keeping = self.is_keeping, False
        self.disk_failed = is_keeping and random.random() < faults * 0.1
        if self.disk_failed:
            self.hear(NotKept(OSError("no room")))
            return
        self.disk.settle()
        if is_keeping:
            self.hear(Kept())

    def wake(self) -> None:
        self.is_waking = False
        self.hear(Woken())

    def save(self) -> None:
        self.hear(Wanted())

    def open(self) -> None:
        self.hear(Opened())

    def gesture(self, random: Random) -> None:
        """Do something to the image."""
        if self.machine.guard is not None and random.random() < 0.5:
            self._answer(random)
            return
        self._choose(random)
        self.edits += len(self._pending)
        self._tell()

    def _tell(self) -> None:
        pending, self._pending = self._pending, []
        for edited in pending:
            self.hear(edited)

    def _choose(self, random: Random) -> None:
        chance = random.random()
        held = self.document.snapshot()
        if self.document.conflicts and chance < 0.3:
            self._decide(random)
        elif not held or chance < 0.35:
            self._draw(random)
        elif chance < 0.65:
            self._alter(random, random.choice(held))
        elif chance < 0.72:
            self._reorder(random, random.choice(held))
        elif chance < 0.82:
            self.history.do(Patch.removing(Verb.DELETE, [random.choice(held)]))
        elif chance < 0.90:
            self.history.undo()
        elif chance < 0.94:
            self.history.redo()
        elif self.machine.told:
            news = random.choice(self.machine.told)
            self.machine.forget_told([news])
            self.history.do(put_back(self.document, news))

    def _answer(self, random: Random) -> None:
        """Accept what is held up, or decline it: then all of mine is done once more."""
        guard = self.machine.guard
        if guard is None or random.random() < 0.5:
            self.hear(Accepted())
            return
        self.memory.knows |= self._looked_knows
        rows = guard.advance.changes
        gone = [self.document.get(id_) for id_, (_, there) in rows.items() if there is None]
        here = [a for a in gone if a is not None]
        self.ledger.note(
            self.memory, self.image, Patch.adding(Verb.RESTORE, here), self.disk.last, {}
        )
        self.hear(Declined())

    def _draw(self, random: Random) -> None:
        token = self._tokens.next()
        name = f"{ILLEGAL}{token}" if random.random() < 0.03 else f"n{token}"
        box = BBox(
            id=AnnotationId(f"b{token}"),
            name=name,
            x=float(token),
            y=0.0,
            w=1.0,
            h=1.0,
            rank=self.document.top_rank(),
        )
        self.history.do(Patch.adding(Verb.DRAW, [box]))

    def alter(self, place: int, field: str) -> None:
        """Change one field of the annotation at `place` in the list, or remove it ("")."""
        held = self.document.snapshot()
        if not held:
            return
        one, token = held[place % len(held)], self._tokens.next()
        if not isinstance(one, BBox) or not field:
            self.history.do(Patch.removing(Verb.DELETE, [one]))
        elif field == "name":
            self._replace(one, replace(one, name=f"n{token}"))
        elif field == "geometry":
            self._replace(one, replace(one, x=float(token)))
        else:
            values = {**(one.attributes.value() or {}), field: token}
            self._replace(one, replace(one, attributes=JsonText.of(values)))
        self._tell()

    def take_back(self, *, is_redo: bool) -> None:
        self.history.redo() if is_redo else self.history.undo()
        self._tell()

    def _replace(self, before: Annotation, after: Annotation) -> None:
        self.history.do(Patch.replacing(Verb.MOVE, [(before, after)]))

    def _alter(self, random: Random, held: Annotation) -> None:
        if not isinstance(held, BBox):
            return
        token = self._tokens.next()
        chance = random.random()
        if chance < 0.35:
            other = replace(held, x=float(token))
        elif chance < 0.65:
            other = replace(held, name=f"n{token}")
        else:
            key = random.choice(("k", "l"))
            values = held.attributes.value() or {}
            other = replace(held, attributes=JsonText.of({**values, key: token}))
        self.history.do(Patch.replacing(Verb.MOVE, [(held, other)]))

    def _reorder(self, random: Random, held: Annotation) -> None:
        is_up = random.random() < 0.5
        rank = self.document.top_rank() if is_up else self.document.bottom_rank()
        self.history.do(Patch.replacing(Verb.REORDER, [(held, replace(held, rank=rank))]))

    def _decide(self, random: Random) -> None:
        conflict = random.choice(sorted(self.document.conflicts.values(), key=lambda c: c.id))
        if random.random() < 0.3 and conflict.fields:
            wanted = random.sample(conflict.fields, random.randrange(len(conflict.fields) + 1))
            patch = decided_by_field(self.document, conflict, wanted)
        else:
            patch = decided(self.document, conflict, random.choice((Choice.MINE, Choice.THEIRS)))
        self.history.do(patch)

    def mend(self, random: Random) -> bool:
        """End what waits for a person; whether there was something."""
        if self.machine.guard is not None:
            self._answer(random)
            return True
        for id_ in sorted(self.machine.refused):
            held = self.document.get(id_)
            if isinstance(held, BBox):
                other = replace(held, name=f"n{self._tokens.next()}")
                self.history.do(Patch.replacing(Verb.RELABEL, [(held, other)]))
                self._tell()
                return True
        return False


def brief(move: Event | Effect) -> str:
    """One line of a story."""
    match move:
        case Edited(patch=patch) | Change(news=patch):
            rows = [f"{id_}: {_side(a)} => {_side(b)}" for id_, (a, b) in patch.changes.items()]
            asks = [f"{id_}?{c and c.fields}" for id_, (_, c) in patch.conflicts.items()]
            return f"{type(move).__name__} {'; '.join(rows + asks)}"
        case Send():
            held, body = sorted(move.held_back), " ".join(map(_side, move.body))
            return f"Send if {move.if_match} key {move.key[:4]} held {held} [{body}]"
        case Looked():
            theirs = "the same" if move.is_same else " ".join(map(_side, move.theirs))
            return f"Looked {move.copy.etag or move.copy.print} [{theirs}]"
        case Sent():
            return f"Sent {move.copy.etag or move.copy.print} before {move.previous_count}"
        case NotSent(error=error) | NotLooked(error=error):
            return f"{type(move).__name__} {type(error).__name__} {error}"
        case Keep(entry=entry):
            advance = entry.advance.cause if entry.advance is not None else ""
            frozen = "frozen" if isinstance(entry.outgoing, Outgoing) else ""
            return f"Keep {'news ' if entry.op else ''}{advance}{frozen}"
        case _:
            return type(move).__name__


def _side(annotation: Annotation | None) -> str:
    if not isinstance(annotation, BBox):
        return "-" if annotation is None else annotation.id
    return f"{annotation.id}:{annotation.name},{annotation.x:g},{annotation.attributes.text}"
