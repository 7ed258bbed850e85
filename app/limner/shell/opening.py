"""What is opened: a folder, a dataset of any server, the sample, an image that waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from limner.api.pictograph import Dataset, FolderOpened, ImageRow, Pictograph
from limner.panels.text import plain
from limner.shell.datasets import DatasetsDialog
from limner.shell.notice import Tone
from limner.shell.project import Project
from limner.shell.servers import Servers
from limner.shell.services import LOCAL_ORIGIN, Services
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.storage.settings import Connection, LastProject
from limner.sync.remembered import Place
from limner.tasks import Ticket


class Opening:
    """Finds what the person asked for and hands it to the project. Main thread only."""

    def __init__(
        self,
        window: Window,
        project: Project,
        services: Services,
        servers: Servers,
        too_early: Callable[[Path], None],
    ) -> None:
        """`too_early` hears of a path that is wanted before the server inside is there."""
        self._window = window
        self._project = project
        self._services = services
        self._servers = servers
        self._too_early = too_early
        self._latest: Ticket | None = None
        self.connection: Connection | None = None
        """The server elsewhere that what is open lies on; None for this computer's."""
        self.folder: str | None = None
        """The folder of photographs that is open, when it is one."""

    def reopen(self, last: LastProject) -> None:
        """Open what was open the last time; its server is asked for everything."""
        local = self._services.local
        is_read_only = local is not None and local.file.is_read_only
        if last.folder is not None and not is_read_only:
            self.open_path(Path(last.folder), last.image)
            return
        connection = self._called(last.connection_id)
        if last.connection_id and connection is None:
            self.open_sample()
            return

        def find(server: Pictograph) -> Dataset:
            return server.dataset(last.dataset_id)

        def not_found(error: Exception) -> None:
            self.open_sample()
            self._not_opened(error)

        self._open_with(connection, find, last.image, not_found)

    def choose_folder(self) -> None:
        """Ask for a folder of photographs and open it in place."""
        chosen = QFileDialog.getExistingDirectory(self._window, "Open a folder of photographs")
        if chosen:
            self.open_path(Path(chosen))

    def open_path(self, path: Path, first: str | None = None) -> None:
        """Open a folder, or the folder of an image; nothing in it is copied or changed.

        `first` names the image to begin with.
        """
        local = self._services.local
        if local is None or local.hosted is None:
            self._too_early(path)
            return

        def read() -> tuple[FolderOpened, str, str | None]:
            folder, begin = (path, first) if path.is_dir() else (path.parent, path.name)
            place = str(folder.absolute())
            return local.server.open_folder(place), place, begin

        def opened(found: tuple[FolderOpened, str, str | None]) -> None:
            result, place, begin = found
            self._window.notice.clear("folder")
            self.show(local.server, None, result.dataset, begin, folder=place)
            self._tell_skipped(result)

        self._window.canvas.show_message("Reading the folder…", plain(str(path)))
        self._begin(
            self._services.tasks.run(
                read, opened, lambda error: self.folder_not_opened(path, error)
            )
        )

    def open_sample(self) -> None:
        """Open the sample project, made on the first occasion."""
        local = self._services.local
        if local is not None:
            self._begin(
                self._services.tasks.run(
                    lambda: self._services.install_sample(local),
                    lambda dataset: self.show(local.server, None, dataset, None),
                    self._not_opened,
                )
            )

    def choose_dataset(self) -> None:
        """List the datasets of this computer and of every connection."""
        dialog = DatasetsDialog(self._services, self._window)
        dialog.chosen.connect(self._open_dataset)
        dialog.open()

    def _open_dataset(self, connection: Connection | None, dataset: Dataset) -> None:
        self._open_with(connection, lambda _server: dataset, None, self._not_opened)

    def open_place(self, origin: str, place: Place) -> None:
        """Open an image of any dataset of a server that is known here."""
        connections = self._services.settings.connections
        connection = next((each for each in connections if each.url == origin), None)
        if connection is None and origin != LOCAL_ORIGIN:
            text = f"There is no connection to {plain(origin)} any more: add it to go on."
            self._window.notice.say("project", text, Tone.WARNING)
            return
        self._open_with(
            connection,
            lambda server: server.dataset(place.dataset.id),
            place.row.filename,
            self._not_opened,
        )

    def show(
        self,
        server: Pictograph,
        connection: Connection | None,
        dataset: Dataset,
        first: str | None,
        folder: str | None = None,
        rows: list[ImageRow] | None = None,
    ) -> None:
        """Open a dataset; `rows` are its images as they are remembered, to be shown at once."""
        if connection is not None and connection.dialect is None:
            connection = connection.model_copy(update={"dialect": str(server.dialect)})
            now = self._services.settings.with_connection(connection)
            self._services.change(connections=now.connections)
        self.connection, self.folder = connection, folder
        origin = connection.url if connection is not None else LOCAL_ORIGIN
        workspace = self._servers.workspace(server, origin)
        self._window.notice.clear("project")
        self._project.open(workspace, dataset, first, rows)

    def folder_opened(self, path: Path, result: FolderOpened) -> None:
        """A folder that is on the canvas already was looked through again."""
        local, dataset = self._services.local, self._project.dataset
        if local is None or dataset is None:
            return
        self._window.notice.clear("folder")
        if result.dataset.id == dataset.id:
            self._project.take_over(result.dataset)
        else:
            self.show(local.server, None, result.dataset, None, folder=str(path))
        self._tell_skipped(result)

    def folder_not_opened(self, path: Path, error: Exception) -> None:
        """Say so; what is open stays, and there is always something."""
        self._window.notice.say(
            "folder", f"{plain(str(path))} could not be opened. {words(error)}", Tone.WARNING
        )
        if self._project.dataset is None:
            self.open_sample()
        else:
            self._window.canvas.show_message("")

    # --- small parts

    def _open_with(
        self,
        connection: Connection | None,
        find: Callable[[Pictograph], Dataset],
        first: str | None,
        failed: Callable[[Exception], None],
    ) -> None:
        local = self._services.local
        if local is None:
            return

        def reach() -> tuple[Pictograph, Dataset]:
            server = self._services.remote(connection) if connection else local.server
            return server, find(server)

        self._begin(
            self._services.tasks.run(
                reach, lambda found: self.show(found[0], connection, found[1], first), failed
            )
        )

    def _begin(self, opening: Ticket) -> None:
        """What was asked for last is what opens, however slow the one before was."""
        if self._latest is not None:
            self._latest.cancel()
        self._latest = opening

    def _tell_skipped(self, result: FolderOpened) -> None:
        if result.skipped:
            path, reason = result.skipped[0]
            more = f" and {len(result.skipped) - 1} more" if len(result.skipped) > 1 else ""
            text = f"Left out: {plain(path)} ({plain(reason)}){more}."
            self._window.notice.say("skipped", text, Tone.WARNING)

    def _called(self, id_: str | None) -> Connection | None:
        return self._services.settings.connection(id_) if id_ is not None else None

    def _not_opened(self, error: Exception) -> None:
        self._window.notice.say("project", words(error), Tone.WARNING)
