"""Every error has the shape its API documents and says nothing about the inside."""

from __future__ import annotations

from pathlib import Path

import httpx

from limner.server.app import create_app
from limner.server.database import Store
from limner.server.embedded import BASE_URL, InProcess
from limner.server.keys import Role, add_key, new_key
from limner.server.schema import open_store
from pictures import Desk, box, ids


def test_an_unknown_path_is_a_404_in_the_envelope(client: httpx.Client) -> None:
    response = client.get("/api/v1/developer/nothing-here")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"
    assert len(response.headers["X-Request-Id"]) == 32


def test_an_unknown_path_of_the_other_api_has_its_shape(client: httpx.Client) -> None:
    response = client.get("/v1/nothing-here")
    assert response.json() == {"detail": "Not Found"}
    assert response.headers["X-Request-Id"]


def test_an_error_inside_tells_only_its_number(store: Store, keys: dict[str, str]) -> None:
    app = create_app(store)

    @app.get("/api/v1/developer/broken")
    def broken() -> None:
        raise RuntimeError("the secret inside")

    served = InProcess(app)
    with httpx.Client(transport=served.transport, base_url=BASE_URL) as client:
        reply = client.get("/api/v1/developer/broken")
    served.close()
    assert (reply.status_code, reply.json()["error"]["code"]) == (500, "internal_error")
    assert reply.headers["X-Request-Id"] in reply.json()["error"]["message"]
    assert "secret" not in reply.text


def test_a_full_disk_is_a_503_and_breaks_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    key = new_key()
    with store.writing() as tx:
        add_key(tx, key, role=Role.OWNER, name="me", user_id="me")
    served = InProcess(create_app(store))
    headers = {"X-API-Key": key}
    with httpx.Client(transport=served.transport, base_url=BASE_URL, headers=headers) as client:
        desk = Desk(client)
        desk.uploads("a.png")
        desk.saves("a.png", box("kept"))
        pages = sqlite_pages(store)
        full = desk.tries_to_save("a.png", box(attributes=["x" * 1_000_000]))
        assert (full.status_code, full.json()["error"]["code"]) == (503, "storage_unavailable")
        sqlite_pages(store, pages + 10_000)
        assert ids(desk.reads("a.png")) == ["kept"]
        desk.saves("a.png", box("more"))
    served.close()
    store.close()


def sqlite_pages(store: Store, most: int = 1) -> int:
    """Let the database file have `most` pages (never fewer than it has); how many it may have."""
    with store.writing() as tx:
        return int(tx.exec_driver_sql(f"PRAGMA max_page_count={most}").scalar_one())
