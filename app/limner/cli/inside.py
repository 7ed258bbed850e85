"""Starts the server inside the editor; one of the two places that know both."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from limner.shell.services import Hosted

_NEVER_USED: Final = ("httpx._main", "pydantic.v1")
"""httpx's command line with click and rich, and the Pydantic of long ago: 30 ms and 6 MB.

Both libraries go on without what cannot be imported.
"""


def host(folder: Path) -> Hosted:
    """Serve the library in `folder` within this process, without a socket.

    Imported here and not above: the window is up before FastAPI and SQLAlchemy are.
    """
    modules: dict[str, Any] = sys.modules  # where None stands for what must not be imported
    for name in _NEVER_USED:
        modules.setdefault(name, None)
    with _built_when_used():
        import fastapi.openapi.models  # noqa: F401 - the server inside has no such description
    from limner.server.embedded import start

    return start(folder)


@contextmanager
def _built_when_used() -> Iterator[None]:
    """Models that are defined meanwhile are built on their first use; 40 of them take 45 ms."""
    from pydantic import BaseModel

    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
