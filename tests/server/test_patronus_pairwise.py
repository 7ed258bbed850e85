"""Two logs are scored side by side under a name, and a second look replaces the scores."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from patronus_desk import Desk, places
from servers import answer

PAIRS = "/pairwise-annotations"


@pytest.fixture
def desk(client: httpx.Client, keys: dict[str, str]) -> Desk:
    return Desk(client, keys)


def test_a_pair_is_scored_again_found_and_deleted(desk: Desk) -> None:
    key = {"name": "sharper", "log_a_id": str(uuid4()), "log_b_id": str(uuid4())}
    other = {**key, "name": "brighter"}
    for scores in ({"log_a_score": 1, "log_b_score": 0}, {"log_a_score": 0.5, "log_b_score": 2}):
        answer(desk.post(PAIRS, {**key, **scores}))
    (found,) = answer(desk.get(PAIRS, log_id=key["log_b_id"])).json()["pairwise_annotations"]
    assert (found["log_a_score"], found["log_b_score"]) == (0.5, 2)
    assert set(found) == {*key, "log_a_score", "log_b_score", "created_at"}
    batch = answer(desk.post(f"{PAIRS}/get-batch", {"pairwise_annotations": [other, key]})).json()
    assert batch == {"pairwise_annotations": [None, found]}
    answer(desk.delete(PAIRS, **key))
    assert desk.delete(PAIRS, **key).status_code == 404
    assert answer(desk.get(PAIRS)).json() == {"pairwise_annotations": []}


def test_a_pair_is_found_by_the_project_of_its_logs(desk: Desk) -> None:
    body = {"name": "x", "log_a_id": str(uuid4()), "log_b_id": str(uuid4())}
    answer(desk.post(PAIRS, {**body, "log_a_score": 1, "log_b_score": 2}))
    listed = answer(desk.get(PAIRS, project_id=f"{desk.project},other", experiment_id="1,2"))
    assert listed.json() == {"pairwise_annotations": []}
    assert desk.get(PAIRS, experiment_id="1,x").status_code == 422
    assert places(desk.post(PAIRS, {**body, "log_a_score": 1})) == [["log_b_score"]]
    assert desk.sits("viewer").post(PAIRS, body).status_code == 403
