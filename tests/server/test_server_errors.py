"""Every error has the shape its API documents and says nothing about the inside."""

from __future__ import annotations

import httpx


def test_an_unknown_path_is_a_404_in_the_envelope(client: httpx.Client) -> None:
    response = client.get("/api/v1/developer/nothing-here")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"
    assert len(response.headers["X-Request-Id"]) == 32


def test_an_unknown_path_of_the_other_api_has_its_shape(client: httpx.Client) -> None:
    response = client.get("/v1/nothing-here")
    assert response.json() == {"detail": "Not Found"}
    assert response.headers["X-Request-Id"]
