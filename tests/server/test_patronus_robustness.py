"""Whatever a client sends, the server answers it or refuses it; it never breaks."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patronus_desk import Desk

on_one_desk = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["log", "2026-01-02", "9999-12-31T23:59:59-23:00", "a\0", "%_\\", "9" * 40]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
SEARCHES = {
    "annotations": ("id", "reference", "value_pass", "value_score", "created_at", "experiment_id"),
    "annotation-criteria": ("id", "name", "description", "annotation_type", "updated_at"),
    "evaluations": ("id", "log_id", "pass", "score", "created_at", "experiment_id"),
    "otel/logs": ("log_id", "timestamp", "severity_number", "trace_id"),
    "otel/spans": ("span_id", "timestamp", "duration", "span_name"),
}
OPERATIONS = ("starts_with", "ends_with", "like", "ilike", "eq", "ne", "lt", "le", "gt", "ge", "in")
BODIES = {
    "/annotations": ("type", "reference", "value_pass", "value_score", "value_text", "explanation"),
    "/annotation-criteria": ("name", "annotation_type", "description", "categories"),
    "/evaluations/batch": ("evaluations",),
    "/experiments": ("name", "tags", "metadata"),
    "/pairwise-annotations": ("name", "log_a_score", "log_b_score"),
    "/projects": ("name",),
}


@pytest.fixture
def desk(client: httpx.Client, keys: dict[str, str]) -> Desk:
    return Desk(client, keys)


@on_one_desk
@given(st.data())
def test_no_search_breaks_the_server(desk: Desk, data: st.DataObject) -> None:
    under = data.draw(st.sampled_from(sorted(SEARCHES)))
    one = st.fixed_dictionaries(
        {
            "field": st.sampled_from(SEARCHES[under]),
            "operation": st.sampled_from(OPERATIONS),
            "value": VALUES | st.lists(VALUES, max_size=3),
        }
    )
    grouped = st.builds(lambda filters: {"or_": filters}, st.lists(one, min_size=1, max_size=3))
    body = {"filters": data.draw(st.lists(one | grouped, max_size=3))}
    response = desk.post(f"/{under}/search", body)
    assert response.status_code in (200, 422), (under, body, response.text)


@on_one_desk
@given(st.data())
def test_no_body_breaks_the_server(desk: Desk, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(BODIES)))
    sound = {
        "project_id": desk.project,
        "annotation_criteria": desk.asks(name=uuid4().hex),
        "log_a_id": str(uuid4()),
        "log_b_id": str(uuid4()),
        "type": "log",
        "name": "n",
        "reference": "r",
        "value_pass": True,
        "annotation_type": "binary",
    }
    odd = {field: data.draw(VALUES) for field in BODIES[path] if data.draw(st.booleans())}
    response = desk.post(path, {**sound, **odd})
    assert response.status_code in (200, 409, 422), (path, odd, response.text)


@on_one_desk
@given(odd=st.dictionaries(st.sampled_from(["metadata", "tags", "score", "created_at"]), VALUES))
def test_an_evaluation_is_read_back_or_was_refused(desk: Desk, odd: dict[str, Any]) -> None:
    batch = {"evaluations": [{"log_id": "a", "evaluator_id": "e", **odd}]}
    response = desk.post("/evaluations/batch", batch)
    assert response.status_code in (200, 422), (odd, response.text)
    if response.is_success:
        (made,) = response.json()["evaluations"]
        assert desk.get(f"/evaluations/{made['id']}").json()["evaluation"] == made
