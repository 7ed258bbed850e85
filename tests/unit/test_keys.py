"""Keys lie in the system's keyring or in memory, and in no file of ours."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked
from typing_extensions import override

from limner.storage.keys import Keys, Kind

A = "https://a.example.org"
B = "https://b.example.org"


class Ring(KeyringBackend):
    """A keyring that works, in memory; `is_locked` makes it refuse everything."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.is_locked = False

    @override
    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.held.get((service, username))

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.held[service, username] = password

    @override
    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.held[service, username]

    def _check(self) -> None:
        if self.is_locked:
            raise KeyringLocked


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_a_key_lasts_beyond_the_run(ring: Ring) -> None:
    keys = Keys({})
    assert keys.is_lasting
    assert keys.put("pictograph", A, "secret")
    later = Keys({})
    assert later.get("pictograph", A) == "secret"
    assert later.get("patronus", A) is None
    assert later.get("pictograph", B) is None
    later.remove("pictograph", A)
    assert Keys({}).get("pictograph", A) is None
    assert ring.held == {}


def test_removing_what_is_not_there_is_no_error(ring: Ring) -> None:
    Keys({}).remove("pictograph", A)


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_without_a_keyring_keys_are_kept_for_this_run_only(
    ring: Ring, backend: type[KeyringBackend]
) -> None:
    keyring.set_keyring(backend())
    keys = Keys({})
    assert not keys.is_lasting
    assert not keys.put("pictograph", A, "secret")
    assert keys.get("pictograph", A) == "secret"
    assert Keys({}).get("pictograph", A) is None
    keys.remove("pictograph", A)
    assert keys.get("pictograph", A) is None


def test_a_keyring_that_is_locked_counts_as_none(
    ring: Ring, caplog: pytest.LogCaptureFixture
) -> None:
    ring.is_locked = True
    keys = Keys({})
    assert not keys.put("pictograph", A, "secret")
    assert keys.get("pictograph", A) == "secret"
    assert not keys.is_lasting
    assert "secret" not in caplog.text


def test_the_environment_serves_connections_without_a_stored_key(ring: Ring) -> None:
    keys = Keys({"PICTOGRAPH_API_KEY": "env", "PATRONUS_API_KEY": "other"})
    assert keys.get("pictograph", A) == "env"
    assert keys.get("patronus", A) == "other"
    keys.put("pictograph", A, "stored")
    assert keys.get("pictograph", A) == "stored"
    assert keys.get("pictograph", B) == "env"


@pytest.mark.parametrize(
    ("kind", "key_name", "url_name"),
    [
        ("pictograph", "PICTOGRAPH_API_KEY", "PICTOGRAPH_BASE_URL"),
        ("patronus", "PATRONUS_API_KEY", "PATRONUS_API_BASE_URL"),
        ("patronus", "PATRONUS_API_KEY", "PATRONUS_API_URL"),
    ],
)
def test_a_key_of_the_environment_goes_only_where_the_environment_says(
    ring: Ring, kind: Kind, key_name: str, url_name: str
) -> None:
    keys = Keys({key_name: "env", url_name: f"{A}/"})
    assert keys.get(kind, A) == "env"
    assert keys.get(kind, B) is None
