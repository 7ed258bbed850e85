"""The messages of the Patronus wire: verdicts, the criteria they answer, and what they judge.

What a client sends (`…In`, `…Search`) ignores keys it does not know, because every SDK release
sends its own; what a server answers keeps them, so that nothing a newer server says is lost.
Every key of an answer is present, `null` where there is nothing. Numbers are finite, moments carry
a zone, text holds no NUL (no database stores one).

Wire facts: docs.patronus.ai, `patronus-api` 0.3.0, `patronus` 0.1.26.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)

ResourceType = Literal["trace", "span", "log", "trace_insight", "evaluation"]
CriteriaType = Literal["binary", "continuous", "discrete", "categorical", "text_annotation"]
EvaluationType = Literal["patronus_evaluation", "client_evaluation", "annotation"]
ProcessingStatus = Literal["pending", "success", "failed", "cancelled"]
Operation = Literal[
    "starts_with", "ends_with", "like", "ilike", "eq", "ne", "lt", "le", "gt", "ge", "in"
]
Order = Literal["timestamp asc", "timestamp desc"]

VALUE_FIELDS = ("value_pass", "value_score", "value_text")

# The wire documents no length; PostgreSQL refuses index rows over 2704 bytes, and a reference is
# part of the key of an annotation.
MAX_REFERENCE = 512
MAX_TEXT = 100_000
MAX_FILTERS = 1000


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("text must not contain NUL characters")
    return text


def _storable(value: Any) -> Any:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, float) and not math.isfinite(item):
            raise ValueError("numbers must be finite")
        if isinstance(item, str):
            _without_nul(item).encode()  # a lone surrogate is a UnicodeEncodeError, a ValueError
        elif isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return value


def _in_utc(moment: datetime) -> datetime:
    if not 1 < moment.year < 9999:
        raise ValueError("the year must lie between 2 and 9998")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_without_nul)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_without_nul)]
Reference = Annotated[
    str, Field(min_length=1, max_length=MAX_REFERENCE), AfterValidator(_without_nul)
]
Score = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Json = Annotated[Any, AfterValidator(_storable)]
Moment = Annotated[datetime, AfterValidator(_in_utc)]
Tags = dict[Text, Text]


class Sent(BaseModel):
    """What a client sends: unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Answer(BaseModel):
    """What a server answers: unknown keys are kept."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)


class Filter(Sent):
    """One condition of a search, or a group of them; its parts hold together (and).

    `operation` is the name under annotations, criteria and evaluations, `op` under logs and spans.
    """

    field: Text | None = None
    operation: Operation | None = Field(None, validation_alias=AliasChoices("operation", "op"))
    value: Json = None
    and_: list[Filter] | None = Field(None, validation_alias=AliasChoices("and_", "and"))
    or_: list[Filter] | None = Field(None, validation_alias=AliasChoices("or_", "or"))

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.field is None) != (self.operation is None):
            raise ValueError("field and operation belong together")
        if self.field is None and not self.and_ and not self.or_:
            raise ValueError("a filter needs a field and an operation, and_ or or_")
        return self


Filters = Annotated[list[Filter], Field(max_length=MAX_FILTERS)]


class Search(Sent):
    """A search of annotations or criteria; the filters all hold, there is no order and no page."""

    filters: Filters | None = None
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000


class Category(Answer):
    label: Text | None = None
    score: Score | None = None


class CriteriaUpdate(Sent):
    """The body of PUT: it replaces everything but `resource_types`, kept when the key is absent.

    The SDKs do not know `resource_types`, so their every update would wipe it.
    """

    name: Name
    annotation_type: CriteriaType
    description: Text | None = None
    categories: list[Category] | None = None
    resource_types: list[ResourceType] | None = None


class CriteriaIn(CriteriaUpdate):
    project_id: UUID


class Criteria(Answer):
    id: UUID
    project_id: UUID
    name: str
    description: str | None = None
    annotation_type: CriteriaType
    categories: list[Category] | None = None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    resource_types: list[ResourceType] | None = None
    locked: bool | None = None


class CriteriaOne(Answer):
    annotation_criteria: Criteria


class CriteriaMany(Answer):
    annotation_criteria: list[Criteria]


class Values(Sent):
    """What a verdict says. At least one value is required; an explanation alone is none."""

    value_pass: StrictBool | None = None
    value_score: Score | None = None
    value_text: Text | None = None
    explanation: Text | None = None

    @model_validator(mode="after")
    def _has_a_value(self) -> Self:
        if all(getattr(self, field) is None for field in VALUE_FIELDS):
            raise ValueError(f"at least one of {', '.join(VALUE_FIELDS)} must be provided")
        return self


class AnnotationIn(Values):
    """Creates the verdict on (type, reference, annotation_criteria), or replaces it whole."""

    annotation_criteria: UUID
    type: ResourceType
    reference: Reference


class Annotation(Answer):
    id: UUID
    annotation_criteria: UUID
    type: ResourceType
    reference: str
    value_pass: bool | None = None
    value_score: Score | None = None
    value_text: str | None = None
    explanation: str | None = None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    project_id: UUID | None = None
    app: str | None = None
    experiment_id: int | None = None


class AnnotationOne(Answer):
    annotation: Annotation


class AnnotationMany(Answer):
    annotations: list[Annotation]


class PastAnnotation(Answer):
    """What somebody once submitted or took back; an extension of Limner's own server."""

    event: Literal["submitted", "removed"]
    value_pass: bool | None = None
    value_score: Score | None = None
    value_text: str | None = None
    explanation: str | None = None
    criteria_version: int
    author: str
    author_name: str
    at: AwareDatetime


