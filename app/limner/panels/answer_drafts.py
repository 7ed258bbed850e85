"""What a reviewer has typed and not submitted: nothing typed is lost."""

from __future__ import annotations

from limner.model.verdicts import Answer, Target

Key = tuple[Target, str]
"""The target and the id of the criterion."""


class AnswerDrafts:
    """Answers by target and criterion, as long as the panel works on one desk."""

    def __init__(self) -> None:
        self._typed: dict[Key, Answer] = {}

    def clear(self) -> None:
        self._typed.clear()

    def type(self, key: Key, answer: Answer | None) -> None:
        """Keep what was typed and not submitted; None when it is what is stored."""
        if answer is None:
            self._typed.pop(key, None)
        else:
            self._typed[key] = answer

    def typed(self, key: Key) -> Answer | None:
        return self._typed.get(key)
