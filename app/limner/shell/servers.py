"""The servers that are worked with: one workspace each, and what is done when their line turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from limner.api.pictograph import Pictograph
from limner.shell.reachability import Reachability
from limner.shell.services import LOCAL_ORIGIN, Local, Services
from limner.sync.traffic import Line
from limner.sync.workspace import Workspace


class Servers:
    """Every workspace of this run, by origin. Main thread only."""

    def __init__(self, services: Services, not_resumed: Callable[[Exception], None]) -> None:
        """`not_resumed` hears why the work of earlier runs cannot be sent."""
        self._services = services
        self._not_resumed = not_resumed
        self._workspaces: dict[str, Workspace] = {}
        self._reachability = Reachability(services.tasks, self._network_is_back)

    def workspace(self, server: Pictograph, origin: str) -> Workspace:
        """The workspace of an origin, from now on over this client."""
        workspace = self._workspaces.get(origin)
        if workspace is None:
            workspace = self._workspaces[origin] = self._services.workspace(server, origin)
            if not workspace.is_inside:
                workspace.traffic.watch(self._line_turned)
        else:
            workspace.relink(replace(workspace.link, server=server))
        return workspace

    def _away(self) -> list[Workspace]:
        """The servers that cannot be reached."""
        every = self._workspaces.values()
        return [each for each in every if each.traffic.line is Line.OFFLINE]

    def _line_turned(self) -> None:
        if self._away():
            self._reachability.listen()

    def _network_is_back(self) -> None:
        for workspace in self._away():
            workspace.traffic.try_again()

    def send_what_waits(self, local: Local) -> None:
        """Send what earlier runs could not, to the servers of which nothing is open."""

        def find() -> list[tuple[Pictograph, str]]:
            origins = {one.origin for one in local.file.waiting()}
            connections = self._services.settings.connections
            elsewhere = [
                (self._services.remote(each), each.url)
                for each in connections
                if each.url in origins and each.dialect is not None
            ]
            return [*elsewhere, *((local.server, each) for each in origins & {LOCAL_ORIGIN})]

        def found(servers: list[tuple[Pictograph, str]]) -> None:
            for server, origin in servers:
                if origin not in self._workspaces:
                    self.workspace(server, origin).resume(self._not_resumed)

        self._services.tasks.run(find, found, self._not_resumed)