class AnnotationHistory(Answer):
    history: list[PastAnnotation]


class AnnotateIn(Values):
    """The older way to judge a log (`POST /v1/annotate`), answered by an evaluation."""

    annotation_criteria_id: UUID
    log_id: Reference


class PairKey(Sent):
    name: Name
    log_a_id: UUID
    log_b_id: UUID


class PairwiseIn(PairKey):
    """The scores of two logs compared under a name; the key is (name, log a, log b)."""

    log_a_score: Score
    log_b_score: Score


class Pairwise(Answer):
    name: str
    log_a_id: UUID
    log_a_score: Score
    log_b_id: UUID
    log_b_score: Score
    created_at: AwareDatetime


class PairwiseOne(Answer):
    pairwise_annotation: Pairwise


class PairwiseMany(Answer):
    pairwise_annotations: list[Pairwise]


class PairwiseFound(Answer):
    """What get-batch found, in the order asked."""

    pairwise_annotations: list[Pairwise | None]


class PairwiseBatch(Sent):
    pairwise_annotations: Annotated[list[PairKey], Field(max_length=1000)]


class EvaluationIn(Sent):
    """One evaluation of a batch. `project_name` wins over `project_id` and makes the project."""

    log_id: Reference
    evaluator_id: Text
    pass_: StrictBool | None = Field(None, alias="pass")
    score: Score | None = None
    text_output: Text | None = None
    explanation: Text | None = None
    criteria: Text | None = None
    metadata: Json = None
    metric_name: Text | None = None
    metric_description: Text | None = None
    tags: Tags | None = None
    app: Text | None = None
    project_id: UUID | None = None
    project_name: Name | None = None
    experiment_id: Int64 | None = None
    trace_id: Text | None = None
    span_id: Text | None = None
    dataset_id: Text | None = None
    dataset_sample_id: Text | None = None
    created_at: Moment | None = None
    evaluation_duration: timedelta | None = None
    explanation_duration: timedelta | None = None


class EvaluationBatch(Sent):
    evaluations: Annotated[list[EvaluationIn], Field(min_length=1, max_length=1000)]


class EvaluationSearch(Sent):
    filters: Filters | None = None
    log_id_in: Annotated[list[Text], Field(max_length=10_000)] | None = None
    trace_id: Text | None = None


class Evaluation(Answer):
    """`id` is a decimal string: the two SDKs type it str and int, and only that satisfies both."""

    id: str
    log_id: str
    created_at: AwareDatetime
    evaluation_type: EvaluationType | None = None
    annotation_criteria_id: UUID | None = None
    pass_: bool | None = Field(None, alias="pass")
    score: Score | None = None
    text_output: str | None = None
    explanation: str | None = None
    evaluation_duration: timedelta | None = None
    explanation_duration: timedelta | None = None
    evaluator_id: str | None = None
    evaluator_family: str | None = None
    criteria: str | None = None
    criteria_id: str | None = None
    criteria_revision: int | None = None
    criteria_config: Json = None
    explain_strategy: str | None = None
    metric_name: str | None = None
    metric_description: str | None = None
    metadata: Json = None
    tags: Tags | None = None
    feedback: Literal["positive", "negative"] | None = None
    project_id: UUID | None = None
    app: str | None = None
    experiment_id: int | None = None
    trace_id: str | None = None
    span_id: str | None = None
    dataset_id: str | None = None
    dataset_sample_id: str | None = None
    usage: Json = None


