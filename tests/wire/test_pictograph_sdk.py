"""The real, unmodified Pictograph SDKs as clients of a real `limner serve`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from pictures import Desk
from servers import Serving, answer, database, postgres, serving
from wire.environments import environment

__all__ = ["database", "postgres"]

pytestmark = [pytest.mark.conformance, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
BESIDES = ("httpx==0.28.1", "pydantic==2.14.3", "pillow==13.0.0")
NEWEST = "1.69.146"
BY_IMAGE_ID = ("1.0.3", "1.7.0", "1.40.0")
"""Releases that name images by their id alone: the dialect of the documentation's older pages."""

CLASSES = [
    {"name": "person", "type": "box"},
    {"name": "car", "type": "polygon"},
    {"name": "lane", "type": "polyline"},
    {"name": "nose", "type": "keypoint"},
]


@pytest.fixture(scope="module")
def pythons() -> dict[str, Path]:
    """The Python of an environment for each release."""
    versions = (NEWEST, *BY_IMAGE_ID)

    def made(version: str) -> Path:
        return environment(f"pictograph-{version}", [f"pictograph=={version}", *BESIDES])

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(versions, pool.map(made, versions), strict=True))


@pytest.fixture
def team(tmp_path: Path, database: str | None) -> Iterator[Serving]:
    """A running `limner serve`, over each database in turn."""
    options = ("--database", database) if database else ()
    with serving(tmp_path / "data", *options) as running:
        yield running


def test_every_core_check_of_the_probe_passes(team: Serving, pythons: dict[str, Path]) -> None:
    keys = team.keys
    command = [str(pythons[NEWEST]), str(HERE / "pictograph_probe.py"), team.url]
    command += ["--api-key", keys["owner"], "--viewer-key", keys["viewer"]]
    done = subprocess.run(
        [*command, "--member-key", keys["member"]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    missed = [line for line in done.stdout.splitlines() if line.startswith("[miss]")]
    assert missed == ["[miss] extra exports.create + wait + download"], done.stdout


@pytest.mark.parametrize("version", BY_IMAGE_ID)
def test_old_releases_work_by_image_id(
    served: Serving, pythons: dict[str, Path], version: str
) -> None:
    headers = {"X-API-Key": served.keys["owner"]}
    with httpx.Client(base_url=served.url, headers=headers) as client:
        desk = Desk(client, f"seed {version}")
        url = f"/api/v1/developer/datasets/{desk.id}"
        answer(client.patch(url, json={"classes": CLASSES}))
        images = [desk.uploads("img-uuid-1.png"), desk.uploads("img-uuid-2.png")]
    command = [str(pythons[version]), str(HERE / "image_id_driver.py"), served.url]
    command += [served.keys["owner"], served.keys["member"], *images]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "all well\n"), done.stderr
