"""What one core of `limner serve` does: saves and reads of images with 200 shapes, 16 at a time.

The server is held to one core; a rate counts per CPU second of its process, so it says the same
when the machine has other things to do. Latencies are wall clock and want a quiet machine.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import psutil

from bench.figure import Figure, percentile
from bench.peers import data
from bench.registry import Order
from pictures import API, Desk
from servers import Serving, as_role, serving

_CONNECTIONS: Final = 16
_SHAPES: Final = 200
_SECONDS: Final = 5.0
_P99_MS: Final = 150.0
_LIMITS: Final = {"saves": 100.0, "gets": 1500.0}

Call = Callable[[HTTPConnection, str], None]


def figures(_order: Order) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as running:
        process = psutil.Process().children()[0]
        process.cpu_affinity([0])
        names = _upload(running)
        headers = {**as_role(running.keys, "owner"), "Content-Type": "application/json"}
        body = json.dumps({"annotations": list(_annotations())})
        calls = {"saves": partial(_save, body, headers), "gets": partial(_get, headers)}
        for name, call in calls.items():
            rate, times = _load(running, process.pid, names, call)
            case = f"{_SHAPES} shapes"
            yield Figure(f"server.{name}", _SHAPES, 1, [rate], _LIMITS[name], case, f"{name}/s")
            p99 = [percentile(times, 99)]
            yield Figure(f"server.{name}.p99", _SHAPES, 1, p99, _P99_MS, case, "ms wall")


def _upload(running: Serving) -> list[str]:
    """One image for each connection; they are saved once, so that there is something to read."""
    with httpx.Client(base_url=running.url, headers=as_role(running.keys, "owner")) as client:
        desk = Desk(client)
        client.patch(
            f"{API}/datasets/{desk.id}",
            json={"classes": [{"name": name, "type": "polygon"} for name in data.LABELS]},
        )
        names = [f"image{number}.png" for number in range(_CONNECTIONS)]
        for name in names:
            desk.uploads(name)
            desk.saves(name, *_annotations())
    return [f"{API}/annotations/{desk.name}/{name}" for name in names]


def _annotations() -> Iterator[dict[str, Any]]:
    for number, (label, ring) in enumerate(data.polygons(_SHAPES)):
        paths = [[{"x": x, "y": y} for x, y in ring]]
        yield {
            "id": f"shape-{number}",
            "name": label,
            "type": "polygon",
            "polygon": {"paths": paths},
        }


def _load(running: Serving, pid: int, paths: list[str], call: Call) -> tuple[float, list[float]]:
    """Calls per CPU second of the server, and how long each took in ms."""
    times: list[float] = []
    deadline = time.monotonic() + _SECONDS
    address = urlsplit(running.url).netloc

    def work(path: str) -> None:
        connection = HTTPConnection(address)
        while time.monotonic() < deadline:
            start = time.perf_counter()
            call(connection, path)
            times.append((time.perf_counter() - start) * 1000)
        connection.close()

    threads = [threading.Thread(target=work, args=[path]) for path in paths]
    start = _cpu_of(pid)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (_cpu_of(pid) - start), times


def _cpu_of(pid: int) -> float:
    """CPU seconds of another process: Linux has a clock for each, with nanoseconds."""
    return time.clock_gettime((~pid << 3) | 2)


def _save(body: str, headers: dict[str, str], connection: HTTPConnection, path: str) -> None:
    connection.request("POST", path, body, headers)
    _read(connection)


def _get(headers: dict[str, str], connection: HTTPConnection, path: str) -> None:
    connection.request("GET", path, headers=headers)
    _read(connection)


def _read(connection: HTTPConnection) -> None:
    reply = connection.getresponse()
    text = reply.read()
    if reply.status != 200:
        raise AssertionError(f"{reply.status}: {text[:200]!r}")
