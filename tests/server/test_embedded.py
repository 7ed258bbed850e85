"""The server inside the editor: no socket, several threads, the same person at every start."""

from __future__ import annotations

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from disks import read_only
from limner.server.embedded import BASE_URL, EmbeddedServer, start
from pictures import API, Desk, box, ids


def client_of(server: EmbeddedServer) -> httpx.Client:
    headers = {"X-API-Key": server.key}
    return httpx.Client(transport=server.transport, base_url=BASE_URL, headers=headers)


def test_work_is_there_at_the_next_start_and_the_old_key_is_not(tmp_path: Path) -> None:
    first = start(tmp_path / "library")
    with client_of(first) as client:
        desk = Desk(client)
        desk.uploads("a.png")
        desk.saves("a.png", box())
        author = desk.reads("a.png")[0]["created_by"]
    first.close()

    second = start(tmp_path / "library")
    with client_of(second) as client:
        assert client.get(f"{API}/datasets/", headers={"X-API-Key": first.key}).status_code == 401
        found = client.get(f"{API}/annotations/streets/a.png").json()["annotations"]
        assert ids(found) == ["b1"]
        body = {"annotations": [box("b1"), box("b2")]}
        client.post(f"{API}/annotations/streets/a.png", json=body).raise_for_status()
        found = client.get(f"{API}/annotations/streets/a.png").json()["annotations"]
        assert [one["created_by"] for one in found] == [author, author]
    second.close()


def test_four_threads_share_the_transport(tmp_path: Path) -> None:
    server = start(tmp_path / "library")
    with client_of(server) as client:
        desk = Desk(client)
        for number in range(4):
            desk.uploads(f"{number}.png")

        def work(number: int) -> list[str]:
            for turn in range(10):
                desk.saves(f"{number}.png", box(f"{number}-{turn}"))
            return ids(desk.reads(f"{number}.png"))

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [["0-9"], ["1-9"], ["2-9"], ["3-9"]]
    server.close()


def test_a_library_is_open_once(tmp_path: Path) -> None:
    first = start(tmp_path / "library")
    with pytest.raises(BlockingIOError, match="in use by another Limner"):
        start(tmp_path / "library")
    first.close()
    start(tmp_path / "library").close()


def test_other_hosts_and_missing_keys_are_refused(tmp_path: Path) -> None:
    server = start(tmp_path / "library")
    with client_of(server) as client:
        evil = client.get(f"{API}/datasets/", headers={"Host": "evil.example"})
        assert (evil.status_code, evil.json()["error"]["code"]) == (400, "bad_host")
        nobody = client.get(f"{API}/datasets/", headers={"X-API-Key": ""})
        assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "unauthorized")
        bearer = {"X-API-Key": "", "Authorization": f"Bearer {server.key}"}
        assert client.get(f"{API}/datasets/", headers=bearer).status_code == 200
    server.close()


def a_download(client: httpx.Client) -> httpx.Response:
    """A large download that has begun."""
    image_id = Desk(client).uploads("a.png", content=b"x" * 5_000_000)
    request = client.build_request("GET", f"{API}/images/{image_id}")
    response = client.send(request, stream=True)
    next(response.iter_raw())
    return response


async def alone(loop: asyncio.AbstractEventLoop) -> int:
    """How many tasks run once those that were cancelled had a turn; this one counts too."""
    for _ in range(100):
        if len(asyncio.all_tasks(loop)) <= 2:
            break
        await asyncio.sleep(0.01)
    return len(asyncio.all_tasks(loop))


def test_a_reader_that_breaks_off_leaves_nothing_waiting(tmp_path: Path) -> None:
    server = start(tmp_path / "library")
    with client_of(server) as client:
        a_download(client).close()
        assert client.get(f"{API}/annotations/streets/a.png").json()["annotations"] == []
    loop = server._app._loop
    running = asyncio.run_coroutine_threadsafe(alone(loop), loop).result(30)
    assert running == 2, "only the one that waits for the end, and the one that asks"
    server.close()
    assert loop.is_closed()


def test_a_reader_that_is_forgotten_blocks_nobody(tmp_path: Path) -> None:
    server = start(tmp_path / "library")
    with client_of(server) as client:
        forgotten = [a_download(client)]
    server.close()
    forgotten.clear()
    gc.collect()


def test_closing_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    server = start(tmp_path / "library")
    with client_of(server) as client:
        Desk(client)
    server.close()
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(10)
    assert not [thread for thread in left if thread.is_alive()]


def test_a_library_on_a_read_only_disk_is_shown_and_refuses_every_write(tmp_path: Path) -> None:
    library = tmp_path / "library"
    first = start(library)
    with client_of(first) as client:
        desk = Desk(client)
        desk.uploads("a.png")
        desk.saves("a.png", box())
        image = client.get(f"{API}/annotations/streets/a.png").json()["image_id"]
    first.close()

    with read_only(library):
        burnt = start(library)
        with client_of(burnt) as client:
            found = client.get(f"{API}/annotations/streets/a.png").json()["annotations"]
            assert ids(found) == ["b1"]
            assert client.get(f"{API}/images/{image}").content.startswith(b"not really a picture")
            body = {"annotations": [box("b2")]}
            refused = client.post(f"{API}/annotations/streets/a.png", json=body)
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "read_only")
            assert "Read-only" in refused.json()["error"]["message"]
        burnt.close()
