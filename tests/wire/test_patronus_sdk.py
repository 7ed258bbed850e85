"""The unmodified Patronus SDKs as clients of `limner serve`: every call they can make."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from servers import database, postgres, serving
from wire.environments import environment

__all__ = ["database", "postgres"]  # fixtures, used by their names

PROBE = Path(__file__).with_name("patronus_probe.py")
SDKS = ("patronus-api==0.3.0", "patronus==0.1.26")
# whoami, criteria, verdicts and the rest (76 with OTLP); fewer would mean that a part did not run.
CHECKS = 76


@pytest.fixture(scope="module")
def python() -> Path:
    return environment("patronus", SDKS)


@pytest.mark.conformance
def test_both_sdks_find_every_call_as_they_expect_it(
    python: Path, tmp_path: Path, database: str | None
) -> None:
    where = [] if database is None else ["--database", database]
    with serving(tmp_path / "data", *where) as server:
        # A member's key is enough for all that a reviewing team does.
        key = ["--api-key", server.keys["member"], "--otlp", server.url]
        probe = subprocess.run(
            [str(python), str(PROBE), server.url, *key],
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
    report = probe.stdout[-6000:] + probe.stderr[-3000:]
    assert f"{CHECKS} ok, 0 MUST failed, 0 SHOULD failed" in probe.stdout, report
    assert probe.returncode == 0, report