class EvaluationOne(Answer):
    evaluation: Evaluation


class EvaluationMany(Answer):
    evaluations: list[Evaluation]


class OtelSearch(Sent):
    """A search of logs or spans; without `order` the newest come first."""

    filters: Filters | None = None
    limit: Annotated[int, Field(ge=1, le=10_000)] | None = None
    order: Order | None = None


class Span(Answer):
    """`duration` is in nanoseconds, as a decimal string; a trace is the spans of one `trace_id`."""

    span_id: str
    trace_id: str
    timestamp: AwareDatetime
    duration: str
    parent_span_id: str | None = None
    span_name: str | None = None
    span_kind: str | None = None
    status_code: str | None = None
    status_message: str | None = None
    service_name: str | None = None
    scope_name: str | None = None
    scope_version: str | None = None
    trace_state: str | None = None
    resource_attributes: dict[str, str] | None = None
    span_attributes: dict[str, str] | None = None
    events: list[Json] | None = None
    links: list[Json] | None = None


class SpanMany(Answer):
    spans: list[Span]


class Log(Answer):
    """The id of a log is no key of its own but `log_attributes["pat.log.id"]`."""

    body: Json = None
    timestamp: AwareDatetime | None = None
    trace_id: str | None = None
    span_id: str | None = None
    trace_flags: int | None = None
    severity_text: str | None = None
    severity_number: int | None = None
    service_name: str | None = None
    resource_schema_url: str | None = None
    resource_attributes: dict[str, str] | None = None
    scope_schema_url: str | None = None
    scope_name: str | None = None
    scope_version: str | None = None
    scope_attributes: dict[str, str] | None = None
    log_attributes: dict[str, str] | None = None


class LogMany(Answer):
    logs: list[Log]


class InsightSearch(Sent):
    """A search of trace insights or span analyses; every part that is given must fit."""

    trace_id: Text | None = None
    span_id: Text | None = None
    redis_job_id: Text | None = None
    project_id: Text | None = None
    app: Text | None = None
    experiment_id: Int64 | None = None
    error_types: list[Text] | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000
    offset: Annotated[int, Field(ge=0, lt=2**63)] = 0


class TraceInsight(Answer):
    """What the service found out about a trace; `job_id` is its natural reference."""

    trace_id: str
    project_id: UUID
    job_id: str
    processing_status: ProcessingStatus
    created_at: AwareDatetime
    app: str | None = None
    experiment_id: str | None = None
    error_message: str | None = None
    insights: Json = None


class TraceInsightMany(Answer):
    trace_insights: list[TraceInsight]


class SpanAnalysis(Answer):
    job_id: str
    trace_id: str
    span_id: str
    analysis: str
    created_at: AwareDatetime


class SpanAnalysisMany(Answer):
    span_analysis: list[SpanAnalysis]


class ProjectIn(Sent):
    name: Name


class Project(Answer):
    id: UUID
    name: str
    created_at: AwareDatetime
    created_by: str | None = None


class ProjectOne(Answer):
    project: Project


class ProjectMany(Answer):
    projects: list[Project]


class App(Answer):
    name: str


class AppMany(Answer):
    apps: list[App]


class ExperimentIn(Sent):
    name: Name
    project_id: UUID
    tags: Tags | None = None
    metadata: Json = None


class ExperimentUpdate(Sent):
    metadata: Json


class Experiment(Answer):
    """`id` is a decimal string, the integer that annotations and evaluations name."""

    id: str
    name: str
    project_id: UUID
    created_at: AwareDatetime
    tags: Tags | None = None
    metadata: Json = None


class ExperimentOne(Answer):
    experiment: Experiment


class ExperimentMany(Answer):
    experiments: list[Experiment]


class Account(Answer):
    id: str
    name: str


class ApiKey(Answer):
    id: str
    account: Account


class User(Answer):
    id: str
    is_staff: bool = False
    sub: str
    accounts: list[Account]


class Caller(Answer):
    """Who asks; the author of a verdict is nowhere else on this wire."""

    api_key: ApiKey | None = None
    user: User | None = None


class Whoami(Answer):
    caller: Caller
