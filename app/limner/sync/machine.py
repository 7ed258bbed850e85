"""Keeps the work on one image and its copy on the server in step: what follows from each event.

Rules (study of the wire: a save is a full overwrite, and the seed's servers know no versions):

1. Nothing is sent that is not on the disk first, unless the disk refuses.
2. A server with ETags is sent to at once, under the condition that it holds the base; another one
   is read before each save, and what is there is merged.
3. After an answer that leaves open whether the save happened, a server that carries out a key
   only once gets the very same request again; any other is read, and gets another body.
4. What was refused, or waits for a person's decision, goes back as the server has it.
5. When much would go here because it is gone there, or when the server went back in time, a
   person is asked first.
6. What nobody changed is not sent.

The machine is pure: no clock, thread, disk or network, and no chance but `random`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum, auto
from random import Random
from typing import Final

from limner.api.errors import Conflict, Stale
from limner.model.annotations import AnnotationId
from limner.model.document import Document
from limner.model.merge import News
from limner.storage.entry import (
    UNCHANGED,
    Advance,
    Cause,
    Copy,
    Entry,
    Kind,
    Op,
    Unchanged,
)
from limner.storage.entry import Kept as KeptImage
from limner.sync.answers import Meaning, meaning_of, was_executed_before
from limner.sync.course import Course
from limner.sync.doubt import Doubt
from limner.sync.frozen import Frozen, Ground, words_for
from limner.sync.looked import held_up, without_any, without_removals
from limner.sync.moves import (
    Accepted,
    Change,
    Declined,
    Edited,
    Effect,
    Event,
    Keep,
    Kept,
    Looked,
    NotKept,
    NotLooked,
    NotSent,
    Opened,
    Sent,
    Wake,
    Wanted,
    Woken,
)
from limner.sync.pace import AUTOSAVE_S
from limner.sync.state import CannotKeep
from limner.sync.troubles import MassRemoval
from limner.sync.work import Choice, Work

_CERTAIN: Final = (Meaning.CHANGED, Meaning.REFUSED)
"""Answers to a repeated request which say that the first was not executed either."""


class _Phase(Enum):
    IDLE = auto()
    LOOKING = auto()
    KEEPING = auto()
    SENDING = auto()


class Machine:
    """What is to be done about one image. Main thread only; `handle` is quick."""

    def __init__(
        self,
        document: Document,
        kept: KeptImage,
        random: Random,
        autosave_s: float = AUTOSAVE_S,
    ) -> None:
        """Go on from what the journal has, or from a list that was just read.

        `document` is that of `kept`. It is read here and never changed: that is for who carries
        out the effects.
        """
        self.guard: Looked | None = None
        """What is held up until the person has accepted or declined it."""
        self.is_shared = False
        """Whether somebody else saved between a look and a save, on a server without ETags."""
        self.told: tuple[News, ...] = ()
        """What others did since it was last forgotten."""
        self._work = Work(document, kept)
        self._doubt = Doubt(kept, random)
        self._course = Course(random, autosave_s)
        self._phase = _Phase.IDLE
        self._frozen: Frozen | None = None
        self._has_outgoing = kept.outgoing is not None
        self._is_fresh = False
        self._is_wanted = False

    # --- what people see of it

    @property
    def trouble(self) -> Exception | None:
        """Why the work is not on the server; those of `waits_by_itself` need nobody."""
        return self._course.trouble

    @property
    def is_dirty(self) -> bool:
        """Whether the server is not known to have everything."""
        return self._work.is_ahead or self._has_outgoing

    @property
    def is_sending(self) -> bool:
        return self._phase in (_Phase.KEEPING, _Phase.SENDING)

    @property
    def is_looking(self) -> bool:
        return self._phase is _Phase.LOOKING

    @property
    def refused(self) -> Mapping[AnnotationId, str]:
        """The server's words about annotations it did not take."""
        return self._work.refused

    @property
    def held_back(self) -> frozenset[AnnotationId]:
        """Changed annotations that are not sent: refused, or a person must decide."""
        return self._work.held_back

    @property
    def base(self) -> Ground:
        """The list that the server is known to hold, and its name."""
        return self._work.ground

    def forget_told(self, seen: Collection[News]) -> None:
        """Keep on the list only what is not in `seen`."""
        self.told = tuple(each for each in self.told if each not in seen)

    # --- events

    def handle(self, event: Event) -> list[Effect]:
        """What is to be done now, in this order."""
        match event:
            case Edited():
                return self._edited(event)
            case Woken():
                return self._go() if self._is_idle else []
            case Wanted():
                return self._wanted(self._try_refused(self.refused))
            case Opened():
                self._doubt.must_look = self._doubt.must_look or self._is_idle
                return self._wanted([])
            case Kept():
                return self._send(None)
            case NotKept():
                return self._send(CannotKeep())
            case Looked():
                return self._looked(event) if self._ends(_Phase.LOOKING) else []
            case NotLooked(error=error):
                return self._follow(error) if self._ends(_Phase.LOOKING) else []
            case Sent():
                return self._sent(event) if self._ends(_Phase.SENDING) else []
            case NotSent(error=error):
                return self._not_sent(error) if self._ends(_Phase.SENDING) else []
            case Accepted():
                return self._decided(None)
            case Declined():
                is_mass = isinstance(self.trouble, MassRemoval)
                return self._decided(without_removals if is_mass else without_any)

    @property
    def _is_idle(self) -> bool:
        return self._phase is _Phase.IDLE

    def _ends(self, phase: _Phase) -> bool:
        """Whether this phase was on, and is over now."""
        if self._phase is not phase:
            return False
        self._phase = _Phase.IDLE
        return True

    def _edited(self, event: Edited) -> list[Effect]:
        self._work.edited(event.patch, event.number)
        self._course.edited()
        delay = self._course.pace.edited(event.at)
        effects = self._try_refused(event.patch.changes)
        is_free = self._is_idle and self._may_go and not self._course.is_waiting
        if is_free and self._work.can_be_sent:
            effects.append(Wake(delay))
        return effects

    def _wanted(self, effects: list[Effect]) -> list[Effect]:
        if self._course.is_throttled:
            return effects
        self._course.wanted()
        if self.guard is not None:  # the server may have thought better of it
            self.guard, self._doubt.must_look = None, True
        self._is_wanted = True
        return [*effects, *self._go()] if self._is_idle else effects

    def _try_refused(self, ids: Collection[AnnotationId]) -> list[Effect]:
        """What was refused and is another version now, or may be right now."""
        is_any = self._work.allow(ids)
        return [Keep(Entry(refused=dict(self.refused)))] if is_any else []

    # --- what to do next

    @property
    def _may_go(self) -> bool:
        return not self._course.is_stopped and self.guard is None

    def _go(self) -> list[Effect]:
        """Do what is due, if anything."""
        if not self._may_go:
            return []
        self._course.goes_on()
        self._is_wanted = False
        if self._doubt.unanswered is not None:
            self._phase, self._frozen = _Phase.SENDING, self._doubt.unanswered
            return [self._frozen.send]
        is_blind = self.base.copy.etag is None and not self._is_fresh
        if self._doubt.must_look or (is_blind and self._work.can_be_sent):
            return self._look()
        return self._freeze() if self._work.can_be_sent else []

    def _look(self) -> list[Effect]:
        self._phase = _Phase.LOOKING
        return [self._work.look(self._doubt.known)]

    def _freeze(self) -> list[Effect]:
        key, is_first = self._doubt.key()
        frozen = self._frozen = self._work.freeze(key, is_first=is_first)
        self._phase, self._has_outgoing = _Phase.KEEPING, True
        self._course.pace.froze()
        known = self._doubt.note(frozen, self.base.copy)
        return [Keep(Entry(outgoing=frozen.outgoing, known=known or {}), is_awaited=True)]

    # --- sending

    def _send(self, trouble: Exception | None) -> list[Effect]:
        if self._phase is not _Phase.KEEPING or self._frozen is None:
            return []
        self._course.trouble = trouble or self.trouble
        self._phase = _Phase.SENDING
        return [self._frozen.send]

    def _sent(self, event: Sent) -> list[Effect]:
        frozen = self._taken()
        self._course.saved()
        self._doubt.confirmed(event.copy)
        if event.copy.etag is None and event.previous_count != len(frozen.send.base):
            self.is_shared = self._doubt.must_look = True
        return [*self._stored(frozen, event.copy), *self._rest()]

    def _stored(self, frozen: Frozen, copy: Copy) -> list[Effect]:
        """The server has the body."""
        advance = self._work.stored(frozen, copy)
        self._is_fresh = False
        forgets = self._doubt.forget(copy)
        outgoing = self._no_outgoing()
        return [Keep(Entry(advance=advance, forgets_known=forgets, outgoing=outgoing))]

    def _rest(self) -> list[Effect]:
        """After a save: at once what is wanted, later what was edited meanwhile."""
        can_be_sent = self._work.can_be_sent
        if self._doubt.must_look or (self._is_wanted and can_be_sent):
            return self._go()
        return [Wake(self._course.pace.autosave_s)] if can_be_sent else []

    def _not_sent(self, error: Exception) -> list[Effect]:
        frozen, doubt = self._taken(), self._doubt
        if was_executed_before(error):
            is_it = doubt.executed_before(frozen)
            return [*(self._stored(frozen, Copy()) if is_it else self._given_up()), *self._go()]
        meaning = meaning_of(error)
        if meaning is Meaning.DOUBT:
            doubt.begin(frozen, self.base.copy)
            return self._follow(error)
        if doubt.unanswered is not None and isinstance(error, Conflict):  # it runs still
            return self._follow(error, Meaning.WAIT)
        if doubt.unanswered is not None and meaning not in _CERTAIN:
            return self._follow(error)
        if doubt.unanswered is not None and isinstance(error, Stale):
            doubt.overtaken()
        else:
            doubt.not_executed()
        if meaning is Meaning.REFUSED:
            return self._refuse(frozen, error)
        return [*self._given_up(), *self._follow(error)]

    def _taken(self) -> Frozen:
        frozen, self._frozen = self._frozen, None
        if frozen is None:
            raise AssertionError("something was sent that was never frozen")
        return frozen

    def _refuse(self, frozen: Frozen, error: Exception) -> list[Effect]:
        words = words_for(error, frozen.send)
        if not words:
            return [*self._given_up(), *self._follow(error)]
        self._work.refuse(words)
        entry = Entry(refused=dict(self.refused), outgoing=self._no_outgoing())
        return [Keep(entry), *self._go()]

    # --- looking

    def _looked(self, event: Looked) -> list[Effect]:
        if event.is_same:
            self._work.same(event.copy)
            self._saw(event)
            return [*self._given_up(), *self._go()]
        trouble = held_up(self.base.copy, event)
        self._course.looked(trouble)
        if trouble is None:
            return self._take(event, None)
        self.guard = event
        return []

    def _saw(self, looked: Looked) -> None:
        self._course.looked(None)
        self._doubt.looked(looked.known)
        self._is_fresh = True

    def _decided(self, choice: Choice | None) -> list[Effect]:
        guard, self.guard = self.guard, None
        return [] if guard is None else self._take(guard, choice)

    def _take(self, looked: Looked, choice: Choice | None) -> list[Effect]:
        """Make what the server holds the base, and what others did part of the document."""
        if self._work.has_changed_much:
            return self._look()
        looked = self._work.take(looked, choice)
        self._saw(looked)
        self.told += looked.told
        keep = Keep(self._entry(looked))
        if not looked.news:
            return [keep, *self._go()]
        self._course.waits()  # the document has the news once this is carried out
        return [Change(looked.news), keep, Wake(0.0)]

    def _entry(self, looked: Looked) -> Entry:
        forgets = self._doubt.forget(looked.copy, looked)
        return Entry(
            op=Op(Kind.NEWS, looked.news) if looked.news else None,
            advance=Advance(Cause.FETCHED, looked.advance, looked.copy),
            forgets_known=forgets,
            known=self._doubt.known.versions() if forgets else {},
            outgoing=self._no_outgoing(),
        )

    # --- small parts

    def _follow(self, error: Exception, meaning: Meaning | None = None) -> list[Effect]:
        """What comes after an error, once it is clear what became of the request."""
        meaning = meaning or meaning_of(error)
        if meaning is Meaning.CHANGED:
            self._doubt.must_look = True
        delay = self._course.follow(error, meaning)
        if delay is None:
            return []
        return [Wake(delay)] if delay else self._go()

    def _given_up(self) -> list[Effect]:
        """Nothing is on its way any more."""
        return [Keep(Entry(outgoing=self._no_outgoing()))] if self._has_outgoing else []

    def _no_outgoing(self) -> Unchanged | None:
        was, self._has_outgoing = self._has_outgoing, False
        return None if was else UNCHANGED
