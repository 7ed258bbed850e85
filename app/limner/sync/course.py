"""Why the work on an image does not go on just now, and for how long."""

from __future__ import annotations

from random import Random

from limner.sync.answers import Meaning
from limner.sync.pace import Pace
from limner.sync.troubles import VeryBusy


class Course:
    """Waiting, which time ends, and standing still, which a person ends."""

    def __init__(self, random: Random, autosave_s: float) -> None:
        self.trouble: Exception | None = None
        """What went wrong last, until it went well again."""
        self.pace = Pace(random, autosave_s)
        self._stop: Meaning | None = None
        self._wait: Meaning | None = None

    @property
    def is_stopped(self) -> bool:
        return self._stop is not None

    @property
    def is_waiting(self) -> bool:
        """Whether a wake is due anyway, which is not to come earlier because of an edit."""
        return self._wait is not None

    @property
    def is_throttled(self) -> bool:
        """Whether the server asked to be left alone, which nobody here may pass over."""
        return self._wait is Meaning.THROTTLED

    def waits(self) -> None:
        """Go on at the next wake, and not before."""
        self._wait = Meaning.WAIT

    def goes_on(self) -> None:
        self._wait = None

    def edited(self) -> None:
        """What was too much, or could not be taken as it was, is something else now."""
        if self._stop is Meaning.TOO_BIG:
            self._stop = self.trouble = None

    def wanted(self) -> None:
        """The person wants it tried, whatever stood in the way."""
        self._stop = None

    def saved(self) -> None:
        self.trouble = self._stop = None
        self.pace.saved()

    def looked(self, trouble: Exception | None) -> None:
        self.trouble = trouble
        self.pace.looked()

    def follow(self, error: Exception, meaning: Meaning) -> float | None:
        """Take an answer to heart: how long to wait, 0 for not at all, None for a person."""
        if meaning is Meaning.CHANGED:
            delay = self.pace.overtaken()
            if delay is not None:
                self._wait = meaning
                return delay
            error, meaning = VeryBusy(), Meaning.WAIT
        self.trouble = error
        if meaning in (Meaning.WAIT, Meaning.DOUBT, Meaning.THROTTLED):
            self._wait = meaning
            return self.pace.throttled(error) if self.is_throttled else self.pace.failed()
        self._stop = Meaning.TOO_BIG if meaning is Meaning.REFUSED else meaning
        return None
