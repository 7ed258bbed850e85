"""What a reviewer has answered and no server has confirmed yet: nothing typed is lost."""

from __future__ import annotations

from limner.model.verdicts import Answer, Target
from limner.review.desk import Desk, Mark

Key = tuple[Target, str]
"""The target and the id of the criterion."""


class AnswerDrafts:
    """Answers by target and criterion, as long as the panel works on one desk."""

    def __init__(self) -> None:
        self._typed: dict[Key, Answer] = {}
        self._sent: dict[Key, Answer] = {}

    def clear(self) -> None:
        self._typed.clear()
        self._sent.clear()

    def type(self, key: Key, answer: Answer | None) -> None:
        """Keep what was typed and not submitted; None when it is what is stored."""
        if answer is None:
            self._typed.pop(key, None)
        else:
            self._typed[key] = answer

    def send(self, key: Key, answer: Answer) -> None:
        """The answer was submitted; it is kept until it has arrived."""
        self._typed.pop(key, None)
        self._sent[key] = answer

    def typed(self, key: Key) -> Answer | None:
        return self._typed.get(key)

    def sent(self, key: Key) -> Answer | None:
        """What was submitted and has not arrived, whether it is on its way or was refused."""
        return self._sent.get(key)

    def settle(self, desk: Desk) -> None:
        """Let go of the answers that have arrived."""
        for key in [key for key in self._sent if key[0] == desk.target]:
            verdict, mark = desk.verdict(key[1]), desk.mark(key[1])
            is_stored = verdict is not None and verdict.answer == self._sent[key]
            if is_stored or mark in (Mark.SUBMITTED, Mark.UPDATED):
                del self._sent[key]
