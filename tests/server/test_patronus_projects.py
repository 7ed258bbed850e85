"""Projects, experiments and evaluations: what verdicts belong to and are given on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from limner.server.database import Store
from limner.server.patronus_projects import project_named
from limner.server.patronus_tables import verdict_history
from patronus_desk import Desk, places
from servers import answer


@pytest.fixture
def desk(client: httpx.Client, keys: dict[str, str]) -> Desk:
    return Desk(client, keys)


def test_a_caller_learns_who_it_is(desk: Desk, client: httpx.Client) -> None:
    caller = answer(desk.sits("annotator").get("/whoami")).json()["caller"]
    assert caller["api_key"]["account"]["id"] == caller["user"]["accounts"][0]["id"]
    assert caller["user"]["accounts"][0]["role"] == "annotator"
    other_api = answer(client.get("/api/v1/developer/organizations/me")).json()["organization"]
    assert caller["api_key"]["account"]["id"] == other_api["id"]
    assert caller["user"]["id"] == caller["user"]["sub"] != caller["api_key"]["id"]


def test_a_project_is_made_once_and_answered_bare(desk: Desk) -> None:
    first = answer(desk.post("/projects", {"name": "Twice"})).json()
    assert list(first) == ["id", "name", "created_at", "created_by"]
    assert answer(desk.sits("member").post("/projects", {"name": "Twice"})).json() == first
    assert answer(desk.get(f"/projects/{first['id']}")).json() == {"project": first}
    listed = answer(desk.get("/projects", limit=1, offset=1)).json()
    assert listed == {"projects": [first]}
    assert desk.get(f"/projects/{uuid4()}").status_code == 404
    assert desk.get("/projects/nope").status_code == 422
    assert desk.sits("annotator").post("/projects", {"name": "Mine"}).status_code == 403


def test_two_who_make_the_same_project_at_once_get_the_same(store: Store) -> None:
    def make(person: str) -> str:
        with store.writing() as tx:
            project_id: str = project_named(tx, "Shared", person).id
            return project_id

    with ThreadPoolExecutor(8) as people:
        assert len(set(people.map(make, "abcdefgh"))) == 1


def test_only_an_admin_deletes_a_project_and_the_history_outlives_it(
    desk: Desk, store: Store
) -> None:
    desk.gives(desk.asks(), value_pass=True)
    assert desk.sits("member").delete(f"/projects/{desk.project}").status_code == 403
    answer(desk.sits("admin").delete(f"/projects/{desk.project}"))
    assert desk.delete(f"/projects/{desk.project}").status_code == 404
    assert desk.finds() == desk.finds(under="annotation-criteria") == []
    with store.reading() as tx:
        events = tx.scalars(select(verdict_history.c.event).order_by(verdict_history.c.seq))
        assert list(events) == ["submitted", "removed"]


def test_an_experiment_is_kept_with_its_metadata(desk: Desk) -> None:
    body = {"name": "lens", "project_id": desk.project, "tags": {"a": "b"}, "metadata": {"x": [1]}}
    made = answer(desk.post("/experiments", body)).json()["experiment"]
    assert made["id"].isdigit()
    assert {key: made[key] for key in body} == body
    path = f"/experiments/{made['id']}"
    changed = answer(desk.patch(path, {"metadata": {"x": 2}})).json()["experiment"]
    assert changed == {**made, "metadata": {"x": 2}}
    assert answer(desk.get(path)).json()["experiment"] == changed
    listed = answer(desk.get("/experiments", project_id=desk.project)).json()
    assert listed == {"experiments": [changed]}
    answer(desk.delete(path))
    for gone in (desk.get(path), desk.delete(path), desk.patch(path, {"metadata": None})):
        assert gone.status_code == 404
    assert places(desk.post("/experiments", {**body, "project_id": str(uuid4())})) == [
        ["project_id"]
    ]


def test_evaluations_are_kept_as_they_were_made(desk: Desk) -> None:
    full: dict[str, Any] = {
        "log_id": "street.jpg",
        "evaluator_id": "judge",
        "pass": False,
        "score": 0.25,
        "text_output": "blurred",
        "explanation": "motion",
        "criteria": "sharp",
        "metadata": {"k": [1, None]},
        "tags": {"a": "b"},
        "metric_name": "sharpness",
        "metric_description": "0-1",
        "app": "cam",
        "trace_id": "t",
        "span_id": "s",
        "dataset_id": "d",
        "dataset_sample_id": "3",
        "evaluation_duration": "PT0.25S",
        "explanation_duration": "PT1S",
        "created_at": "2026-01-02T03:04:05.000006Z",
    }
    placed = {**full, "project_name": "Made on the way", "project_id": desk.project}
    (made,) = answer(desk.post("/evaluations/batch", {"evaluations": [placed]})).json()[
        "evaluations"
    ]
    assert {key: made[key] for key in full} == full
    assert made["evaluation_type"] == "client_evaluation"
    named = answer(desk.post("/projects", {"name": "Made on the way"})).json()["id"]
    assert (made["project_id"], made["id"].isdigit()) == (named, True)
    read = answer(desk.get(f"/evaluations/{made['id']}")).json()["evaluation"]
    assert read == made
    assert answer(desk.get("/apps")).json() == {"apps": [{"name": "cam"}]}


def test_a_batch_with_one_wrong_evaluation_keeps_none(desk: Desk) -> None:
    good = {"log_id": "a", "evaluator_id": "e"}
    for wrong, field in (
        ({"project_id": str(uuid4())}, "project_id"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "created_at"),
        ({"experiment_id": "10000000000000000000000"}, "experiment_id"),
        ({"log_id": ""}, "log_id"),
    ):
        batch = {"evaluations": [good, {**good, **wrong}]}
        assert places(desk.post("/evaluations/batch", batch)) == [["evaluations", 1, field]]
    assert desk.post("/evaluations/batch", {"evaluations": []}).status_code == 422
    assert desk.finds(under="evaluations") == []


def test_evaluations_are_deleted_one_by_one_or_by_what_they_share(desk: Desk) -> None:
    batch = [{"log_id": str(n), "evaluator_id": "e", "app": f"app {n % 2}"} for n in range(5)]
    made = answer(desk.post("/evaluations/batch", {"evaluations": batch})).json()["evaluations"]
    assert answer(desk.delete(f"/evaluations/{made[0]['id']}")).status_code == 204
    assert desk.get(f"/evaluations/{made[0]['id']}").status_code == 404
    assert desk.delete("/evaluations").status_code == 422
    assert answer(desk.delete("/evaluations", app="app 1")).json() == {"deleted": 2}
    assert [row["log_id"] for row in desk.finds(under="evaluations")] == ["2", "4"]
    assert desk.get("/evaluations/99999999999999999999").status_code == 422


def test_what_lies_beyond_reviewing_says_so(desk: Desk) -> None:
    for path in ("/evaluate", "/datasets/x/data", "/prompt-definitions", "/evaluators"):
        refused = desk.post(path, {})
        assert refused.status_code == 501
        assert "does not offer this call" in refused.json()["detail"]
    assert desk.get("/no-such-thing").status_code == 404
