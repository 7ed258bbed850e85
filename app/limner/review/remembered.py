"""What a server said of a review: its projects, questions and answers, for when it is away."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from limner.model.verdicts import Criteria, Target, Verdict
from limner.storage.errors import StorageError
from limner.storage.workspace_file import WorkspaceFile

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)
_PROJECT: Final = "review project"
_VERDICTS: Final = "verdicts"


@dataclass(frozen=True, slots=True)
class Questions:
    """A project and what it asks."""

    project_id: str
    criteria: tuple[Criteria, ...]


_read_questions: Final = msgspec.json.Decoder(Questions).decode
_read_verdicts: Final = msgspec.json.Decoder(list[Verdict]).decode


class Remembered:
    """Any thread may call. What cannot be read is as if it had never been kept."""

    def __init__(self, file: WorkspaceFile, origin: str) -> None:
        self._file = file
        self._origin = origin

    def questions(self, project_name: str) -> Questions | None:
        """The project of that name with its questions, as the server gave them last."""
        return self._recall(_PROJECT, project_name, _read_questions)

    def keep_questions(self, project_name: str, questions: Questions) -> None:
        self._keep(_PROJECT, project_name, questions)

    def verdicts(self, target: Target, project_id: str) -> list[Verdict]:
        """What was stored about a target when it was looked at last."""
        return self._recall(_VERDICTS, _reference(target, project_id), _read_verdicts) or []

    def keep_verdicts(self, target: Target, project_id: str, verdicts: Sequence[Verdict]) -> None:
        self._keep(_VERDICTS, _reference(target, project_id), verdicts)

    def add(self, target: Target, project_id: str, verdict: Verdict) -> None:
        """One more is stored, or another in the place of one."""
        others = [
            each
            for each in self.verdicts(target, project_id)
            if each.criteria_id != verdict.criteria_id
        ]
        self.keep_verdicts(target, project_id, [*others, verdict])

    def _keep(self, kind: str, reference: str, value: object) -> None:
        self._file.remember(self._origin, kind, reference, msgspec.json.encode(value))

    def _recall(self, kind: str, reference: str, read: Callable[[bytes], T]) -> T | None:
        try:
            found = self._file.recall(self._origin, kind, reference)
            return None if found is None else read(found.body)
        except (StorageError, msgspec.MsgspecError) as error:
            _LOG.warning("what the server said of %s %s cannot be read: %s", kind, reference, error)
            return None


def _reference(target: Target, project_id: str) -> str:
    return json.dumps([target.type, target.reference, project_id])
