"""Questions keep their meaning: unique names, fitting categories, no new type under old answers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from limner.server.database import Store
from limner.server.patronus_tables import criteria_history, verdict_history
from patronus_desk import Desk, places
from servers import answer

PLAIN = {"name": "Sharp?", "annotation_type": "binary"}


@pytest.fixture
def desk(client: httpx.Client, keys: dict[str, str]) -> Desk:
    return Desk(client, keys)


def test_a_question_is_read_back_as_it_was_asked(desk: Desk) -> None:
    categories = [{"label": "good", "score": 1.0}, {"label": "bad", "score": None}]
    question = desk.asks("categorical", "Look", categories=categories, resource_types=["log"])
    read = answer(desk.get(f"/annotation-criteria/{question}")).json()["annotation_criteria"]
    assert list(read) == [
        *("id", "project_id", "name", "description", "annotation_type", "categories"),
        *("created_at", "updated_at", "resource_types", "locked"),
    ]
    assert (read["name"], read["categories"], read["locked"]) == ("Look", categories, False)
    assert (read["project_id"], read["resource_types"]) == (desk.project, ["log"])


def test_an_update_replaces_all_but_the_resource_types_it_does_not_name(desk: Desk) -> None:
    question = desk.asks("binary", "Sharp?", description="in focus", resource_types=["log"])
    path = f"/annotation-criteria/{question}"
    kept = answer(desk.put(path, PLAIN)).json()["annotation_criteria"]
    assert (kept["description"], kept["resource_types"]) == (None, ["log"])
    cleared = answer(desk.put(path, {**PLAIN, "resource_types": None})).json()
    assert cleared["annotation_criteria"]["resource_types"] == []
    assert answer(desk.get(path)).json() == cleared


def test_a_name_is_unique_in_its_project(desk: Desk) -> None:
    desk.asks("binary", "Sharp?")
    body = {"project_id": desk.project, **PLAIN}
    taken = desk.post("/annotation-criteria", body)
    assert (taken.status_code, taken.headers["x-should-retry"]) == (409, "false")
    assert "Sharp?" in taken.json()["detail"]
    other = desk.asks("binary", "Bright?")
    assert desk.put(f"/annotation-criteria/{other}", PLAIN).status_code == 409
    elsewhere = answer(desk.post("/projects", {"name": "Elsewhere"})).json()["id"]
    assert desk.post("/annotation-criteria", {**body, "project_id": elsewhere}).is_success


def test_an_answered_question_is_locked_to_its_type(desk: Desk) -> None:
    question = desk.asks("binary", "Sharp?")
    path = f"/annotation-criteria/{question}"
    scored = {**PLAIN, "annotation_type": "continuous"}
    assert desk.put(path, scored).is_success
    assert desk.put(path, PLAIN).is_success
    given = desk.gives(question, value_pass=True)
    assert answer(desk.get(path)).json()["annotation_criteria"]["locked"] is True
    refused = desk.put(path, scored)
    assert (refused.status_code, refused.headers["x-should-retry"]) == (409, "false")
    assert desk.put(path, {**PLAIN, "name": "In focus?"}).is_success
    answer(desk.delete(f"/annotations/{given['id']}"))
    assert desk.put(path, scored).is_success


def test_deleting_a_question_deletes_its_answers_but_not_their_history(
    desk: Desk, store: Store
) -> None:
    question, other = desk.asks(), desk.asks("continuous")
    desk.gives(question, value_pass=True)
    kept = desk.gives(other, value_score=1)
    log = {"annotation_criteria_id": question, "log_id": "street.jpg", "value_pass": False}
    mirrored = answer(desk.post("/annotate", log)).json()["evaluation"]["id"]
    gone = answer(desk.delete(f"/annotation-criteria/{question}"))
    assert (gone.status_code, gone.content) == (204, b"")
    assert desk.get(f"/annotation-criteria/{question}").status_code == 404
    assert desk.get(f"/evaluations/{mirrored}").status_code == 404
    assert desk.finds() == [kept]
    mine = verdict_history.c.annotation_criteria == question
    with store.reading() as tx:
        events = tx.scalars(
            select(verdict_history.c.event).where(mine).order_by(verdict_history.c.seq)
        )
        assert list(events) == ["submitted", "submitted", "removed"]
        wording = criteria_history.c.criteria_id == question
        assert tx.scalar(select(criteria_history.c.name).where(wording)) == "binary"


def test_a_malformed_question_is_refused_at_its_field(desk: Desk) -> None:
    cases: list[tuple[dict[str, Any], list[str | int]]] = [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 101}, ["name"]),
        ({"annotation_type": "likert"}, ["annotation_type"]),
        ({"project_id": "nope"}, ["project_id"]),
        ({"project_id": str(uuid4())}, ["project_id"]),
        ({"resource_types": ["image"]}, ["resource_types", 0]),
        (
            {"annotation_type": "categorical", "categories": [{"score": 1}]},
            ["categories", 0, "label"],
        ),
        (
            {"annotation_type": "discrete", "categories": [{"score": 1}, {"score": 1}]},
            ["categories", 1, "score"],
        ),
    ]
    for change, place in cases:
        body = {"project_id": desk.project, **PLAIN, **change}
        assert places(desk.post("/annotation-criteria", body)) == [place], change


def test_questions_are_listed_in_pages_in_the_order_they_were_asked(desk: Desk) -> None:
    asked = [desk.asks(name=f"question {n}") for n in range(5)]
    answer(desk.post("/projects", {"name": "Elsewhere"}))

    def page(**query: Any) -> list[str]:
        listed = answer(desk.get("/annotation-criteria", **query)).json()
        return [row["id"] for row in listed["annotation_criteria"]]

    assert page(project_id=desk.project) == asked
    assert [page(limit=2, offset=at) for at in (0, 2, 4)] == [asked[:2], asked[2:4], asked[4:]]
    for wrong in ({"limit": 0}, {"limit": 1001}, {"offset": -1}, {"project_id": "x"}):
        assert desk.get("/annotation-criteria", **wrong).status_code == 422


def test_members_edit_questions_and_annotators_do_not(desk: Desk) -> None:
    question = desk.sits("member").asks()
    annotator = desk.sits("annotator")
    path = f"/annotation-criteria/{question}"
    assert annotator.get(path).is_success
    assert annotator.put(path, PLAIN).status_code == 403
    assert annotator.delete(path).status_code == 403
    body = {"project_id": desk.project, **PLAIN}
    assert annotator.post("/annotation-criteria", body).status_code == 403
