"""API keys: in the keyring of the system, or for this run only; never in a file of ours.

A stored key wins. A connection without one takes the key of the environment, as the SDKs do:
`PICTOGRAPH_API_KEY` and `PATRONUS_API_KEY`. Where the environment also says which server that key
is for (`PICTOGRAPH_BASE_URL`; `PATRONUS_API_BASE_URL` or `PATRONUS_API_URL`), no other gets it.

The system may ask the person to unlock the keyring, so every call can block: use a worker.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Final, Literal, TypeVar

Kind = Literal["pictograph", "patronus"]
T = TypeVar("T")

SERVICE: Final = "limner"
_ENVIRONMENT: Final[Mapping[Kind, tuple[str, Sequence[str]]]] = {
    "pictograph": ("PICTOGRAPH_API_KEY", ["PICTOGRAPH_BASE_URL"]),
    "patronus": ("PATRONUS_API_KEY", ["PATRONUS_API_BASE_URL", "PATRONUS_API_URL"]),
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

        def store(keyring: ModuleType) -> bool:
            keyring.set_password(SERVICE, _user(kind, origin), key)
            return True

        return self._ask(store) or False

    def remove(self, kind: Kind, origin: str) -> None:
        """Forget a stored key; one of the environment stays."""
        with self._lock:
            self._for_this_run.pop((kind, origin), None)

        def forget(keyring: ModuleType) -> None:
            if keyring.get_password(SERVICE, _user(kind, origin)) is not None:
                keyring.delete_password(SERVICE, _user(kind, origin))

        self._ask(forget)

    def _read(self, kind: Kind, origin: str) -> str | None:
        def read(keyring: ModuleType) -> str | None:
            key: str | None = keyring.get_password(SERVICE, _user(kind, origin))
            return key

        return self._ask(read)

    def _ask(self, call: Callable[[ModuleType], T]) -> T | None:
        """What the keyring says; one that is locked or broken is none for the rest of this run."""
        keyring = self._usable()
        if keyring is None:
            return None
        try:
            return call(keyring)
        except Exception:  # every system's keyring has errors of its own
            log.exception("the keyring cannot be used")
            with self._lock:
                self._keyring = None
            return None

    def _from_environment(self, kind: Kind, origin: str) -> str | None:
        key_name, url_names = _ENVIRONMENT[kind]
        given = [self._environment[name] for name in url_names if self._environment.get(name)]
        if given and origin.rstrip("/") not in [url.rstrip("/") for url in given]:
            return None
        return self._environment.get(key_name) or None

    def _usable(self) -> ModuleType | None:
        """The keyring, when this system has one; looked up once, since that takes a while."""
        with self._lock:
            if not self._is_looked_up:
                self._is_looked_up = True
                self._keyring = _find_keyring()
            return self._keyring


def _user(kind: Kind, origin: str) -> str:
    return f"{kind} {origin}"


def _find_keyring() -> ModuleType | None:
    try:
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
    except Exception:  # a keyring configured by name that is not there, and the like
        log.exception("the keyring cannot be used")
        return None
    return None if isinstance(backend, fail.Keyring | null.Keyring) else keyring
