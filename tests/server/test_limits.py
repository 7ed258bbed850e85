"""Nobody fills the server's memory or makes it stumble."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limner.server.app import create_app
from limner.server.database import Store
from limner.server.embedded import BASE_URL, InProcess
from limner.server.limits import Limits
from pictures import API, Desk, box, keypoint, polygon, polyline
from servers import answer


@pytest.fixture
def tight(store: Store, keys: dict[str, str]) -> Iterator[Desk]:
    """A desk at a server with small limits."""
    app = InProcess(create_app(store, limits=Limits(body=2000, upload=100, annotations=3)))
    headers = {"X-API-Key": keys["owner"]}
    with httpx.Client(transport=app.transport, base_url=BASE_URL, headers=headers) as client:
        desk = Desk(client)
        desk.uploads("a.png")
        yield desk
    app.close()


def test_a_body_that_is_too_large_is_a_413(tight: Desk) -> None:
    reply = tight.tries_to_save("a.png", box(attributes=["x" * 3000]))
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "payload_too_large")
    assert reply.json()["error"]["details"] == {"max_bytes": 2000}
    other = tight.client.post("/v1/annotations", content=b"x" * 3000)
    assert (other.status_code, "detail" in other.json()) == (413, True)


def test_too_many_annotations_are_refused(tight: Desk) -> None:
    assert tight.tries_to_save("a.png", *(box(f"{n}") for n in range(3))).is_success
    assert tight.tries_to_save("a.png", *(box(f"{n}") for n in range(4))).status_code == 422


def test_an_upload_that_is_too_large_leaves_nothing(tight: Desk, store: Store) -> None:
    place = {"dataset": "streets", "filename": "b.png", "content_type": "image/png"}
    url = tight.post("/images/upload-url", place)["data"]["upload_url"]
    assert tight.client.put(url, content=b"x" * 200).status_code == 413
    files = [path for path in (store.data_dir / "blobs").rglob("*") if path.is_file()]
    assert len(files) == 1, "only the image that was there is"


@pytest.mark.parametrize(
    "path", ["/datasets/a%00b", "/images/?dataset=a%00b", "/annotations/x%00/y"]
)
def test_an_address_with_a_nul_is_refused(client: httpx.Client, path: str) -> None:
    reply = client.get(f"{API}{path}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "validation_error")


def test_text_with_a_nul_is_refused_or_kept(desk: Desk) -> None:
    reply = desk.client.post(f"{API}/datasets/", json={"name": "a", "description": "x\0y"})
    assert reply.status_code in (200, 422)
    desk.saves("a.png", box(attributes={"note": "x\0y"}))
    assert desk.reads("a.png")[0]["attributes"] == {"note": "x\0y"}


def test_a_wrong_idempotency_key_is_refused(desk: Desk) -> None:
    reply = desk.tries_to_save("a.png", **{"Idempotency-Key": "k" * 300})
    assert reply.status_code == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [*box(oriented_box=1), *polygon(), *polyline("l"), *keypoint(instance_id=1)]
FIELDS += ["confidence", "created_by", "attributes", "annotations", "image_id", "saves"]
ODD_SHAPES = st.builds(
    lambda shape, changes: {**shape, **changes},
    st.sampled_from([box(), polygon(), polyline("l", (0, 0), (1, 1)), keypoint()]),
    st.dictionaries(st.sampled_from(FIELDS) | st.text(), JSON, max_size=2),
)
BODIES = st.one_of(
    JSON,
    st.fixed_dictionaries({"annotations": st.lists(ODD_SHAPES | JSON, max_size=3)}),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
)
SLOW_BUT_SURE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SLOW_BUT_SURE
@given(body=BODIES)
def test_no_body_of_a_save_breaks_the_server(desk: Desk, body: object) -> None:
    text = json.dumps(body).encode("utf-8", "surrogatepass")
    reply = desk.client.post(f"{API}/annotations/streets/a.png", content=text)
    assert reply.status_code in (200, 422), reply.text
    if reply.is_success:
        answer(desk.client.get(f"{API}/annotations/streets/a.png")).json()


@SLOW_BUT_SURE
@given(
    path=st.sampled_from(
        [
            *("datasets/", "images/upload-url", "images/register", "images/bulk-tag"),
            *("annotations/bulk", "annotations/rename-class", "annotations/delete-class"),
            *("images/assign-splits", "images/streets/a.png/review", "annotation-comments"),
            *("batch/images/move", "batch/images/copy", "batch/images/delete", "directories/"),
        ]
    ),
    fields=st.dictionaries(
        st.sampled_from(
            [
                *("dataset", "dataset_name", "name", "filename", "directory_path", "image_ids"),
                *("old_name", "new_name", "classes", "images", "tags", "train", "val", "action"),
                *("annotation_id", "image_id", "body", "content_type", "file_size", "test"),
            ]
        ),
        JSON | st.just("streets") | st.text(alphabet="\0\u202e/.. é", max_size=5),
        max_size=6,
    ),
)
def test_no_other_body_breaks_the_server(desk: Desk, path: str, fields: dict[str, object]) -> None:
    text = json.dumps(fields).encode("utf-8", "surrogatepass")
    reply = desk.client.post(f"{API}/{path}", content=text)
    assert reply.status_code < 500, reply.text
    assert reply.is_success or reply.json()["error"]["code"]
