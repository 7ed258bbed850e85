"""One verdict stands per object and question; who gave which values before is never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Row, select, text, update

from limner.api.patronus_wire import Values
from limner.server.auth import Caller
from limner.server.database import Store
from limner.server.keys import Role
from limner.server.patronus_tables import criteria_history, verdict, verdict_history
from limner.server.patronus_verdicts import submit
from patronus_desk import Desk, places
from servers import answer

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def desk(client: httpx.Client, keys: dict[str, str]) -> Desk:
    return Desk(client, keys)


def history(store: Store) -> list[Row[Any]]:
    with store.reading() as tx:
        return list(tx.execute(select(verdict_history).order_by(verdict_history.c.seq)))


def test_an_answer_has_every_key_of_the_wire_and_none_of_ours(desk: Desk) -> None:
    given = desk.gives(desk.asks("continuous"), value_score=8.5, explanation="sharp")
    assert list(given) == [
        *("id", "annotation_criteria", "type", "reference"),
        *("value_pass", "value_score", "value_text", "explanation"),
        *("created_at", "updated_at", "project_id", "app", "experiment_id"),
    ]
    assert (given["value_score"], given["value_pass"]) == (8.5, None)
    assert given["project_id"] == desk.project
    assert datetime.fromisoformat(given["created_at"]).tzinfo


def test_a_second_look_replaces_the_verdict_whole(desk: Desk) -> None:
    question = desk.asks()
    first = desk.gives(question, value_pass=True, explanation="looks right")
    second = desk.gives(question, value_pass=False)
    assert (second["id"], second["created_at"]) == (first["id"], first["created_at"])
    assert second["updated_at"] > first["updated_at"]
    assert (second["value_pass"], second["explanation"]) == (False, None)
    assert answer(desk.get("/annotations")).json()["annotations"] == [second]


def test_a_colleagues_replacement_keeps_both_authors_underneath(desk: Desk, store: Store) -> None:
    question = desk.asks()
    desk.sits("annotator").gives(question, value_pass=True, explanation="fine")
    desk.sits("member").gives(question, value_pass=False)
    taken, replaced = history(store)[::-1]
    assert (replaced.value_pass, replaced.explanation, taken.value_pass) == (True, "fine", False)
    assert replaced.author != taken.author
    assert replaced.author_key != taken.author_key
    assert (replaced.event, replaced.verdict_id) == ("submitted", taken.verdict_id)


def test_the_history_of_a_verdict_is_told_with_its_authors(desk: Desk) -> None:
    question = desk.asks()
    given = desk.sits("annotator").gives(question, value_pass=True, explanation="fine")
    desk.sits("member").gives(question, value_pass=False)
    answer(desk.delete(f"/annotations/{given['id']}"))
    told = answer(desk.sits("viewer").get(f"/annotations/{given['id']}/history")).json()["history"]
    assert [(row["event"], row["value_pass"], row["author_name"]) for row in told] == [
        ("submitted", True, "annotator"),
        ("submitted", False, "member"),
        ("removed", False, "owner"),
    ]
    assert (told[0]["explanation"], told[0]["at"]) == ("fine", given["created_at"])
    assert told[0]["author"] == desk.sits("annotator").person()
    assert desk.get(f"/annotations/{uuid4()}/history").status_code == 404


def test_the_history_says_which_wording_was_answered(desk: Desk, store: Store) -> None:
    question = desk.asks("continuous", description="0-10")
    desk.gives(question, value_score=8)
    reworded = {"name": "continuous", "annotation_type": "continuous", "description": "0-100"}
    answer(desk.put(f"/annotation-criteria/{question}", reworded))
    desk.gives(question, value_score=80)
    with store.reading() as tx:
        wordings = {row.version: row.description for row in tx.execute(select(criteria_history))}
    assert [wordings[row.criteria_version] for row in history(store)] == ["0-10", "0-100"]


def test_false_and_zero_are_values(desk: Desk) -> None:
    assert desk.gives(desk.asks(), value_pass=False)["value_pass"] is False
    assert desk.gives(desk.asks("continuous"), value_score=0)["value_score"] == 0


def test_a_question_meant_for_spans_takes_no_verdict_on_a_log(desk: Desk) -> None:
    question = desk.asks(resource_types=["span", "trace"])
    assert places(desk.sends(question, value_pass=True)) == [["type"]]
    assert desk.gives(question, type="span", value_pass=True)["type"] == "span"


def test_a_verdict_taken_back_leaves_its_history(desk: Desk, store: Store) -> None:
    given = desk.gives(desk.asks(), value_pass=True)
    answer(desk.sits("annotator").delete(f"/annotations/{given['id']}"))
    assert desk.get(f"/annotations/{given['id']}").status_code == 404
    assert desk.delete(f"/annotations/{given['id']}").status_code == 404
    submitted, removed = history(store)
    assert (submitted.event, removed.event, removed.value_pass) == ("submitted", "removed", True)
    assert removed.author != submitted.author


def test_a_viewer_reads_but_does_not_judge(desk: Desk) -> None:
    question = desk.asks()
    given = desk.sits("annotator").gives(question, value_pass=True)
    viewer = desk.sits("viewer")
    assert answer(viewer.get(f"/annotations/{given['id']}")).json()["annotation"] == given
    assert viewer.finds() == [given]
    assert viewer.sends(question, value_pass=False).status_code == 403
    assert viewer.delete(f"/annotations/{given['id']}").status_code == 403


def test_a_bearer_token_is_a_key_too(desk: Desk, client: httpx.Client) -> None:
    token = desk.headers["X-API-Key"]
    del client.headers["X-API-Key"]
    assert client.get("/v1/whoami").status_code == 401
    assert client.get("/v1/whoami", headers={"Authorization": f"Bearer {token}"}).is_success


def test_sixteen_reviewers_at_once_make_one_verdict_and_lose_no_value(
    desk: Desk, store: Store
) -> None:
    question = desk.asks("continuous")

    def score(value: int) -> Row[Any]:
        reviewer = Caller(f"key {value}", "reviewer", Role.ANNOTATOR, f"person {value}")
        with store.writing() as tx:
            return submit(
                tx,
                reviewer,
                type_="trace",
                reference="one",
                criteria_id=UUID(question),
                values=Values(value_score=value),
            )

    with ThreadPoolExecutor(16) as reviewers:
        rows = list(reviewers.map(score, range(16)))
    (standing,) = desk.finds()
    past = history(store)
    assert {row.id for row in rows} == {standing["id"]}
    assert sorted(row.value_score for row in past) == list(range(16))
    assert all(row.author == f"person {row.value_score:.0f}" for row in past)
    assert len({row.at for row in past}) == 16
    assert (
        past[-1].value_score == standing["value_score"] == max(past, key=lambda r: r.at).value_score
    )


def test_the_moment_of_a_verdict_grows_even_when_the_clock_was_set_back(
    desk: Desk, store: Store
) -> None:
    question = desk.asks()
    desk.gives(question, value_pass=True)
    later = datetime(2100, 1, 1, tzinfo=UTC)
    with store.writing() as tx:
        tx.execute(update(verdict).values(updated_at=later))
    moments = [desk.gives(question, value_pass=False)["updated_at"] for _ in range(2)]
    assert moments == ["2100-01-01T00:00:00.000001Z", "2100-01-01T00:00:00.000002Z"]
    assert [row.at for row in history(store)][-1] == later + timedelta(microseconds=2)


def test_a_question_being_answered_does_not_change_its_type(desk: Desk, store: Store) -> None:
    question = desk.asks()
    reviewer = Caller("key", "reviewer", Role.ANNOTATOR, "person")
    scored = {"name": "binary", "annotation_type": "continuous"}
    with ThreadPoolExecutor(1) as colleague:
        with store.writing() as tx:
            submit(
                tx,
                reviewer,
                type_="log",
                reference="one",
                criteria_id=UUID(question),
                values=Values(value_pass=True),
            )
            changing = colleague.submit(desk.put, f"/annotation-criteria/{question}", scored)
            if tx.dialect.name == "postgresql":  # on SQLite nobody else writes anyway
                while not changing.done() and not tx.scalar(WAITING):
                    pass
        assert changing.result().status_code == 409


def test_judging_a_log_the_older_way_is_the_same_verdict(desk: Desk, store: Store) -> None:
    question, log_id = desk.asks(), str(uuid4())
    body = {"annotation_criteria_id": question, "log_id": log_id, "value_pass": True}
    first = answer(desk.post("/annotate", body)).json()["evaluation"]
    assert (first["pass"], first["evaluation_type"]) == (True, "annotation")
    assert desk.finds()[0]["value_pass"] is True

    desk.gives(question, reference=log_id, value_pass=False, explanation="second look")
    mirrored = answer(desk.get(f"/evaluations/{first['id']}")).json()["evaluation"]
    assert (mirrored["pass"], mirrored["explanation"]) == (False, "second look")

    again = answer(desk.post("/annotate", body)).json()["evaluation"]
    assert (again["id"], again["pass"], again["explanation"]) == (first["id"], True, None)
    assert len(history(store)) == 3

    answer(desk.delete(f"/annotations/{desk.finds()[0]['id']}"))
    assert desk.get(f"/evaluations/{first['id']}").status_code == 404


def test_judging_the_older_way_names_its_own_fields(desk: Desk) -> None:
    body = {"annotation_criteria_id": str(uuid4()), "log_id": "a", "value_pass": True}
    assert places(desk.post("/annotate", body)) == [["annotation_criteria_id"]]


def test_a_verdict_knows_the_app_and_experiment_of_what_it_judges(desk: Desk) -> None:
    made = {"log_id": "street.jpg", "evaluator_id": "e", "app": "survey", "experiment_id": "7"}
    evaluation = answer(desk.post("/evaluations/batch", {"evaluations": [made]})).json()
    number = evaluation["evaluations"][0]["id"]
    given = desk.gives(desk.asks(), type="evaluation", reference=number, value_pass=True)
    assert (given["app"], given["experiment_id"]) == ("survey", 7)
    for unknown in ("no-number", "9" * 30, "٣"):
        given = desk.gives(
            desk.asks(name=unknown[:20]), type="evaluation", reference=unknown, value_pass=True
        )
        assert given["app"] is None
