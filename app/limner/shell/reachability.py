"""Hears from the system when this computer has a network again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from limner.tasks import Tasks

if TYPE_CHECKING:
    from PySide6.QtNetwork import QNetworkInformation


class Reachability:
    """Begins to listen when a server is missed for the first time: Qt's network takes 0.1 s.

    Where the system does not tell, the probes find out. Main thread only.
    """

    def __init__(self, tasks: Tasks, is_back: Callable[[], None]) -> None:
        self._tasks = tasks
        self._is_back = is_back
        self._is_listening = False

    def listen(self) -> None:
        """Call `is_back` from now on, whenever the network comes."""
        if not self._is_listening:
            self._is_listening = True
            self._tasks.run(_imported, self._begin, _raise)

    def _begin(self, network: type[QNetworkInformation]) -> None:
        if network.loadBackendByFeatures(network.Feature.Reachability):
            network.instance().reachabilityChanged.connect(self._changed)

    def _changed(self, now: QNetworkInformation.Reachability) -> None:
        if now == now.Online:
            self._is_back()


def _imported() -> type[QNetworkInformation]:
    from PySide6.QtNetwork import QNetworkInformation

    return QNetworkInformation


def _raise(error: Exception) -> None:
    raise error
