"""Starts the server inside the editor; one of the two places that know both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limner.shell.services import Hosted


def host(folder: Path) -> Hosted:
    """Serve the library in `folder` within this process, without a socket.

    Imported here and not above: the window is up before FastAPI and SQLAlchemy are.
    """
    from limner.server.embedded import start

    return start(folder)
