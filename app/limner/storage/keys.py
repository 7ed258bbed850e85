"""API keys: in the keyring of the system, or for this run only; never in a file of ours.

A stored key wins. A connection without one takes the key of the environment, as the SDKs do:
`PICTOGRAPH_API_KEY` and `PATRONUS_API_KEY`. Where the environment also says which server that key
is for (`PICTOGRAPH_BASE_URL`, `PATRONUS_API_BASE_URL`), no other server gets it.

The system may ask the person to unlock the keyring, so every call can block: use a worker.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from types import ModuleType
from typing import Final, Literal

Kind = Literal["pictograph", "patronus"]

SERVICE: Final = "limner"
_ENVIRONMENT: Final[Mapping[Kind, tuple[str, str]]] = {
    "pictograph": ("PICTOGRAPH_API_KEY", "PICTOGRAPH_BASE_URL"),
    "patronus": ("PATRONUS_API_KEY", "PATRONUS_API_BASE_URL"),
}

log = logging.getLogger(__name__)


class Keys:
    """The keys of all connections, by kind and origin (`https://label.example.org`)."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._for_this_run: dict[tuple[Kind, str], str] = {}
        self._lock = threading.Lock()
        self._keyring: ModuleType | None = None
        self._is_looked_up = False

    @property
    def is_lasting(self) -> bool:
        """Whether a key survives the end of the program; if not, say so where keys are typed."""
        return self._usable() is not None

    def get(self, kind: Kind, origin: str) -> str | None:
        """The key of a connection; None when there is none."""
        with self._lock:
            stored = self._for_this_run.get((kind, origin))
        return stored or self._read(kind, origin) or self._from_environment(kind, origin)

    def put(self, kind: Kind, origin: str, key: str) -> bool:
        """Keep a key; whether it will last beyond this run."""
        with self._lock:
            self._for_this_run[kind, origin] = key
        keyring = self._usable()
        if keyring is None:
            return False
        try:
            keyring.set_password(SERVICE, _user(kind, origin), key)
        except keyring.errors.KeyringError as error:
            self._give_up(error)
            return False
        return True

    def remove(self, kind: Kind, origin: str) -> None:
        """Forget a stored key; one of the environment stays."""
        with self._lock:
            self._for_this_run.pop((kind, origin), None)
        keyring = self._usable()
        if keyring is None or self._read(kind, origin) is None:
            return
        try:
            keyring.delete_password(SERVICE, _user(kind, origin))
        except keyring.errors.KeyringError as error:
            self._give_up(error)

    def _read(self, kind: Kind, origin: str) -> str | None:
        keyring = self._usable()
        if keyring is None:
            return None
        try:
            key: str | None = keyring.get_password(SERVICE, _user(kind, origin))
        except keyring.errors.KeyringError as error:
            self._give_up(error)
            return None
        return key

    def _from_environment(self, kind: Kind, origin: str) -> str | None:
        key_name, url_name = _ENVIRONMENT[kind]
        meant = self._environment.get(url_name, "").rstrip("/")
        if meant and meant != origin.rstrip("/"):
            return None
        return self._environment.get(key_name) or None

    def _usable(self) -> ModuleType | None:
        """The keyring, when this system has one; looked up once, since that takes a while."""
        with self._lock:
            if not self._is_looked_up:
                self._is_looked_up = True
                self._keyring = _find_keyring()
            return self._keyring

    def _give_up(self, error: Exception) -> None:
        """A keyring that is locked or refuses is none for the rest of this run."""
        log.warning("the keyring cannot be used: %s", type(error).__name__)
        with self._lock:
            self._keyring = None


def _user(kind: Kind, origin: str) -> str:
    return f"{kind} {origin}"


def _find_keyring() -> ModuleType | None:
    import keyring
    import keyring.backends.fail
    import keyring.errors

    backend = keyring.get_keyring()
    return None if isinstance(backend, keyring.backends.fail.Keyring) else keyring
