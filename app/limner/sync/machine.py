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

from collections.abc import Callable, Collection, Mapping
from enum import Enum, auto
from random import Random
from typing import Final

from limner.api.errors import Conflict, Invalid
from limner.model.annotations import AnnotationId
from limner.model.document import Document
from limner.model.merge import News
from limner.model.patch import Patch
from limner.storage.entry import (
    UNCHANGED,
    Advance,
    Cause,
    Copy,
    Entry,
    Kind,
    Op,
    Outgoing,
    Unchanged,
)
from limner.storage.entry import Kept as KeptImage
from limner.sync.answers import Meaning, meaning_of, was_executed_before
from limner.sync.frozen import Frozen, Ground, freeze, frozen_again
from limner.sync.looked import with_edits, without_any, without_removals
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
    Sent,
    Wake,
    Wanted,
    Woken,
)
from limner.sync.pace import AUTOSAVE_S, Pace
from limner.sync.state import CannotKeep
from limner.sync.troubles import MassRemoval, VeryBusy, WentBack
from limner.sync.unsent import Unsent
from limner.sync.versions import NOTHING_KNOWN, KnownVersions, VersionNames

MANY_EDITS: Final = 1_000
"""So many annotations edited while the server was read are merged by another look."""

MANY_REMOVED: Final = 20
FEW: Final = 3


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
        self.trouble: Exception | None = None
        """Why the work is not on the server; those of `waits_by_itself` need nobody."""
        self.guard: Looked | None = None
        """What is held up until the person has accepted or declined it."""
        self.is_shared = False
        """Whether somebody else saved between a look and a save, on a server without ETags."""
        self.told: tuple[News, ...] = ()
        """What others did since it was last forgotten."""
        self._document = document
        self._random = random
        self._pace = Pace(random, autosave_s)
        self._ground = Ground(kept.base, kept.copy)
        self._ahead = Unsent(kept.ahead)
        self._since = Unsent(kept.since)
        self._known = KnownVersions(kept.known) if kept.known else NOTHING_KNOWN
        self._refused = dict(kept.refused)
        self._last = kept.last
        self._phase = _Phase.IDLE
        self._frozen: Frozen | None = None
        self._unanswered: Frozen | None = None
        self._key: str | None = None
        self._under_key: tuple[VersionNames, ...] = ()
        self._has_outgoing = kept.outgoing is not None
        self._must_look = False
        self._is_fresh = False
        self._is_wanted = False
        self._stop: Meaning | None = None
        self._wait: Meaning | None = None
        if kept.outgoing is not None:
            self._doubt(frozen_again(kept, kept.outgoing))

    # --- what people see of it

    @property
    def is_dirty(self) -> bool:
        """Whether the server is not known to have everything."""
        return bool(self._ahead.changes) or self._unanswered is not None

    @property
    def is_sending(self) -> bool:
        return self._phase in (_Phase.KEEPING, _Phase.SENDING)

    @property
    def is_looking(self) -> bool:
        return self._phase is _Phase.LOOKING

    @property
    def refused(self) -> Mapping[AnnotationId, str]:
        """The server's words about annotations it did not take."""
        return self._refused

    @property
    def held_back(self) -> frozenset[AnnotationId]:
        """Changed annotations that are not sent: refused, or a person must decide."""
        asked = (*self._refused, *self._document.conflicts)
        return frozenset(id_ for id_ in asked if id_ in self._ahead.changes)

    @property
    def base(self) -> Ground:
        """The list that the server is known to hold, and its name."""
        return self._ground

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
                return self._wanted([*self._without_refused(self._refused)])
            case Opened():
                self._must_look = self._must_look or self._is_idle
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
        self._ahead.add(event.patch)
        self._since.add(event.patch)
        self._last = event.number
        delay = self._pace.edited(event.at)
        if self._stop is Meaning.TOO_BIG:
            self._stop = self.trouble = None
        effects = self._without_refused(event.patch.changes)
        if self._is_idle and self._wait is None and self._is_free and self._has_work:
            effects.append(Wake(delay))
        return effects

    def _wanted(self, effects: list[Effect]) -> list[Effect]:
        if self._wait is Meaning.THROTTLED:
            return effects
        self._stop = None
        if self.guard is not None:  # the server may have thought better of it
            self.guard, self._must_look = None, True
        self._is_wanted = True
        return [*effects, *self._go()] if self._is_idle else effects

    def _without_refused(self, ids: Collection[AnnotationId]) -> list[Effect]:
        """Try again what was refused and is another version now, or may be right now."""
        if self._refused.keys().isdisjoint(ids):
            return []
        self._refused = {id_: words for id_, words in self._refused.items() if id_ not in ids}
        return [Keep(Entry(refused=dict(self._refused)))]

    # --- what to do next

    @property
    def _is_free(self) -> bool:
        return self._stop is None and self.guard is None

    @property
    def _has_work(self) -> bool:
        return len(self._ahead.changes) > len(self.held_back)

    def _go(self) -> list[Effect]:
        """Do what is due, if anything."""
        if not self._is_free:
            return []
        self._wait = None
        self._is_wanted = False
        if self._unanswered is not None:
            self._phase, self._frozen = _Phase.SENDING, self._unanswered
            return [self._unanswered.send]
        is_blind = self._ground.copy.etag is None and not self._is_fresh
        if self._must_look or (is_blind and self._has_work):
            return self._look()
        return self._freeze() if self._has_work else []

    def _look(self) -> list[Effect]:
        self._phase = _Phase.LOOKING
        self._since = Unsent()
        document = self._document
        open_now = dict(document.conflicts)
        base, copy = self._ground.base, self._ground.copy
        return [Look(base, copy, document.snapshot(), open_now, self.held_back, self._known)]

    def _freeze(self) -> list[Effect]:
        key = self._key or f"{self._random.getrandbits(128):032x}"
        held_back = self.held_back
        frozen = self._frozen = freeze(
            self._ground,
            self._document,
            self._ahead,
            held_back,
            Outgoing(self._last, key, held_back),
            is_first=self._key is None,
        )
        self._phase, self._since, self._has_outgoing = _Phase.KEEPING, Unsent(), True
        self._pace.froze()
        names = VersionNames(frozen.send.ahead.changes)
        if self._obeys_keys:  # and says therefore which of them it has executed
            self._under_key = (*self._under_key, names)
            return [Keep(Entry(outgoing=frozen.outgoing), is_awaited=True)]
        self._known = self._known.and_also(names)
        return [Keep(Entry(outgoing=frozen.outgoing, known=names), is_awaited=True)]

    @property
    def _obeys_keys(self) -> bool:
        """Whether the server executes one key only once, as those do that count versions."""
        return self._ground.copy.rev is not None

    # --- sending

    def _send(self, trouble: Exception | None) -> list[Effect]:
        if self._phase is not _Phase.KEEPING or self._frozen is None:
            return []
        self.trouble = trouble or self.trouble
        self._phase = _Phase.SENDING
        return [self._frozen.send]

    def _sent(self, event: Sent) -> list[Effect]:
        frozen = self._taken()
        is_alarm = event.copy.etag is None and event.previous_count != len(frozen.send.base)
        self.is_shared = self.is_shared or is_alarm
        # The answer to a repeated request may be an old one.
        self._must_look = is_alarm or self._unanswered is not None
        self._pace.saved()
        self.trouble = self._stop = self._key = None
        self._under_key = ()
        return [*self._advance(frozen, event.copy), *self._rest()]

    def _advance(self, frozen: Frozen, copy: Copy) -> list[Effect]:
        """The server has the body: it is the base now."""
        self._ground = Ground(frozen.send.body, copy)
        self._ahead = Unsent(frozen.held)
        self._ahead.add(self._since.patch())
        self._unanswered, self._is_fresh = None, False
        advance = Advance(Cause.SAVED, frozen.send.ahead, copy, frozen.upto)
        forgets = self._forget_known(copy)
        return [Keep(Entry(advance=advance, forgets_known=forgets, outgoing=self._no_outgoing()))]

    def _rest(self) -> list[Effect]:
        """After a save: at once what is wanted, later what was edited meanwhile."""
        if self._must_look or (self._is_wanted and self._has_work):
            return self._go()
        return [Wake(self._pace.autosave_s)] if self._has_work else []

    def _not_sent(self, error: Exception) -> list[Effect]:
        frozen = self._taken()
        if was_executed_before(error):
            return self._landed(frozen)
        meaning = meaning_of(error)
        if meaning is Meaning.DOUBT:
            self._doubt(frozen)
            return self._follow(error)
        is_again = self._unanswered is not None
        if is_again and (isinstance(error, Conflict) or meaning not in _CERTAIN):
            return self._follow(error, Meaning.WAIT if isinstance(error, Conflict) else meaning)
        self._unanswered = None
        if meaning is Meaning.REFUSED:
            return self._refuse(frozen, error)
        return [*self._forget_outgoing(), *self._follow(error)]

    def _taken(self) -> Frozen:
        frozen, self._frozen = self._frozen, None
        if frozen is None:
            raise AssertionError("something was sent that was never frozen")
        return frozen

    def _doubt(self, frozen: Frozen) -> None:
        """It is not known whether the server has this."""
        if self._obeys_keys:
            self._unanswered, self._key = frozen, frozen.send.key
        else:
            self._must_look = True

    def _landed(self, frozen: Frozen) -> list[Effect]:
        """The server says that it has executed another body with this key."""
        was_again = self._unanswered is not None
        names, self._under_key = self._under_key, ()
        self._unanswered, self._key, self._must_look = None, None, True
        if was_again and frozen.is_first:  # the same one, in other words
            return [*self._advance(frozen, Copy()), *self._go()]
        self._known = KnownVersions({}, names, are_late=True)
        return [*self._forget_outgoing(), *self._go()]

    def _refuse(self, frozen: Frozen, error: Exception) -> list[Effect]:
        words = {} if not isinstance(error, Invalid) else _named(error, frozen)
        if not words:
            return [*self._forget_outgoing(), *self._follow(error)]
        self._refused |= {id_: w for id_, w in words.items() if id_ not in self._since.changes}
        entry = Entry(refused=dict(self._refused), outgoing=self._no_outgoing())
        return [Keep(entry), *self._go()]

    # --- looking

    def _looked(self, event: Looked) -> list[Effect]:
        self._pace.looked()
        if event.is_same:
            return self._same(event)
        self.trouble = self._held_up(event)
        if self.trouble is not None:
            self.guard = event
            return []
        return self._take(event)

    def _same(self, event: Looked) -> list[Effect]:
        self._ground = Ground(self._ground.base, event.copy)
        self._known = event.known
        self._must_look, self._is_fresh, self.trouble = False, True, None
        return [*self._forget_outgoing(), *self._go()]

    def _held_up(self, event: Looked) -> Exception | None:
        """Why a person should see this first."""
        known, held = self._ground.copy.rev, event.copy.rev
        if known is not None and held is not None and held < known:
            return WentBack(known, held)
        gone = event.removed
        if gone > MANY_REMOVED or (gone >= FEW and 2 * gone > event.remaining):
            return MassRemoval(gone)
        return None

    def _decided(self, choice: Callable[[Looked, Document], Looked] | None) -> list[Effect]:
        guard, self.guard = self.guard, None
        return [] if guard is None else self._take(guard, choice)

    def _take(
        self, looked: Looked, choice: Callable[[Looked, Document], Looked] | None = None
    ) -> list[Effect]:
        """Make what the server holds the base, and what others did part of the document."""
        if len(self._since.changes) > MANY_EDITS:
            return self._look()
        looked = with_edits(looked, self._since, self._document)
        if choice is not None:
            looked = choice(looked, self._document)
        self._ground = Ground(looked.theirs, looked.copy)
        self._ahead, self._since = Unsent(looked.ahead), Unsent()
        self._known = looked.known
        self._must_look, self._is_fresh, self.trouble = False, True, None
        self.told += looked.told
        keep = Keep(self._entry(looked))
        if not looked.news:
            return [keep, *self._go()]
        self._wait = Meaning.WAIT  # the document has the news once this is carried out
        return [Change(looked.news), keep, Wake(0.0)]

    def _entry(self, looked: Looked) -> Entry:
        forgets = self._forget_known(looked.copy) or self._forget_removed(looked.news)
        return Entry(
            op=Op(Kind.NEWS, looked.news) if looked.news else None,
            advance=Advance(Cause.FETCHED, looked.advance, looked.copy),
            forgets_known=forgets,
            known=self._known.versions() if forgets else {},
            outgoing=self._no_outgoing(),
        )

    # --- small parts

    def _follow(self, error: Exception, meaning: Meaning | None = None) -> list[Effect]:
        """What comes after an error, once it is clear what became of the request."""
        meaning = meaning or meaning_of(error)
        if meaning is Meaning.CHANGED:
            self._must_look = True
            delay = self._pace.overtaken()
            if delay == 0.0:
                return self._go()
            if delay is not None:
                self._wait = meaning
                return [Wake(delay)]
            error, meaning = VeryBusy(), Meaning.WAIT
        self.trouble = error
        if meaning in (Meaning.WAIT, Meaning.DOUBT, Meaning.THROTTLED):
            self._wait = meaning
            is_throttled = meaning is Meaning.THROTTLED
            return [Wake(self._pace.throttled(error) if is_throttled else self._pace.failed())]
        self._stop = Meaning.TOO_BIG if meaning is Meaning.REFUSED else meaning
        return []

    def _forget_known(self, copy: Copy) -> bool:
        """Forget old versions, where no old request can succeed any more."""
        if copy.etag is None or not self._known:
            return False
        self._known = NOTHING_KNOWN
        return True

    def _forget_removed(self, news: Patch) -> bool:
        """Forget what others removed: who makes it again later means it."""
        known, self._known = self._known, self._known.without(news.removed())
        return known is not self._known

    def _no_outgoing(self) -> Unchanged | None:
        was, self._has_outgoing = self._has_outgoing, False
        return None if was else UNCHANGED

    def _forget_outgoing(self) -> list[Effect]:
        return [Keep(Entry(outgoing=self._no_outgoing()))] if self._has_outgoing else []


_CERTAIN: Final = (Meaning.CHANGED, Meaning.REFUSED)
"""Answers to a repeated request which say that the first was not executed either."""


def _named(error: Invalid, frozen: Frozen) -> dict[AnnotationId, str]:
    """The server's words for each annotation that was changed here."""
    body, changed = frozen.send.body, frozen.send.ahead.changes
    words: dict[AnnotationId, str] = {}
    for problem in error.problems:
        index = problem.annotation_index
        if index is not None and 0 <= index < len(body) and body[index].id in changed:
            words.setdefault(body[index].id, problem.message)
    return words
