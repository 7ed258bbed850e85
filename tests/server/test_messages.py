"""Every reply is a message of the wire, to the letter: no key more, no key less, no odd type."""

from __future__ import annotations

import httpx
import pytest
from pydantic import BaseModel, TypeAdapter

from limner.api import pictograph_wire as wire
from pictures import API, Desk, box, keypoint, polygon, polyline
from servers import answer

SKELETON = {"nodes": [{"name": "nose"}, {"name": "neck", "y": 0.3}], "edges": [[0, 1]]}


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A desk with something of everything."""
    person = {"name": "person", "type": "keypoint", "skeleton": SKELETON}
    occluded = {"name": "occluded", "type": "checkbox"}
    car = {"name": "car", "type": "box", "attributes": [occluded]}
    others = [{"name": "lake", "type": "polygon"}, {"name": "lane", "type": "polyline"}]
    nose = {"name": "nose", "type": "keypoint"}
    classes = {"classes": [car, *others, nose, person]}
    answer(desk.client.patch(f"{API}/datasets/streets", json=classes))
    desk.saves("a.png", box(), polygon(), polyline("l", (0, 0), (0, 3)), keypoint())
    desk.uploads("b.png", "/deep")
    return desk


def read(client: httpx.Client, path: str) -> bytes:
    return answer(client.get(f"{API}{path}")).content


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/datasets/", wire.DatasetPage),
        ("/images/?dataset=streets&include_archived=true", wire.ImagePage),
    ],
)
def test_pages(full: Desk, path: str, message: type[BaseModel]) -> None:
    sent = read(full.client, path)
    assert message.model_validate_json(sent).model_dump(mode="json", exclude={"data"})


def test_one_dataset_with_its_images(full: Desk) -> None:
    sent = full.get("/datasets/streets?include_images=true")["data"]
    found = wire.Dataset.model_validate_json(TypeAdapter(dict).dump_json(sent))
    assert len(found.images or []) == 2
    assert found.classes[4].skeleton is not None
    assert found.classes[4].skeleton.edges == [[0, 1]]


def test_annotations(full: Desk) -> None:
    sent = full.get("/annotations/streets/a.png")["annotations"]
    stored = TypeAdapter(list).dump_json(sent)
    found = TypeAdapter(list[wire.Annotation]).validate_json(stored)
    assert [wire.as_json(one) for one in found] == sent


def test_the_reply_to_a_save(full: Desk) -> None:
    reply = full.saves("a.png")
    assert reply.pop("success") is True
    wire.SaveResult.model_validate(reply)


def test_errors(full: Desk) -> None:
    client = full.client
    for refused in (
        client.get(f"{API}/datasets/nowhere"),
        client.get(f"{API}/datasets/", headers={"X-API-Key": ""}),
        client.get(f"{API}/datasets/?limit=x"),
        client.put(f"{API}/datasets/"),
        client.get(f"{API}/exports/"),
        client.post(f"{API}/datasets/", content=b"{"),
        full.tries_to_save("a.png", box(confidence=3)),
        full.tries_to_save("a.png", **{"If-Match": '"old"'}),
    ):
        assert not refused.is_success
        envelope = wire.ErrorEnvelope.model_validate_json(refused.content)
        assert envelope.error.message
        assert refused.headers["X-Request-Id"]
