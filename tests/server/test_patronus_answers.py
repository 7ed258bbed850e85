"""What a verdict must say to be an answer to its question, and how a refusal names the field."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from patronus_desk import Desk, places

CATEGORIES = [{"label": "good", "score": 1.0}, {"label": "bad", "score": 0.0}]
RATINGS = [{"label": str(n), "score": n} for n in range(1, 6)]


@pytest.fixture
def database() -> None:
    """SQLite alone: these rules stand above the database."""


@pytest.fixture
def desk(client: httpx.Client, keys: dict[str, str]) -> Desk:
    return Desk(client, keys)


@pytest.mark.parametrize(
    "values", [{}, {"explanation": "why"}, {"value_pass": None, "value_text": None}]
)
def test_a_verdict_without_a_value_is_refused(desk: Desk, values: dict[str, Any]) -> None:
    refused = desk.sends(desk.asks(), **values)
    assert refused.status_code == 422
    assert "at least one of value_pass" in refused.text
    assert desk.finds() == []


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("binary", {"value_score": 1}, "value_score"),
        ("continuous", {"value_pass": True}, "value_pass"),
        ("discrete", {"value_score": 6}, "value_score"),
        ("discrete", {"value_score": 4, "value_text": "5"}, "value_score"),
        ("discrete", {"value_pass": True}, "value_pass"),
        ("categorical", {"value_text": "ugly"}, "value_text"),
        ("categorical", {"value_text": "good", "value_score": 0.0}, "value_score"),
        ("text_annotation", {"value_score": 1}, "value_score"),
        ("text_annotation", {"value_pass": True, "value_text": "x"}, "value_pass"),
    ],
)
def test_a_value_that_does_not_answer_the_question_is_refused_at_its_field(
    desk: Desk, kind: str, values: dict[str, Any], field: str
) -> None:
    choices = {"discrete": RATINGS, "categorical": CATEGORIES}.get(kind)
    question = desk.asks(kind, categories=choices)
    assert places(desk.sends(question, **values)) == [[field]]
    assert desk.finds() == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("binary", {"value_pass": True, "value_text": "a remark"}),
        ("discrete", {"value_score": 4}),
        ("discrete", {"value_score": 4, "value_text": "4"}),
        ("categorical", {"value_text": "good"}),
        ("categorical", {"value_text": "bad", "value_score": 0.0}),
        ("text_annotation", {"value_text": "Überarbeiten: 見て"}),
    ],
)
def test_a_value_that_answers_the_question_is_taken(
    desk: Desk, kind: str, values: dict[str, Any]
) -> None:
    choices = {"discrete": RATINGS, "categorical": CATEGORIES}.get(kind)
    taken = desk.gives(desk.asks(kind, categories=choices), **values)
    assert {name: taken[name] for name in values} == values


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "image"}, "type"),
        ({"reference": None}, "reference"),
        ({"reference": "x" * 513}, "reference"),
        ({"reference": "a\0b"}, "reference"),
        ({"annotation_criteria": "abc"}, "annotation_criteria"),
        ({"annotation_criteria": str(uuid4())}, "annotation_criteria"),
        ({"value_pass": "yes"}, "value_pass"),
        ({"value_text": 4}, "value_text"),
    ],
)
def test_a_malformed_verdict_is_refused_at_its_field(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    question = desk.asks()
    assert places(desk.sends(question, **{"value_pass": True, **change})) == [[field]]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_score_that_is_no_number_is_refused(desk: Desk, number: str) -> None:
    target = f'"annotation_criteria": "{desk.asks("continuous")}", "type": "log", "reference": "a"'
    refused = desk.post_text("/annotations", f'{{{target}, "value_score": {number}}}')
    assert places(refused) == [["value_score"]]
