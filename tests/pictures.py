"""What the tests of the Pictograph API save and where: datasets, images, annotations."""

from __future__ import annotations

import json
from typing import Any

import httpx

from servers import answer

API = "/api/v1/developer"
CLASSES = [
    {"name": "car", "type": "box"},
    {"name": "lake", "type": "polygon"},
    {"name": "lane", "type": "polyline"},
    {"name": "nose", "type": "keypoint"},
]
PIXEL = b"not really a picture, and the server does not care"

Json = dict[str, Any]


def box(id_: str = "b1", **changes: Any) -> Json:
    bounds = {"x": 1.0, "y": 2.0, "w": 3.0, "h": 4.0}
    return {"id": id_, "name": "car", "type": "bbox", "bounding_box": bounds, **changes}


def polygon(id_: str = "p1", *rings: list[tuple[float, float]]) -> Json:
    paths = [points(ring) for ring in rings or ([(0, 0), (8, 0), (8, 5.5)],)]
    return {"id": id_, "name": "lake", "type": "polygon", "polygon": {"paths": paths}}


def polyline(id_: str, *path: tuple[float, float]) -> Json:
    return {"id": id_, "name": "lane", "type": "polyline", "polyline": {"path": points(path)}}


def keypoint(id_: str = "k1", **changes: Any) -> Json:
    return {"id": id_, "name": "nose", "type": "keypoint", "keypoint": {"x": 5, "y": 6}, **changes}


def points(pairs: Any) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in pairs]


class Desk:
    """A dataset on a server, as one client sees it."""

    def __init__(self, client: httpx.Client, name: str = "streets") -> None:
        self.client = client
        self.name = name
        made = self.post("/datasets/", {"name": name, "classes": CLASSES})
        self.id: str = made["data"]["id"]

    def post(self, path: str, body: Any, **headers: str) -> Json:
        sent = self.client.post(f"{API}{path}", json=body, headers=headers)
        found: Json = answer(sent).json()
        return found

    def get(self, path: str) -> Any:
        return answer(self.client.get(f"{API}{path}")).json()

    def uploads(self, filename: str, directory: str = "/", content: bytes = PIXEL) -> str:
        """The id of a new image with this content."""
        place = {"dataset": self.name, "filename": filename, "directory_path": directory}
        place["content_type"] = "image/png"
        url = self.post("/images/upload-url", place)["data"]["upload_url"]
        answer(self.client.put(url, content=content))
        row = self.post("/images/register", {**place, "file_size": len(content)})["data"]
        image_id: str = row["id"]
        return image_id

    def saves(self, path: str, *annotations: Json, **headers: str) -> Json:
        return self.post(
            f"/annotations/{self.name}/{path}", {"annotations": annotations}, **headers
        )

    def tries_to_save(self, path: str, *annotations: Json, **headers: str) -> httpx.Response:
        return self.client.post(
            f"{API}/annotations/{self.name}/{path}",
            content=json.dumps({"annotations": annotations}),
            headers=headers,
        )

    def reads(self, path: str) -> list[Json]:
        found: list[Json] = self.get(f"/annotations/{self.name}/{path}")["annotations"]
        return found

    def row(self, image_id: str) -> Json:
        found: Json = self.get(f"/images/{image_id}/metadata")["data"]
        return found

    def listed(self, **filters: Any) -> list[Json]:
        sent = self.client.get(f"{API}/images/", params={"dataset": self.name, **filters})
        found: list[Json] = answer(sent).json()["data"]
        return found


def ids(annotations: list[Json]) -> list[str]:
    return [annotation["id"] for annotation in annotations]


def wrong_places(response: httpx.Response) -> list[list[str | int]]:
    """Where a refused body is wrong; the envelope and `detail` must agree."""
    assert response.status_code == 422, response.text
    body = response.json()
    errors = body["error"]["details"]["errors"]
    assert body["detail"] == errors
    return [error["loc"] for error in errors]
