"""`limner serve`: its first start, its clear refusals, its clean end."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
from pathlib import Path

import httpx
import pytest

from pictures import API, Desk, box, ids
from servers import APP, free_port, serve_command, serving


def refusal(*arguments: str) -> str:
    """The one line `limner serve` says when it cannot start."""
    done = subprocess.run(
        serve_command(*arguments),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(APP)},
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert "Traceback" not in done.stderr
    assert lines[-1].startswith("limner"), lines
    return lines[-1]


def test_the_first_start_writes_one_key_per_role_for_its_owner_only(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        file = tmp_path / "data.keys.json"
        assert list(json.loads(file.read_text())) == [
            *("owner", "admin", "member", "annotator", "viewer")
        ]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert all(key.startswith("pk_live_") and len(key) > 40 for key in running.keys.values())
        for role, key in running.keys.items():
            reply = httpx.post(
                f"{running.url}{API}/datasets/", json={"name": role}, headers={"X-API-Key": key}
            )
            assert reply.status_code == (200 if role in ("owner", "admin", "member") else 403)
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("limner.sqlite*"))
    assert not [key for key in running.keys.values() if key.encode() in stored]


def test_work_and_keys_outlive_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as first:
        headers = {"X-API-Key": first.keys["owner"]}
        with httpx.Client(base_url=first.url, headers=headers) as client:
            desk = Desk(client)
            desk.uploads("a.png")
            desk.saves("a.png", box())
    with serving(tmp_path / "data") as second:
        assert second.keys == first.keys
        found = httpx.get(f"{second.url}{API}/annotations/streets/a.png", headers=headers)
        assert ids(found.json()["annotations"]) == ["b1"]


def test_a_kill_in_the_middle_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    command = serve_command("--data", str(tmp_path / "data"), "--keys", str(keys), "--port", "0")
    environment = {**os.environ, "PYTHONPATH": str(APP)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        headers = {"X-API-Key": json.loads(keys.read_text())["owner"]}
        with httpx.Client(base_url=url, headers=headers) as client:
            desk = Desk(client)
            desk.uploads("a.png")
            for number in range(20):
                desk.saves("a.png", box(f"{number}"))
            process.kill()
    (tmp_path / "data.keys.json").write_text(keys.read_text())
    with serving(tmp_path / "data") as running:
        found = httpx.get(f"{running.url}{API}/annotations/streets/a.png", headers=headers)
        assert ids(found.json()["annotations"]) == ["19"]
        assert found.headers["X-Annotation-Rev"] == "20"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(tmp_path: Path, end: signal.Signals) -> None:
    command = serve_command("--data", str(tmp_path / "data"), "--port", "0")
    environment = {**os.environ, "PYTHONPATH": str(APP)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(end)
        _out, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_a_busy_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        said = refusal("--data", str(tmp_path / "data"), "--port", port)
    assert said == f"limner serve: cannot listen on 127.0.0.1:{port}: Address already in use"
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = refusal("--data", str(tmp_path / "file" / "data"), "--port", "0")
    assert said.startswith(f"limner serve: the folder {tmp_path}/file/data cannot be used: ")


def test_keys_that_cannot_be_written_leave_no_keys(tmp_path: Path) -> None:
    (tmp_path / "taken.json").write_text("mine")
    arguments = ("--data", str(tmp_path / "data"), "--port", "0", "--keys")
    assert "exists already" in refusal(*arguments, str(tmp_path / "taken.json"))
    assert "cannot be written" in refusal(*arguments, str(tmp_path / "nowhere" / "keys.json"))
    assert (tmp_path / "taken.json").read_text() == "mine"
    with serving(tmp_path / "data") as running:
        assert len(running.keys) == 5


def test_a_folder_that_another_server_uses(tmp_path: Path) -> None:
    with serving(tmp_path / "data"):
        assert "in use by another Limner" in refusal(
            "--data", str(tmp_path / "data"), "--port", "0"
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--database", "mysql://x/y"), "must be postgresql://"),
        (("--database", "not an address"), "not a database address"),
        (("--database", f"postgresql://u@127.0.0.1:{free_port()}/x"), "cannot be opened"),
        (("--host", "0.0.0.0"), "--insecure-lan"),  # noqa: S104 - it is refused
        (("--host", "192.0.2.1", "--insecure-lan"), "cannot listen on 192.0.2.1"),
        (("--port", "70000"), "invalid"),
        (("--nonsense",), "unrecognized arguments"),
    ],
)
def test_a_bad_option_is_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    assert words in refusal("--data", str(tmp_path / "data"), "--port", "0", *arguments)


def test_the_data_folder_must_be_named() -> None:
    assert "--data" in refusal()


def test_only_known_host_names_are_answered(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--public-host", "labels.example") as running:
        port = running.url.rpartition(":")[2]

        def status(host: str) -> int:
            key = running.keys["viewer"]
            headers = {"Host": host, "X-API-Key": key}
            return httpx.get(f"{running.url}{API}/datasets/", headers=headers).status_code

        for good in (
            f"127.0.0.1:{port}",
            f"localhost:{port}",
            "labels.example",
            "Labels.Example:80",
        ):
            assert status(good) == 200, good
        for evil in (
            "evil.example",
            "127.0.0.1.evil",
            f"evil.example:{port}",
            "labels.example.evil",
        ):
            assert status(evil) == 400, evil
