"""The messages of the Patronus wire lose nothing that they are told, and take only values."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from limner.api.patronus_wire import (
    Annotation,
    AnnotationIn,
    AnnotationOne,
    Category,
    CriteriaUpdate,
    Evaluation,
    Filter,
)

# The example of docs.patronus.ai, "Create Annotation".
DOCUMENTED = """{
  "annotation": {
    "id": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
    "annotation_criteria": "e3b6bb3c-5051-4c5b-be17-cc69f6fc2ef6",
    "type": "trace",
    "reference": "string",
    "value_pass": true,
    "value_score": 0.0,
    "value_text": "string",
    "explanation": "string",
    "created_at": "2019-08-24T14:15:22Z",
    "updated_at": "2019-08-24T14:15:22Z",
    "project_id": "405d8375-3514-403b-8c43-83ae74cfe0e9",
    "app": "string",
    "experiment_id": 0
  }
}"""
TARGET = {
    "annotation_criteria": "e3b6bb3c-5051-4c5b-be17-cc69f6fc2ef6",
    "type": "log",
    "reference": "street.jpg",
}


def test_the_documented_answer_is_read_and_written_alike() -> None:
    read = AnnotationOne.model_validate_json(DOCUMENTED)
    assert json.loads(read.model_dump_json()) == json.loads(DOCUMENTED)


def test_what_a_newer_server_says_is_kept() -> None:
    newer = json.loads(DOCUMENTED)["annotation"] | {"created_by": "somebody"}
    assert Annotation.model_validate(newer).model_dump(mode="json")["created_by"] == "somebody"
    assert Category.model_validate({"label": "a", "color": "red"}).model_dump()["color"] == "red"


def test_what_a_client_adds_is_ignored() -> None:
    sent = AnnotationIn.model_validate({**TARGET, "value_pass": True, "sdk_version": "9"})
    assert "sdk_version" not in sent.model_dump()


def test_a_verdict_is_sent_with_the_wires_names() -> None:
    sent = AnnotationIn.model_validate({**TARGET, "value_score": 3}).model_dump(mode="json")
    assert sent == {
        **TARGET,
        "value_pass": None,
        "value_score": 3.0,
        "value_text": None,
        "explanation": None,
    }


@pytest.mark.parametrize(
    "values",
    [
        {"value_pass": 1},
        {"value_pass": "true"},
        {"value_score": True},
        {"value_score": "3"},
        {"value_score": float("inf")},
        {"value_score": 10**400},
        {"value_text": "a\0b"},
        {"value_text": "x" * 100_001},
        {"value_text": "x", "reference": ""},
    ],
)
def test_what_is_no_value_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AnnotationIn.model_validate({**TARGET, **values})


def test_a_filter_is_read_in_each_of_its_forms() -> None:
    plain = Filter.model_validate({"field": "type", "operation": "eq", "value": "log"})
    assert Filter.model_validate({"field": "type", "op": "eq", "value": "log"}) == plain
    for key in ("or_", "or"):
        assert Filter.model_validate({key: [plain.model_dump()]}).or_ == [plain]
    nothings: list[dict[str, object]] = [{}, {"field": "a"}, {"operation": "eq"}, {"and_": []}]
    for nothing in nothings:
        with pytest.raises(ValidationError):
            Filter.model_validate(nothing)


def test_json_that_no_database_stores_is_refused() -> None:
    for value in (float("nan"), {"a": [float("inf")]}, ["\0"], {"\ud800": 1}):
        with pytest.raises(ValidationError):
            Filter.model_validate({"field": "type", "operation": "eq", "value": value})


def test_an_update_tells_an_absent_key_from_null() -> None:
    body = {"name": "Sharp?", "annotation_type": "binary"}
    assert "resource_types" not in CriteriaUpdate.model_validate(body).model_fields_set
    named = CriteriaUpdate.model_validate({**body, "resource_types": None})
    assert "resource_types" in named.model_fields_set


def test_an_evaluation_speaks_of_pass_and_of_iso_durations() -> None:
    sent = {
        "id": "12",
        "log_id": "a",
        "created_at": "2026-01-02T03:04:05Z",
        "pass": False,
        "evaluation_duration": "PT0.25S",
    }
    read = Evaluation.model_validate(sent)
    assert (read.pass_, read.evaluation_duration) == (False, timedelta(seconds=0.25))
    assert read.model_dump(mode="json", by_alias=True).items() >= sent.items()
