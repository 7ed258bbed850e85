"""The client of the Patronus API against the server inside, and against servers gone wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from limner.api import errors
from limner.api.patronus import Patronus
from limner.api.transport import connect
from limner.model.verdicts import Answer, Category, CriteriaKind, Target, TargetType
from limner.server import embedded
from limner.server.embedded import EmbeddedServer


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    server = embedded.start(tmp_path_factory.mktemp("library"), me="Ada")
    yield server
    server.close()


@pytest.fixture(scope="module")
def client(inside: EmbeddedServer) -> Iterator[Patronus]:
    wire = connect(embedded.BASE_URL, inside.key, transport=inside.transport)
    yield Patronus(wire)
    wire.close()


@pytest.fixture
def project(client: Patronus) -> str:
    return client.project(f"Straßen {uuid4()}")


def a_target() -> Target:
    return Target(TargetType.SPAN, f"ä {uuid4()}")


def test_the_caller_is_named(client: Patronus, inside: EmbeddedServer) -> None:
    assert client.whoami()
    wire = connect(embedded.BASE_URL, inside.key, transport=inside.transport)
    Patronus.probe(wire)


def test_a_wrong_key_is_told_by_the_probe(inside: EmbeddedServer) -> None:
    wire = connect(embedded.BASE_URL, "pk_live_wrong", transport=inside.transport)
    with pytest.raises(errors.Unauthorized):
        Patronus.probe(wire)


def test_a_project_is_made_once(client: Patronus) -> None:
    name = f"Nachts {uuid4()}"
    assert client.project(name) == client.project(name)


@pytest.mark.parametrize("kind", list(CriteriaKind))
def test_a_criterion_of_every_kind_comes_back(
    client: Patronus, project: str, kind: CriteriaKind
) -> None:
    choices = [Category("good", 1.0), Category("bad", 0.0)]
    has_choices = kind in (CriteriaKind.DISCRETE, CriteriaKind.CATEGORICAL)
    made = client.create_criteria(
        project, f"Is it {kind}?", kind, "Look twice.", choices if has_choices else ()
    )
    assert (made.kind, made.description, made.targets) == (kind, "Look twice.", frozenset())
    assert made.categories == (tuple(choices) if has_choices else ())
    assert made in client.criteria(project)
    with pytest.raises(errors.Conflict):
        client.create_criteria(project, made.name, kind)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (CriteriaKind.BINARY, Answer(value_pass=False)),
        (CriteriaKind.CONTINUOUS, Answer(value_score=7.25, explanation="Nearly.")),
        (CriteriaKind.TEXT, Answer(value_text="Ünder the brïdge")),
    ],
)
def test_a_verdict_is_stored_as_it_was_given(
    client: Patronus, project: str, kind: CriteriaKind, answer: Answer
) -> None:
    criteria, target = client.create_criteria(project, "How is it?", kind), a_target()
    stored = client.submit(criteria.id, target, answer)
    assert (stored.target, stored.criteria_id, stored.answer) == (target, criteria.id, answer)
    assert client.verdicts(target, project) == [stored]
    assert client.verdicts(a_target(), project) == []


def test_a_second_answer_replaces_the_first(client: Patronus, project: str) -> None:
    criteria = client.create_criteria(project, "Is it good?", CriteriaKind.BINARY)
    target = a_target()
    first = client.submit(criteria.id, target, Answer(value_pass=True, explanation="Yes."))
    second = client.submit(criteria.id, target, Answer(value_pass=False))
    assert second.id == first.id
    assert second.answer == Answer(value_pass=False)
    assert second.created_at == first.created_at
    assert second.updated_at >= first.updated_at
    assert client.verdicts(target, project) == [second]


def test_an_answer_without_a_value_is_refused(client: Patronus, project: str) -> None:
    criteria = client.create_criteria(project, "Is it good?", CriteriaKind.BINARY)
    with pytest.raises(errors.Invalid):
        client.submit(criteria.id, a_target(), Answer(explanation="I cannot tell."))


# Servers gone wrong


def answering(body: Any, status: int = 200) -> tuple[Patronus, list[httpx.Request]]:
    heard: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(status, json=body)

    return Patronus(connect("http://x.test", "k", transport=httpx.MockTransport(answer))), heard


STORED = {
    "id": "v1",
    "annotation_criteria": "C1",
    "type": "log",
    "reference": "i1",
    "value_pass": True,
    "created_at": "2019-08-24T14:15:22Z",
    "updated_at": "2019-08-24T14:15:22Z",
    "experiment_id": 0,
}
TARGET = Target(TargetType.LOG, "i1")


def test_what_was_not_touched_is_never_sent() -> None:
    client, heard = answering({"annotation": STORED})
    client.submit("c1", TARGET, Answer(value_pass=True))
    assert (
        heard[0].content
        == b'{"annotation_criteria":"c1","type":"log","reference":"i1","value_pass":true}'
    )


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"annotation": None},
        {"annotation": STORED | {"reference": "other"}},
        {"annotation": STORED | {"type": "hologram"}},
        {"annotation": STORED | {"annotation_criteria": "other"}},
        {"annotation": STORED | {"updated_at": "yesterday"}},
    ],
)
def test_a_verdict_that_is_not_confirmed_is_garbled(reply: Any) -> None:
    client, _ = answering(reply)
    with pytest.raises(errors.Garbled):
        client.submit("c1", TARGET, Answer(value_pass=True))


def test_verdicts_of_a_newer_server_are_read_past_what_is_unknown() -> None:
    rows = [STORED | {"type": "hologram"}, STORED | {"mood": 1}, STORED | {"reference": "other"}]
    client, _ = answering({"annotations": rows})
    (verdict,) = client.verdicts(TARGET, "p1")
    assert verdict.answer == Answer(value_pass=True)


def test_criteria_of_a_newer_server_are_read_past_what_is_unknown() -> None:
    plain = {"id": "c1", "name": "Good?", "annotation_type": "binary", "categories": None}
    rows = [
        plain | {"annotation_type": "melody"},
        plain | {"resource_types": ["hologram"]},
        plain | {"resource_types": ["hologram", "span"], "locked": True},
        plain | {"resource_types": []},
    ]
    client, _ = answering({"annotation_criteria": rows})
    spans, everything = client.criteria("p1")
    assert not spans.fits(TARGET)
    assert spans.fits(Target(TargetType.SPAN, "x"))
    assert everything.fits(TARGET)


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        ({"api_key": {"id": "k", "account": {"id": "a", "name": "Ada"}}, "user": None}, "Ada"),
        ({"api_key": None, "user": {"sub": "s", "accounts": [{"name": "Team"}]}}, "Team"),
        ({"user": {"sub": "s", "accounts": []}}, "s"),
        ({}, ""),
    ],
)
def test_the_callers_name_is_found_where_it_stands(caller: Any, name: str) -> None:
    client, _ = answering({"caller": caller})
    assert client.whoami() == name


def test_another_kind_of_server_is_told() -> None:
    others: list[Any] = [{}, {"caller": "me"}, [], "hello"]
    for body in others:
        client, _ = answering(body)
        with pytest.raises(errors.Garbled):
            client.whoami()
    client, _ = answering({"detail": "Not Found"}, 404)
    with pytest.raises(errors.NotOffered):
        client.whoami()
