"""The editor's services without a window: the server inside, the disk, a session on an image."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers import data
from limner.cli.inside import host
from limner.shell.hand import wait_until
from limner.shell.main_thread import QtMainThread
from limner.shell.services import LOCAL_ORIGIN, Local, Services
from limner.storage.places import Places
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.workspace import Workspace

_PATIENCE_S = 120.0


@contextmanager
def office(folder: Path, count: int) -> Iterator[Office]:
    """An office over a home whose one image has so many shapes; there must be a QApplication."""
    home = folder / "home"
    image = data.write(folder / "images", 0)
    data.write_home(home, image, count)
    services = Services(host, Places.find({"LIMNER_HOME": str(home)}), QtMainThread())
    services.open_store(lambda _local: services.start_server(_nothing, _failed), _failed)
    wait_until(lambda: _is_up(services), "the server inside", _PATIENCE_S)
    try:
        yield Office(services, image)
    finally:
        services.close()


class Office:
    """Opens the one image there is."""

    def __init__(self, services: Services, image: Path) -> None:
        local = services.local
        assert local is not None
        self.workspace: Workspace = services.workspace(local.server, LOCAL_ORIGIN)
        self.dataset = local.server.open_folder(str(image.parent)).dataset
        self.row = local.server.images(self.dataset)[0]

    def open(self) -> Session:
        """The session of the image, read from the server anew."""
        self.workspace.forget(self.row.id)
        session = self.workspace.open(self.dataset, self.row)
        wait_until(lambda: session.document is not None, "the shapes", _PATIENCE_S)
        return session


def is_durable(session: Session) -> bool:
    """Whether a power cut would lose nothing."""
    return session.state in (State.SAFE_HERE, State.ON_SERVER)


def _is_up(services: Services) -> bool:
    return services.local is not None and services.local.hosted is not None


def _nothing(_local: Local) -> None:
    """It is waited for."""


def _failed(error: Exception) -> None:
    raise error
