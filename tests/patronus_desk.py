"""A reviewer's desk for tests: asks questions and gives verdicts over the Patronus wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from servers import answer

Json = dict[str, Any]


class Desk:
    """One project and the calls a reviewer makes in it, with the key of `role`."""

    def __init__(self, client: httpx.Client, keys: dict[str, str], role: str = "owner") -> None:
        self._client = client
        self._keys = keys
        self.headers = {"X-API-Key": keys[role]}
        owner = {"X-API-Key": keys["owner"]}
        made = client.post("/v1/projects", json={"name": "Street scenes"}, headers=owner)
        self.project: str = answer(made).json()["id"]

    def sits(self, role: str) -> Desk:
        """The same project as seen by somebody with another role."""
        return Desk(self._client, self._keys, role)

    def post(self, path: str, body: Any) -> httpx.Response:
        return self._client.post(f"/v1{path}", json=body, headers=self.headers)

    def post_text(
        self, path: str, content: str | bytes, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Sends a body as it is; as JSON unless `headers` say otherwise."""
        kind = {"Content-Type": "application/json"} if headers is None else headers
        headers = {**self.headers, **kind}
        return self._client.post(f"/v1{path}", content=content, headers=headers)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self._client.get(f"/v1{path}", params=query, headers=self.headers)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self._client.put(f"/v1{path}", json=body, headers=self.headers)

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self._client.patch(f"/v1{path}", json=body, headers=self.headers)

    def delete(self, path: str, **query: Any) -> httpx.Response:
        return self._client.delete(f"/v1{path}", params=query, headers=self.headers)

    def person(self) -> str:
        """The id of who sits here."""
        user_id: str = answer(self.get("/whoami")).json()["caller"]["user"]["id"]
        return user_id

    def asks(self, kind: str = "binary", name: str = "", **more: Any) -> str:
        """The id of a new criteria."""
        body = {"project_id": self.project, "name": name or kind, "annotation_type": kind, **more}
        made = answer(self.post("/annotation-criteria", body)).json()
        criteria_id: str = made["annotation_criteria"]["id"]
        return criteria_id

    def sends(self, criteria_id: str, **more: Any) -> httpx.Response:
        """Submits a verdict on log "street.jpg" unless told otherwise."""
        target = {"type": "log", "reference": "street.jpg"}
        return self.post("/annotations", {"annotation_criteria": criteria_id, **target, **more})

    def gives(self, criteria_id: str, **more: Any) -> Json:
        """The verdict as the server took it."""
        taken: Json = answer(self.sends(criteria_id, **more)).json()["annotation"]
        return taken

    def finds(self, *filters: Json, under: str = "annotations", **more: Any) -> Sequence[Json]:
        """What a search under a resource answers."""
        found = answer(self.post(f"/{under}/search", {"filters": filters, **more})).json()
        (rows,) = found.values()
        assert isinstance(rows, list)
        return rows


def places(response: httpx.Response) -> list[list[str | int]]:
    """Which fields a 422 names, each without the leading "body"."""
    assert response.status_code == 422, response.text
    return [error["loc"][1:] for error in response.json()["detail"]]
