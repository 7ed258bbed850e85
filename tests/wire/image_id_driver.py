"""Drives an old, unmodified `pictograph` wheel against a server; run by its own environment.

    python image_id_driver.py BASE_URL OWNER_KEY MEMBER_KEY IMAGE_ID OTHER_IMAGE_ID

The dataset has the classes of the seed page: person (box), car (polygon), lane (polyline), nose
(keypoint). Both images have no annotations. Exits with a traceback at the first surprise.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

# The SDK is in the environment that runs this file, not in the one that checks its types.
from pictograph import (  # type: ignore[import-not-found]
    BBoxAnnotation,
    BoundingBox,
    Client,
    KeypointAnnotation,
    Point,
    PolygonAnnotation,
    PolygonGeometry,
    PolylineAnnotation,
    PolylineGeometry,
)
from pictograph.exceptions import (  # type: ignore[import-not-found]
    AuthError,
    ForbiddenError,
    NotFoundError,
    ValidationError,
)


def seed_examples() -> list[Any]:
    """The two annotations of the seed page's `save` example, word for word, and two more types."""
    triangle = [Point(x=0, y=0), Point(x=10, y=0), Point(x=10, y=10)]
    return [
        BBoxAnnotation(
            id="ann-1", name="person", bounding_box=BoundingBox(x=100, y=200, w=50, h=80)
        ),
        PolygonAnnotation(id="ann-2", name="car", polygon=PolygonGeometry(paths=[triangle])),
        PolylineAnnotation(id="ann-3", name="lane", polyline=PolylineGeometry(path=triangle[:2])),
        KeypointAnnotation(id="ann-4", name="nose", keypoint=Point(x=5.125, y=6)),
    ]


def refused(kind: type[Exception], call: Callable[[], object]) -> Any:
    """The error of `call`, which must be of this kind."""
    try:
        call()
    except kind as error:
        return error
    raise SystemExit(f"expected {kind.__name__}")


def save_and_read(client: Client, image: str) -> None:
    notes = client.annotations
    assert notes.get(image) == [], "an image without annotations is not []"
    saved = notes.save(image, seed_examples())
    assert (saved.image_id, saved.previous_count, saved.new_count) == (image, 0, 4), saved
    assert saved.status == "in_progress", saved
    read = notes.get(image)
    assert [(one.id, one.name, one.type) for one in read] == [
        ("ann-1", "person", "bbox"),
        ("ann-2", "car", "polygon"),
        ("ann-3", "lane", "polyline"),
        ("ann-4", "nose", "keypoint"),
    ], read
    box = read[1].bounding_box
    assert (box.x, box.y, box.w, box.h) == (0, 0, 10, 10), "the server computes the rectangle"
    again = notes.save(image, read)
    assert (again.previous_count, again.new_count) == (4, 4), again
    assert notes.get(image) == read, "reading and saving changed something"
    assert notes.save(image, seed_examples()[:1]).new_count == 1
    assert [one.id for one in notes.get(image)] == ["ann-1"], "a save merged"


def save_many(client: Client, image: str, other: str) -> None:
    gone = str(uuid.uuid4())
    many = client.annotations.bulk_save({image: seed_examples(), other: [], gone: []})
    assert {one.image_id: one.new_count for one in many.saved} == {image: 4, other: 0}, many
    assert [one.image_id for one in many.failed] == [gone], many


def clear_and_delete(client: Client, image: str) -> None:
    cleared = client.annotations.save(image, [])
    assert (cleared.new_count, cleared.status) == (0, "new"), cleared
    client.annotations.save(image, seed_examples())
    removed = client.annotations.delete(image)
    assert removed.deleted_count == 4, removed
    assert client.annotations.get(image) == []


def errors(client: Client, member: Client, image: str) -> None:
    gone = str(uuid.uuid4())
    refused(NotFoundError, lambda: client.annotations.get(gone))
    refused(NotFoundError, lambda: client.annotations.save(gone, []))
    refused(ForbiddenError, lambda: member.annotations.delete(image))
    unknown = BBoxAnnotation(
        id="x", name="no such class", bounding_box=BoundingBox(x=0, y=0, w=1, h=1)
    )
    refused(ValidationError, lambda: client.annotations.save(image, [unknown]))
    flat = {"id": "x", "name": "car", "type": "polygon", "polygon": [[0, 0, 1, 0, 0, 1]]}
    labelled = {"id": "x", "class": "person", "type": "bbox"}
    for wrong in (flat, labelled):
        body = {"image_id": image, "annotations": [wrong]}
        path = f"/api/v1/developer/annotations/{image}"
        post = partial(client._transport.request, "POST", path, json=body)
        error = refused(ValidationError, post)
        assert error.field_errors[0]["loc"][:3] == ["body", "annotations", 0], error.field_errors


def main() -> None:
    base_url, owner_key, member_key, image, other = sys.argv[1:]
    settings: dict[str, Any] = {"base_url": base_url, "max_retries": 0}
    with Client(api_key=owner_key, **settings) as owner:
        save_and_read(owner, image)
        if hasattr(owner.annotations, "bulk_save"):
            save_many(owner, image, other)
        clear_and_delete(owner, image)
        with Client(api_key=member_key, **settings) as member:
            errors(owner, member, image)
        with Client(api_key="pk_live_" + "0" * 32, **settings) as stranger:
            refused(AuthError, lambda: stranger.annotations.get(image))
    print("all well")


if __name__ == "__main__":
    main()
