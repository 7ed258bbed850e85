"""From the window to an image: what was open the last time, and meanwhile the server inside.

The last image is painted from this computer's disk before the server inside is even imported,
which takes longer than all the rest. What was remembered is then compared with what the server
says, in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from limner.api.errors import NotFound, waits_by_itself
from limner.api.image_bytes import FolderOpened
from limner.api.pictograph import Dataset, ImageRow, Pictograph
from limner.shell.afterwards import Afterwards
from limner.shell.opening import Opening
from limner.shell.project import Project
from limner.shell.services import Local, Services
from limner.storage.settings import Connection, LastProject
from limner.sync.remembered import Remembered

_UNDISTURBED_S: Final = 0.1
"""For the image to be painted, once it is there."""
_LATEST_S: Final = 2.0
"""When the server is started though no image has come."""


class Heard(Protocol):
    """Who hears how the start goes."""

    def is_up(self, local: Local) -> None: ...
    def is_not_up(self, error: Exception) -> None: ...
    def warn(self, topic: str, error: Exception) -> None: ...


@dataclass(frozen=True, slots=True)
class _Known:
    """What was open the last time, as far as this computer remembers it."""

    last: LastProject
    server: Pictograph
    connection: Connection | None
    dataset: Dataset
    rows: list[ImageRow]


class Beginning:
    """One start. Main thread only."""

    def __init__(
        self, services: Services, project: Project, opening: Opening, heard: Heard
    ) -> None:
        self._services = services
        self._project = project
        self._opening = opening
        self._heard = heard
        self._wanted: Path | None = None
        self._known: _Known | None = None

    def begin(self, wanted: Path | None) -> None:
        """Open `wanted`, or what was open the last time, or the sample."""
        self._wanted = wanted
        last = self._last
        if last is not None:
            self._services.decode_ahead(last)
        self._services.main.post(
            lambda: self._services.open_store(self._store_opened, self._heard.is_not_up)
        )

    def want(self, path: Path) -> None:
        """Open this instead, as soon as anything can be opened."""
        self._wanted = path

    @property
    def _last(self) -> LastProject | None:
        """What was open the last time, unless something else is wanted."""
        last = self._services.settings.last_project
        if last is None or self._wanted is None:
            return last
        return last if str(self._wanted.absolute()) in (last.file, last.folder) else None

    # --- from memory

    def _store_opened(self, local: Local) -> None:
        last = self._last
        if last is None:
            self._start_server()
            return
        self._services.tasks.run(
            lambda: self._recall(local, last), self._recalled, lambda error: self._recalled(None)
        )

    def _recall(self, local: Local, last: LastProject) -> _Known | None:
        """What is remembered of the last project; on a worker."""
        origin = self._services.origin_of(last.connection_id)
        if origin is None:
            return None
        memory = Remembered(local.file, origin)
        dataset, rows = memory.dataset(last.dataset_id), memory.images(last.dataset_id)
        if dataset is None or not rows or last.image_id not in {row.id for row in rows}:
            return None
        connection, server = None, local.server
        if last.connection_id is not None:
            connection = self._services.settings.connection(last.connection_id)
            if connection is None or connection.dialect is None:
                return None
            server = self._services.remote(connection)
        return _Known(last, server, connection, dataset, rows)

    def _recalled(self, known: _Known | None) -> None:
        if known is None or self._last is not known.last:
            self._start_server()
            return
        self._known = known
        last = known.last
        self._opening.show(
            known.server, known.connection, known.dataset, last.image, last.folder, known.rows
        )
        main = self._services.main
        Afterwards(self._project, main, self._start_server, _UNDISTURBED_S, _LATEST_S)

    # --- the server inside

    def _start_server(self) -> None:
        self._services.start_server(self._server_up, self._heard.is_not_up)

    def _server_up(self, local: Local) -> None:
        self._heard.is_up(local)
        last = self._last
        if self._known is not None and last is not None:
            self._catch_up(local, self._known)
        elif self._wanted is not None:
            self._opening.open_path(self._wanted)
        elif last is not None:
            self._opening.reopen(last)
        else:
            self._opening.open_sample()

    def _catch_up(self, local: Local, known: _Known) -> None:
        """Compare what was remembered with what there is, unless something else is open now."""
        if not self._is_open(known):
            return
        folder = known.last.folder
        if folder is None or local.file.is_read_only:
            self._project.refresh(lambda error: self._not_there(known, error))
            return
        path = Path(folder)

        def looked(result: FolderOpened) -> None:
            if self._is_open(known):
                self._opening.folder_opened(path, result)

        def failed(error: Exception) -> None:
            if self._is_open(known):
                self._opening.folder_not_opened(path, error)

        self._services.tasks.run(lambda: local.server.open_folder(folder), looked, failed)

    def _not_there(self, known: _Known, error: Exception) -> None:
        """The dataset could not be read: it is gone, or its server is away for now."""
        if isinstance(error, NotFound) and known.connection is None:
            self._opening.open_sample()
        elif not waits_by_itself(error):
            self._heard.warn("project", error)

    def _is_open(self, known: _Known) -> bool:
        dataset = self._project.dataset
        return dataset is not None and dataset.id == known.dataset.id
