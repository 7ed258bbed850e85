"""What is reviewed, the question asked, and the answer (Patronus contract, 1 and 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TargetType(StrEnum):
    """The five kinds of object a verdict can be about, spelled as on the wire."""

    TRACE = "trace"
    SPAN = "span"
    LOG = "log"
    TRACE_INSIGHT = "trace_insight"
    EVALUATION = "evaluation"


class CriteriaKind(StrEnum):
    """How a criterion is answered, spelled as on the wire."""

    BINARY = "binary"
    CONTINUOUS = "continuous"
    DISCRETE = "discrete"
    CATEGORICAL = "categorical"
    TEXT = "text_annotation"


@dataclass(frozen=True, slots=True)
class Category:
    """One choice of a discrete or categorical criterion."""

    label: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Criteria:
    """The question asked of a target; `targets` empty means that it fits every type."""

    id: str
    name: str
    kind: CriteriaKind
    description: str = ""
    categories: tuple[Category, ...] = ()
    targets: frozenset[TargetType] = frozenset()

    def fits(self, target: Target) -> bool:
        return not self.targets or target.type in self.targets


@dataclass(frozen=True, slots=True)
class Target:
    """What is reviewed: the type and an opaque reference."""

    type: TargetType
    reference: str


@dataclass(frozen=True, slots=True)
class Item:
    """Where a person finds a target: an image of a server, and perhaps one annotation on it.

    The reference of a target is opaque, so it does not say.
    """

    origin: str
    image_id: str
    name: str
    annotation_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The value of a verdict; at least one of the first three is given."""

    value_pass: bool | None = None
    value_score: float | None = None
    value_text: str | None = None
    explanation: str | None = None

    def is_empty(self) -> bool:
        return self.value_pass is None and self.value_score is None and not self.value_text

    def says(self, other: Answer) -> bool:
        """Whether both say the same; an empty text says nothing."""
        return self._words() == other._words()

    def _words(self) -> tuple[object, ...]:
        texts = (self.value_text or None, self.explanation or None)
        return (self.value_pass, self.value_score, *texts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stored answer; (target, criteria) is its key: a second answer replaces the first."""

    id: str
    criteria_id: str
    target: Target
    answer: Answer
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """What somebody once answered; `author` is a name for people, perhaps empty."""

    answer: Answer
    author: str
    at: datetime


def answer_of_category(category: Category) -> Answer:
    """The one place that says how a chosen category travels: label as text, score as score."""
    return Answer(value_score=category.score, value_text=category.label)
