"""What the client learns of versions: unchanged lists, who changed one, the history, and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from limner.api import errors
from limner.api.pictograph import Dataset, Dialect, ImageRow, Pictograph
from limner.api.transport import Wire, connect
from limner.api.wire_texts import WireTexts
from limner.model.annotations import BBox, Kind, new_id
from limner.model.ontology import LabelClass, Ontology
from limner.server import embedded
from limner.server.embedded import EmbeddedServer

ME = "Zoë ☂ <b>of</b> Łódź"
ONTOLOGY = Ontology((LabelClass("car", Kind.BBOX, "#e6194b"),))


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    server = embedded.start(tmp_path_factory.mktemp("library"), me=ME)
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
    return client.create_dataset(f"100%#1? {uuid4()}", ONTOLOGY)


@pytest.fixture
def row(client: Pictograph, dataset: Dataset) -> ImageRow:
    return client.upload(dataset, "/süd", "é 100%#1?.png", b"picture", 640, 480)


def key() -> str:
    return uuid4().hex


def a_car(x: float = 1.0) -> BBox:
    return BBox(id=new_id(), name="car", x=x, y=2.0, w=3.5, h=4.0)


def test_a_load_says_which_version_it_is_and_who_made_it(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    untouched = client.load(dataset, row)
    assert (untouched.rev, untouched.author, untouched.at) == (0, None, None)
    saved = client.save(dataset, row, [a_car()], idempotency_key=key())
    loaded = client.load(dataset, row)
    assert (loaded.rev, loaded.author) == (saved.rev, ME) == (1, ME)
    assert loaded.at is not None
    assert datetime.now(UTC) - loaded.at < timedelta(minutes=5)


def test_what_has_not_changed_does_not_come_again(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    loaded = client.load(dataset, row)
    assert client.load(dataset, row, if_none_match=loaded.etag) is None
    client.save(dataset, row, [a_car()], idempotency_key=key())
    found = client.load(dataset, row, if_none_match=loaded.etag)
    assert found is not None
    assert len(found.annotations) == 1


def test_an_old_copy_is_told_what_it_missed(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    seen = client.load(dataset, row)
    client.save(dataset, row, [a_car()], idempotency_key=key())
    with pytest.raises(errors.Stale) as caught:
        client.save(dataset, row, [], idempotency_key=key(), if_match=seen.etag)
    now = client.load(dataset, row)
    missed = caught.value
    assert (missed.rev, missed.author, missed.at) == (now.rev, now.author, now.at)


def test_the_history_is_listed_read_and_brought_back(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    assert client.revisions(dataset, row) == []
    first = client.save(dataset, row, [a_car(7.5)], idempotency_key=key())
    client.save(dataset, row, [a_car(), a_car()], idempotency_key=key(), if_match=first.etag)
    last = client.save(dataset, row, [], idempotency_key=key())
    history = client.revisions(dataset, row)
    assert [(each.rev, each.count, each.is_blind) for each in history] == [
        (3, 0, True),
        (2, 2, False),
        (1, 1, False),
    ]
    assert {each.author for each in history} == {ME}
    assert all(each.at.tzinfo is not None for each in history)

    told: list[float] = []
    texts = WireTexts()
    old = client.revision(dataset, row, 1, texts, told.append)
    assert (old.rev, old.etag, old.author, old.at) == (1, first.etag, ME, history[2].at)
    assert [each.x for each in old.annotations if isinstance(each, BBox)] == [7.5]
    assert told[-1] == 1.0

    once = key()
    done = client.restore(dataset, row, 1, if_match=last.etag, idempotency_key=once)
    assert (done.previous_count, done.new_count, done.etag, done.rev) == (0, 1, first.etag, 4)
    assert client.restore(dataset, row, 1, if_match=last.etag, idempotency_key=once) == done
    assert client.load(dataset, row).annotations == old.annotations
    assert client.revisions(dataset, row)[0].restored_from == 1


def test_an_old_copy_is_not_restored_over_a_newer_one(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    first = client.save(dataset, row, [a_car()], idempotency_key=key())
    client.save(dataset, row, [], idempotency_key=key())
    with pytest.raises(errors.Stale):
        client.restore(dataset, row, 1, if_match=first.etag, idempotency_key=key())


def test_a_revision_that_was_never_made_is_not_found(
    client: Pictograph, dataset: Dataset, row: ImageRow
) -> None:
    with pytest.raises(errors.NotFound):
        client.revision(dataset, row, 1)
    with pytest.raises(errors.NotFound):
        client.restore(dataset, row, 1, if_match=None, idempotency_key=key())


def test_an_image_that_is_gone_has_no_history(client: Pictograph, dataset: Dataset) -> None:
    gone = ImageRow(id=str(uuid4()), dataset_id=dataset.id, filename="gone.png")
    with pytest.raises(errors.NotFound):
        client.revisions(dataset, gone)


def elsewhere(answer: httpx.Response) -> Pictograph:
    """A server that has the one image "a.png" and no routes of Limner's own."""

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(("/a.png", "/an-image")):
            return httpx.Response(200, json={"annotations": []})
        return answer

    wire = connect("http://x.test", "k", transport=httpx.MockTransport(respond))
    return Pictograph(wire, Dialect.DATASET_PATH)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, json={"detail": "Not Found"}),
        httpx.Response(404, json={"error": {"code": "not_found", "message": "No such image."}}),
        httpx.Response(405, json={"detail": "Method Not Allowed"}),
        httpx.Response(404, text="<html>"),
    ],
)
def test_a_server_without_history_does_not_offer_it(answer: httpx.Response) -> None:
    server = elsewhere(answer)
    there = Dataset("d", "d", Ontology())
    image = ImageRow(id="an-image", dataset_id="d", filename="a.png")
    with pytest.raises(errors.NotOffered):
        server.revisions(there, image)
    with pytest.raises(errors.NotOffered):
        server.revision(there, image, 1)
    with pytest.raises(errors.NotOffered):
        server.restore(there, image, 1, if_match=None, idempotency_key=key())
    loaded = server.load(there, image, if_none_match='"x"')
    assert loaded is not None
    assert (loaded.etag, loaded.rev, loaded.author, loaded.at) == (None, None, None, None)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"X-Annotation-Rev": "-1", "X-Annotation-At": "yesterday"}, (None, None, None)),
        ({"X-Annotation-Rev": "9" * 400, "X-Annotation-Author": "%ff%00%0a"}, (None, "�", None)),
        (
            {"X-Annotation-At": "2026-01-02T03:04:05"},
            (None, None, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ),
    ],
)
def test_what_a_server_says_of_a_version_is_hostile_text(
    headers: dict[str, str], found: tuple[int | None, str | None, datetime | None]
) -> None:
    def respond(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"annotations": []}, headers=headers)

    wire = connect("http://x.test", "k", transport=httpx.MockTransport(respond))
    image = ImageRow(id="i", dataset_id="d", filename="a.png")
    loaded = Pictograph(wire, Dialect.IMAGE_ID).load(Dataset("d", "d", Ontology()), image)
    assert (loaded.rev, loaded.author, loaded.at) == found


def test_a_304_that_nobody_asked_for_is_no_answer() -> None:
    wire = connect(
        "http://x.test", "k", transport=httpx.MockTransport(lambda _request: httpx.Response(304))
    )
    image = ImageRow(id="i", dataset_id="d", filename="a.png")
    with pytest.raises(errors.Garbled):
        Pictograph(wire, Dialect.IMAGE_ID).load(Dataset("d", "d", Ontology()), image)


def test_a_refusal_that_tells_nonsense_of_the_present_copy_is_still_stale() -> None:
    details = {"rev": True, "author": ["me"], "at": 7}
    body = {"error": {"code": "version_conflict", "message": "Changed.", "details": details}}
    wire = connect(
        "http://x.test",
        "k",
        transport=httpx.MockTransport(lambda _request: httpx.Response(412, json=body)),
    )
    image = ImageRow(id="i", dataset_id="d", filename="a.png")
    with pytest.raises(errors.Stale, match="Changed") as caught:
        Pictograph(wire, Dialect.IMAGE_ID).save(
            Dataset("d", "d", Ontology()), image, [], idempotency_key=key(), if_match='"x"'
        )
    assert (caught.value.rev, caught.value.author, caught.value.at) == (None, None, None)
