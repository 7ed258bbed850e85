"""A long list is stored as a short one is, though it is read in slices and mostly not at all."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from limner.api import row_slices
from limner.server import long_values, sent, shapes
from limner.server.bodies import stored_body
from limner.server.database import Store
from limner.server.errors import Problem
from limner.server.sent import Long, sent_in
from limner.server.shapes import Known
from limner.server.tables import revision
from pictures import API, Desk, Json, box, ids, keypoint, polygon, polyline
from servers import answer, as_role

RIGHT: list[Json] = [
    box("a", created_by="ada"),
    box("b", attributes={"wet": [1, None]}, confidence=0.5),
    polygon("c"),
    polyline("d", (0, 0), (1, 1)),
    keypoint("e", instance_id=2),
    box("f", oriented_box={"cx": 1, "cy": 2, "w": 3, "h": 4, "angle": 5}),
]
WRONG: list[Any] = [
    box("a", confidence=2),
    box("g", other=1),
    box(" "),
    polygon("h", [(0, 0), (1, 1)]),
    {"id": "i", "name": "car", "type": "bbox"},
    7,
]


def stored(*rows: Json) -> bytes:
    content = json.dumps({"annotations": rows}).encode()
    read = sent_in(content).against(b"[]")
    return shapes.completed(read.shapes, read.authors, "me")


def outcome(how: sent.Sent, before: bytes) -> bytes | list[Any]:
    """What would be stored, or the fields that are wrong."""
    try:
        read = how.against(before)
        shapes.check_ids(read.shapes)
    except Problem as problem:
        return [problem.details]
    return shapes.completed(read.shapes, read.authors, "eve")


@pytest.fixture
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_slices, "SLICE_BYTES", 60)


@pytest.mark.usefixtures("short_slices")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(RIGHT), max_size=6, unique_by=lambda row: row["id"]),
    st.data(),
)
def test_both_ways_store_and_refuse_the_same(before: Sequence[Json], data: st.DataObject) -> None:
    old = stored(*before)
    rows: list[Any] = data.draw(st.permutations(json.loads(old)))
    for _ in range(data.draw(st.integers(0, 3))):
        new = data.draw(st.sampled_from([*RIGHT, *RIGHT, *WRONG]))
        place = data.draw(st.integers(0, len(rows)))
        rows[place : place + data.draw(st.integers(0, 1))] = [new]
    image_id = data.draw(st.sampled_from([None, "x1", "X1", "other"]))
    named = {} if image_id is None else {"image_id": "x1"}
    extra = data.draw(st.sampled_from([{}, {}, {}, {"note": 1}]))
    content = json.dumps({**named, "annotations": rows, **extra}, separators=(",", ":")).encode()

    def whole() -> bytes | list[Any]:
        try:
            return outcome(sent_in(content, image_id), old)
        except Problem as problem:
            return [problem.details]

    assert outcome(Long(content, image_id), old) == whole()


@pytest.mark.usefixtures("short_slices")
def test_what_is_stored_already_is_not_read_anew() -> None:
    old = stored(*(box(str(n)) for n in range(50)))
    rows = json.loads(old)
    rows[20]["confidence"] = 0.25
    del rows[10]
    content = json.dumps({"annotations": rows}, separators=(",", ":")).encode()
    read = Long(content, None).against(old)
    assert [one.id for one in read.shapes if not isinstance(one, Known)] == ["20"]
    assert read.authors == {"20": "me"}


@pytest.fixture
def all_is_long(monkeypatch: pytest.MonkeyPatch, short_slices: None) -> None:
    """As if a list of a few boxes were one of a hundred thousand."""
    monkeypatch.setattr(sent, "LONG_BYTES", 100)


def test_a_list_of_megabytes_is_stored_read_and_kept_as_a_revision(
    desk: Desk, store: Store, keys: dict[str, str]
) -> None:
    boxes = [box(f"{n:06}", attributes=[str(n) * 30]) for n in range(8000)]
    desk.saves("a.png", *boxes, **as_role(keys, "member"))
    read = desk.reads("a.png")
    assert ids(read) == ids(boxes)
    read[4000]["confidence"] = 0.5
    saved = answer(desk.tries_to_save("a.png", *read, box("new")))
    again = desk.reads("a.png")
    assert ids(again) == [*ids(boxes), "new"]
    assert again[4000]["created_by"] == read[4000]["created_by"]
    assert again[-1]["created_by"] != read[0]["created_by"]
    with store.reading() as tx:
        image_id = saved.json()["image_id"]
        kept = tx.scalars(select(revision.c.body).where(revision.c.image_id == image_id)).all()
        whole = stored_body(tx, image_id)
    assert len(whole) > long_values.LONG_BYTES
    assert [len(json.loads(zlib.decompress(each))) for each in kept] == [8000, 8001]
    assert json.loads(whole) == again == json.loads(zlib.decompress(kept[-1]))
    desk.saves("a.png", box("only"))
    assert ids(desk.reads("a.png")) == ["only"]


@pytest.mark.usefixtures("all_is_long")
def test_a_long_list_is_refused_with_its_places_and_changes_nothing(desk: Desk) -> None:
    boxes = [box(f"{n}") for n in range(30)]
    desk.saves("a.png", *boxes)
    for wrong, place in ((box("3"), "id"), (box("x", name="tram"), "name")):
        refused = desk.tries_to_save("a.png", *boxes, wrong)
        loc = refused.json()["error"]["details"]["errors"][0]["loc"]
        assert (refused.status_code, loc[-3:]) == (422, [30, "bbox", place])
    assert ids(desk.reads("a.png")) == ids(boxes)


@pytest.mark.usefixtures("all_is_long")
def test_a_long_list_must_name_its_image_in_the_older_dialect(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    boxes = [box(f"{n}") for n in range(30)]
    for named, status in ((image_id, 200), (image_id.upper(), 200), ("another", 422)):
        body = {"image_id": named, "annotations": boxes}
        sent_now = desk.client.post(f"{API}/annotations/{image_id}", json=body)
        assert sent_now.status_code == status


def test_every_answer_says_how_large_a_body_may_be(desk: Desk) -> None:
    reply = desk.client.get(f"{API}/annotations/streets/a.png")
    assert int(reply.headers["X-Max-Body-Bytes"]) == 32_000_000
