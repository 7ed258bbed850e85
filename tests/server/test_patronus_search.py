"""A search finds what its filters say, alike on both databases, and is never an injection."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from patronus_desk import Desk, Json, places
from servers import answer

NAMES = ("Alpha", "alpine", "50% off", "50 off", "a_b", "aXb", "star*", "[x]", "back\\slash", "Ä")


@pytest.fixture
def desk(client: httpx.Client, keys: dict[str, str]) -> Desk:
    return Desk(client, keys)


@pytest.fixture
def judged(desk: Desk) -> Desk:
    """A desk with a text verdict on an object of each of NAMES."""
    question = desk.asks("text_annotation")
    for name in NAMES:
        desk.gives(question, reference=name, value_text=name)
    return desk


def where(field: str, operation: str, value: Any) -> Json:
    return {"field": field, "operation": operation, "value": value}


def test_every_text_operation_means_the_same_on_each_database(judged: Desk) -> None:
    for operation, value, expected in [
        ("eq", "Alpha", ["Alpha"]),
        ("ne", "Alpha", list(NAMES[1:])),
        ("starts_with", "al", ["alpine"]),
        ("starts_with", "50%", ["50% off"]),
        ("starts_with", "", list(NAMES)),
        ("ends_with", "b", ["a_b", "aXb"]),
        ("ends_with", "_b", ["a_b"]),
        ("ends_with", "much longer than any of the names", []),
        ("like", "al%", ["alpine"]),
        ("like", "a_b", ["a_b", "aXb"]),
        ("like", "a\\_b", ["a_b"]),
        ("like", "%*%", ["star*"]),
        ("like", "[x]", ["[x]"]),
        ("like", "back\\\\%", ["back\\slash"]),
        ("ilike", "AL%", ["Alpha", "alpine"]),
        ("in", ["Alpha", "Ä", "nowhere"], ["Alpha", "Ä"]),
        ("in", [], []),
        ("gt", "star", ["star*", "Ä"]),
        ("eq", "' OR 1=1 --", []),
    ]:
        found = judged.finds(where("reference", operation, value))
        assert [row["reference"] for row in found] == expected, (operation, value)


def test_filters_hold_together_and_groups_nest(desk: Desk) -> None:
    question = desk.asks("continuous")
    for n in range(6):
        kind = "span" if n % 2 else "log"
        desk.gives(question, type=kind, reference=str(n), value_score=n)
    either = {"or_": [where("value_score", "lt", 1), where("value_score", "ge", 4)]}
    both = {"and_": [where("type", "eq", "span"), either], **where("value_score", "ne", 1)}
    assert [row["reference"] for row in desk.finds(both)] == ["5"]
    found = desk.finds(where("type", "eq", "log"), where("value_score", "in", [0, 2, 3]))
    assert [row["reference"] for row in found] == ["0", "2"]
    otel_form = {"field": "value_score", "op": "le", "value": 0}
    assert [row["reference"] for row in desk.finds(otel_form)] == ["0"]


def test_null_is_a_value_to_search_for(desk: Desk) -> None:
    desk.gives(desk.asks(), reference="passed", value_pass=True)
    desk.gives(desk.asks("continuous"), reference="scored", value_score=1)
    unscored = desk.finds(where("value_score", "eq", None))
    assert [row["reference"] for row in unscored] == ["passed"]
    unpassed = desk.finds(where("value_pass", "ne", True))
    assert [row["reference"] for row in unpassed] == ["scored"]


def test_reading_on_from_the_last_moment_reaches_every_verdict_once(desk: Desk) -> None:
    question = desk.asks()
    given = [desk.gives(question, reference=str(n), value_pass=True) for n in range(7)]
    read: list[Json] = []
    while True:
        since = [where("created_at", "gt", read[-1]["created_at"])] if read else []
        page = desk.finds(*since, limit=3)
        read.extend(page)
        if len(page) < 3:
            break
    assert read == given


def test_a_filter_that_cannot_be_answered_is_refused_at_its_place(desk: Desk) -> None:
    cases: list[tuple[Json, list[str | int]]] = [
        (where("author", "eq", "x"), ["filters", 0, "field"]),
        (where("reference; DROP TABLE x", "eq", "x"), ["filters", 0, "field"]),
        (where("value_score", "starts_with", 1), ["filters", 0, "operation"]),
        (where("value_pass", "lt", True), ["filters", 0, "operation"]),
        (where("value_score", "eq", "much"), ["filters", 0, "value"]),
        (where("created_at", "gt", "yesterday"), ["filters", 0, "value"]),
        (where("reference", "eq", None) | {"operation": "lt"}, ["filters", 0, "value"]),
        (where("reference", "in", "abc"), ["filters", 0, "value"]),
        (where("reference", "in", ["a", 4]), ["filters", 0, "value", 1]),
        (where("reference", "like", "abc\\"), ["filters", 0, "value"]),
        (where("experiment_id", "eq", 10**30), ["filters", 0, "value"]),
        ({"or_": [where("nope", "eq", 1)]}, ["filters", 0, "or_", 0, "field"]),
    ]
    for given, place in cases:
        refused = desk.post("/annotations/search", {"filters": [given]})
        assert places(refused) == [place], given


def test_a_search_too_large_or_too_deep_is_refused(desk: Desk) -> None:
    one = where("reference", "eq", "x")
    assert desk.finds(*[one] * 400, where("reference", "in", ["x"] * 9000)) == []
    assert desk.finds(where("reference", "like", "*" * 4096)) == []
    for body in ({"filters": [one] * 600}, {"filters": [one] * 1001}, {"limit": 10_001}):
        assert desk.post("/annotations/search", body).status_code == 422
    for value, operation in ((["x"] * 10_001, "in"), ("x" * 5000, "like")):
        assert places(
            desk.post("/annotations/search", {"filters": [where("reference", operation, value)]})
        )
    for depth in (60, 300, 5000):
        deep = '{"and_": [' * depth + "{}" + "]}" * depth
        refused = desk.post_text("/annotations/search", f'{{"filters": [{deep}]}}')
        assert refused.status_code in (400, 422), refused.text


def test_criteria_and_evaluations_are_searched_alike(desk: Desk) -> None:
    question = desk.asks(name="binary one")
    desk.asks("continuous", name="other")
    mine = {"and_": [where("project_id", "eq", desk.project), where("name", "starts_with", "bin")]}
    (found,) = desk.finds(mine, under="annotation-criteria")
    assert found["id"] == question
    made = [{"log_id": str(n), "evaluator_id": "e", "score": n, "pass": n > 1} for n in range(4)]
    answer(desk.post("/evaluations/batch", {"evaluations": made}))
    passed = desk.finds(where("pass", "eq", True), under="evaluations")
    assert [row["log_id"] for row in passed] == ["2", "3"]
    by_number = desk.finds(where("id", "eq", passed[0]["id"]), under="evaluations")
    assert by_number == passed[:1]
