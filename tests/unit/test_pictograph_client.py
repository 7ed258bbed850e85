"""The client of the Pictograph API against the server inside, and against servers gone wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limner.api import errors
from limner.api.classes import read_ontology, write_ontology
from limner.api.codec import decode, encode
from limner.api.listing import PAGE
from limner.api.pictograph import Dataset, Dialect, ImageRow, Pictograph
from limner.api.transport import Progress, Wire, connect
from limner.model.annotations import (
    Annotation,
    BBox,
    Drawable,
    Keypoint,
    Kind,
    Opaque,
    Polygon,
    kind_of,
    new_id,
)
from limner.model.json_text import JsonText
from limner.model.ontology import AttributeSpec, LabelClass, Ontology, Skeleton
from limner.model.points import Points
from limner.server import embedded
from limner.server.embedded import EmbeddedServer
from unit.any_annotation import drawables
from unit.rogue_server import Handler, rogue

FACE = Skeleton((("nose", 0.5, 0.25), ("chin", 0.5, 1.0)), ((0, 1),))
ONTOLOGY = Ontology(
    (
        LabelClass("car", Kind.BBOX, "#e6194b", (AttributeSpec("wet", "checkbox"),)),
        LabelClass("car", Kind.POLYGON, "#3cb44b", (AttributeSpec("paint", "select", ("red",)),)),
        LabelClass("nose", Kind.KEYPOINT, "#4363d8", (), FACE),
        LabelClass("road", Kind.POLYLINE, "#f58231"),
    )
)
NAME_OF = {each.kind: each.name for each in ONTOLOGY}
IMAGE = b"\x89PNG\r\n\x1a\n and the rest"


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    server = embedded.start(tmp_path_factory.mktemp("library"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def wire(inside: EmbeddedServer) -> Iterator[Wire]:
    opened = connect(embedded.BASE_URL, inside.key, transport=inside.transport, is_inside=True)
    yield opened
    opened.close()


@pytest.fixture(params=list(Dialect))
def client(request: pytest.FixtureRequest, wire: Wire) -> Pictograph:
    return Pictograph(wire, request.param)


@pytest.fixture
def dataset(client: Pictograph) -> Dataset:
    return client.create_dataset(f"Straßen 100%#1? {uuid4()}", ONTOLOGY)


@pytest.fixture
def row(client: Pictograph, dataset: Dataset) -> ImageRow:
    return client.upload(dataset, "/nord/süd", "é 100%#1?.png", IMAGE, 640, 480)


def key() -> str:
    return uuid4().hex


def a_car(x: float = 1.0) -> BBox:
    return BBox(id=new_id(), name="car", x=x, y=2.0, w=3.5, h=4.0)


def ignore(_done: int, _total: int | None) -> None:
    pass


def never() -> bool:
    return False


def the_file_of(client: Pictograph, row: ImageRow, progress: Progress = ignore) -> bytes:
    into = io.BytesIO()
    client.image_file(row, into, progress, never)
    return into.getvalue()


def test_a_dataset_and_its_classes_come_back_as_they_were_made(
    client: Pictograph, dataset: Dataset
) -> None:
    assert dataset.ontology == ONTOLOGY
    assert client.dataset(dataset.id) == dataset
    assert client.dataset(dataset.name) == dataset
    assert dataset in client.datasets()


def test_a_name_is_taken_once(client: Pictograph, dataset: Dataset) -> None:
    with pytest.raises(errors.Conflict):
        client.create_dataset(dataset.name)


@pytest.mark.parametrize("name", ["a/b", ".", "..", ""])
def test_a_name_that_would_lead_elsewhere_is_refused_here(client: Pictograph, name: str) -> None:
    with pytest.raises(errors.BadAddress):
        client.dataset(name)


def test_an_uploaded_image_is_listed_and_comes_back(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    assert (row.path, row.width, row.height) == ("nord/süd/é 100%#1?.png", 640, 480)
    assert client.images(dataset) == [row]
    assert client.dataset(dataset.id).image_count == 1
    told: list[tuple[int, int | None]] = []
    assert the_file_of(client, row, lambda *at: told.append(at)) == IMAGE
    assert told[-1] == (len(IMAGE), len(IMAGE))


def test_an_image_of_this_computer_can_be_let_go_while_it_comes(
    client: Pictograph, tmp_path: Path
) -> None:
    (tmp_path / "large.png").write_bytes(bytes(3_000_000))
    (found,) = client.images(client.open_folder(str(tmp_path)).dataset)
    with pytest.raises(errors.Cancelled):
        client.image_file(found, io.BytesIO(), ignore, lambda: True)
    assert len(the_file_of(client, found)) == 3_000_000


def test_what_is_saved_is_what_is_loaded(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    drawn: list[Annotation] = [
        a_car(),
        Polygon(id=new_id(), name="car", rings=(Points.of([(0, 0), (10, 0), (10.1, 10.7)]),)),
        Keypoint(
            id=new_id(),
            name="nose",
            x=1e-7,
            y=1.1,
            instance_id=1,
            attributes=JsonText('{"occluded":true}'),
        ),
    ]
    saved = client.save(dataset, row, drawn, idempotency_key=key())
    assert (saved.previous_count, saved.new_count) == (0, 3)
    loaded = client.load(dataset, row)
    assert [(type(a), a.id) for a in loaded.annotations] == [(type(a), a.id) for a in drawn]
    assert loaded.etag == saved.etag
    again = client.save(dataset, row, loaded.annotations, idempotency_key=key())
    assert again.etag == saved.etag
    assert client.load(dataset, row) == loaded


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(drawables(), max_size=6, unique_by=lambda each: each.id))
def test_what_nobody_edited_goes_back_byte_for_byte(
    client: Pictograph, wire: Wire, dataset: Dataset, row: ImageRow, drawn: list[Drawable]
) -> None:
    named = [replace(each, name=NAME_OF[kind_of(each)]) for each in drawn]
    client.save(dataset, row, named, idempotency_key=key())
    body = wire.request("GET", f"/api/v1/developer/annotations/{row.id}").body
    assert b'"annotations":' + encode(decode(body)) + b"," in body


def test_a_save_on_an_old_copy_is_stale_and_changes_nothing(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    seen = client.load(dataset, row)
    client.save(dataset, row, [a_car()], idempotency_key=key(), if_match=seen.etag)
    with pytest.raises(errors.Stale):
        client.save(dataset, row, [], idempotency_key=key(), if_match=seen.etag)
    after = client.load(dataset, row)
    assert len(after.annotations) == 1
    assert after.etag != seen.etag


def test_a_save_sent_twice_is_made_once(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    once, mine, theirs = key(), [a_car(1.0)], [a_car(2.0), a_car(3.0)]
    first = client.save(dataset, row, mine, idempotency_key=once)
    client.save(dataset, row, theirs, idempotency_key=key())
    assert client.save(dataset, row, mine, idempotency_key=once) == first
    assert len(client.load(dataset, row).annotations) == 2


def test_a_refused_shape_is_named(client: Pictograph, dataset: Dataset, row: ImageRow) -> None:
    bus = BBox(id=new_id(), name="bus", x=0, y=0, w=1, h=1)
    with pytest.raises(errors.Invalid) as caught:
        client.save(dataset, row, [a_car(), bus], idempotency_key=key())
    assert [each.annotation_index for each in caught.value.problems] == [1]
    assert client.load(dataset, row).annotations == []


def test_a_type_the_server_does_not_know_is_refused_and_never_dropped(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    mask = Opaque(id=new_id(), raw=JsonText('{"id":"m","type":"mask"}'), reason="A mask.")
    with pytest.raises(errors.Invalid) as caught:
        client.save(dataset, row, [a_car(), mask], idempotency_key=key())
    assert caught.value.problems[0].annotation_index == 1


def test_everything_can_be_cleared(client: Pictograph, dataset: Dataset, row: ImageRow) -> None:
    client.save(dataset, row, [a_car(), a_car()], idempotency_key=key())
    assert client.clear(dataset, row) == 2
    assert client.load(dataset, row).annotations == []


def test_an_image_moves_through_its_stages(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    client.set_status(dataset, row, "review")
    assert client.images(dataset)[0].status == "review"
    assert client.review(dataset, row, "request_changes", "The left car is missing.") == "annotate"
    assert client.review(dataset, row, "approve") == "complete"


def test_the_stage_of_an_image_that_is_gone_cannot_be_moved(
    client: Pictograph, dataset: Dataset
) -> None:
    gone = ImageRow(id=str(uuid4()), dataset_id=dataset.id, filename="gone.png")
    with pytest.raises(errors.Refused):
        client.set_status(dataset, gone, "review")
    with pytest.raises(errors.NotFound):
        client.load(dataset, gone)


def test_classes_that_no_ontology_holds_survive_a_change(
    client: Pictograph, wire: Wire, dataset: Dataset
) -> None:
    route = f"/api/v1/developer/datasets/{dataset.id}"
    classes = [*write_ontology(ONTOLOGY), {"name": "rainy", "type": "tag", "color": "#000000"}]
    wire.request("PATCH", route, json={"classes": classes})
    base = client.dataset(dataset.id).ontology
    assert base == ONTOLOGY
    changed = Ontology((*ONTOLOGY.classes[1:], LabelClass("bus", Kind.BBOX, "#123456")))
    assert set(client.update_classes(dataset.id, changed, base).ontology) == set(changed)
    stored = wire.request("GET", route).document()["data"]["classes"]
    assert [each["name"] for each in stored if each["type"] == "tag"] == ["rainy"]


def test_classes_survive_even_where_the_whole_list_is_replaced() -> None:
    tag = {"name": "rainy", "type": "tag", "color": "#000000"}
    stored = {"id": "d", "name": "n", "classes": [tag]}
    sent: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            sent.append(json.loads(request.content))
        return httpx.Response(200, json={"data": stored})

    wire = connect("http://x.test", "k", transport=httpx.MockTransport(answer))
    Pictograph(wire, Dialect.IMAGE_ID).update_classes("d", ONTOLOGY, Ontology())
    assert sent == [{"classes": [*write_ontology(ONTOLOGY), tag], "classes_base": [tag]}]


def test_a_colleagues_new_class_survives_mine(client: Pictograph, dataset: Dataset) -> None:
    theirs = Ontology((*ONTOLOGY.classes, LabelClass("tree", Kind.BBOX, "#00ff00")))
    mine = Ontology((*ONTOLOGY.classes, LabelClass("bus", Kind.BBOX, "#123456")))
    client.update_classes(dataset.id, theirs, ONTOLOGY)
    both = client.update_classes(dataset.id, mine, ONTOLOGY).ontology
    assert set(both) == {*theirs.classes, *mine.classes}


def test_a_folder_of_this_computer_becomes_a_dataset(client: Pictograph, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.png").write_bytes(IMAGE)
    opened = client.open_folder(str(tmp_path))
    assert (opened.added, opened.missing, opened.skipped) == (1, 0, ())
    (found,) = client.images(opened.dataset)
    assert (found.directory, found.filename) == ("/sub", "a.png")
    assert client.local_file(found) == tmp_path / "sub" / "a.png"
    assert the_file_of(client, found) == IMAGE
    with pytest.raises(errors.NotFound):
        client.open_folder(str(tmp_path / "nowhere"))


def test_an_uploaded_image_can_be_read_where_the_server_inside_keeps_it(
    client: Pictograph, row: ImageRow
) -> None:
    place = client.local_file(row)
    assert place is not None
    assert place.read_bytes() == IMAGE


def test_a_server_elsewhere_is_not_asked_for_files_of_this_computer(
    inside: EmbeddedServer, row: ImageRow
) -> None:
    asked: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return inside.transport.handle_request(request)

    elsewhere = connect(embedded.BASE_URL, inside.key, transport=httpx.MockTransport(note))
    assert Pictograph(elsewhere, Dialect.IMAGE_ID).local_file(row) is None
    assert asked == []


# The probe


def test_the_probe_finds_the_dialect_of_the_server_inside(wire: Wire, row: ImageRow) -> None:
    assert Pictograph.probe(wire) is Dialect.IMAGE_ID


def test_a_wrong_key_is_told_by_the_probe(inside: EmbeddedServer) -> None:
    wire = connect(embedded.BASE_URL, "pk_live_wrong", transport=inside.transport)
    with pytest.raises(errors.Unauthorized):
        Pictograph.probe(wire)


def serving(answers: dict[str, tuple[int, Any]], heard: list[str] | None = None) -> Wire:
    """A wire to a server that knows these routes only, by how their paths begin."""

    def answer(request: httpx.Request) -> httpx.Response:
        if heard is not None:
            heard.append(request.method)
        path = request.url.path.removeprefix("/api/v1/developer")
        found = [each for route, each in answers.items() if path.startswith(route)]
        status, body = found[-1] if found else (404, {"detail": "Not Found"})
        return httpx.Response(status, json=body)

    return connect("http://x.test", "k", transport=httpx.MockTransport(answer))


EMPTY: dict[str, tuple[int, Any]] = {"/datasets/": (200, {"data": []})}
FULL: dict[str, tuple[int, Any]] = {
    "/datasets/": (200, {"data": [{"id": "d", "name": "n", "image_count": 1}]}),
    "/images/": (200, {"data": [{"id": "i", "filename": "a.png", "directory_path": "/x"}]}),
}


@pytest.mark.parametrize(
    ("answers", "dialect"),
    [
        (EMPTY, Dialect.DATASET_PATH),
        (EMPTY | {"/annotations/": (404, {"detail": "No such image."})}, Dialect.IMAGE_ID),
        (FULL | {"/annotations/i": (200, {"annotations": []})}, Dialect.IMAGE_ID),
        (FULL | {"/annotations/d/x/a.png": (200, {"annotations": []})}, Dialect.DATASET_PATH),
    ],
)
def test_servers_that_speak_one_dialect_are_told_apart(
    answers: dict[str, tuple[int, Any]], dialect: Dialect
) -> None:
    heard: list[str] = []
    assert Pictograph.probe(serving(answers, heard)) is dialect
    assert set(heard) == {"GET"}


def test_another_kind_of_server_is_told_by_the_probe() -> None:
    with pytest.raises(errors.NotOffered):
        Pictograph.probe(serving({}))
    with pytest.raises(errors.Garbled):
        Pictograph.probe(serving({"/datasets/": (200, {"items": []})}))
    with pytest.raises(errors.NotOffered):
        Pictograph.probe(serving(FULL))


# Servers gone wrong


def confirming(reply: Any) -> Pictograph:
    return Pictograph(serving({"/annotations/": (200, reply)}), Dialect.IMAGE_ID)


GOOD = {"image_id": "I1", "previous_count": 3, "new_count": 1, "status": "new"}


def test_a_confirmed_save_is_read_even_with_keys_of_a_newer_server() -> None:
    here = Dataset("d", "n", Ontology())
    image = ImageRow(id="i1", dataset_id="d", filename="a.png")
    client = confirming(GOOD | {"version": 7})
    saved = client.save(here, image, [a_car()], idempotency_key=key())
    assert (saved.previous_count, saved.status, saved.etag) == (3, "new", None)


@pytest.mark.parametrize(
    "reply",
    [
        {},
        [],
        None,
        GOOD | {"new_count": 2},
        GOOD | {"image_id": "other"},
        GOOD | {"previous_count": None},
        {name: value for name, value in GOOD.items() if name != "status"},
    ],
)
def test_a_save_that_is_not_confirmed_word_for_word_is_garbled(reply: Any) -> None:
    here = Dataset("d", "n", Ontology())
    image = ImageRow(id="i1", dataset_id="d", filename="a.png")
    with pytest.raises(errors.Garbled):
        confirming(reply).save(here, image, [a_car()], idempotency_key=key())


def test_a_long_list_is_read_page_by_page() -> None:
    with rogue() as server:
        server.answer = paging(2500)
        wire = connect(server.url, "k")
        told: list[tuple[int, int | None]] = []
        client = Pictograph(wire, Dialect.IMAGE_ID)
        rows = client.images(Dataset("d", "n", Ontology()), lambda *at: told.append(at))
        assert [row.id for row in rows] == [str(number) for number in range(2500)]
        assert told == [(1000, 2500), (2000, 2500), (2500, 2500)]
        wire.close()


def paging(count: int) -> Callable[[Handler], None]:
    def answer(call: Handler) -> None:
        query = httpx.URL(call.path).params
        start, limit = int(query["offset"]), int(query["limit"])
        ids = range(start, min(count, start + limit))
        rows = [{"id": str(each), "filename": "a.png", "status": "later"} for each in ids]
        page = {"has_more": start + limit < count, "total": count}
        call.say(200, json.dumps({"data": rows, "pagination": page}).encode())

    return answer


def test_lists_without_a_pager_end_where_they_end() -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(str(request.url))
        size = PAGE if len(calls) == 1 else 0
        return httpx.Response(200, json={"data": [{"id": "d", "name": "n"}] * size})

    wire = connect("http://x.test", "k", transport=httpx.MockTransport(answer))
    assert len(Pictograph(wire, Dialect.IMAGE_ID).datasets()) == PAGE
    assert len(calls) == 2


@pytest.mark.parametrize("row", [None, 7, {}, {"id": 1, "filename": "a"}, {"id": "a"}])
def test_a_row_that_names_no_image_is_garbled(row: Any) -> None:
    client = Pictograph(serving({"/images/": (200, {"data": [row]})}), Dialect.IMAGE_ID)
    with pytest.raises(errors.Garbled):
        client.images(Dataset("d", "n", Ontology()))


def test_strange_classes_do_no_harm() -> None:
    lost = {"nodes": [{"name": "n"}], "edges": [[0, 9]]}
    strange = [
        {"name": "a", "type": "box", "color": "javascript:x", "attributes": None, "new": 1},
        {"name": "t", "type": "tag"},
        {"name": "n", "type": "keypoint", "skeleton": lost},
        {"name": "e", "type": "keypoint", "skeleton": {"nodes": []}},
    ]
    first, second, third = read_ontology(strange)
    assert (first.kind, first.colour) == (Kind.BBOX, "#9aa1ae")
    assert second.skeleton == Skeleton((("n", 0.5, 0.5),), ())
    assert third.skeleton is None
    with pytest.raises(errors.Garbled):
        read_ontology([{"name": "a"}])
