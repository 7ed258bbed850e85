"""What every session of one server shares."""

from __future__ import annotations

from dataclasses import dataclass

from limner.api.pictograph import Pictograph
from limner.storage.workspace_file import WorkspaceFile
from limner.sync.traffic import Traffic
from limner.tasks import MainThread, Tasks


@dataclass(frozen=True, slots=True)
class Link:
    """A server and how to work with it; `autosave_s` is the pause after the last edit.

    What goes to the server goes by `traffic`; `tasks` are for what this computer has.
    """

    server: Pictograph
    origin: str
    file: WorkspaceFile
    tasks: Tasks
    main: MainThread
    traffic: Traffic
    autosave_s: float = 3.0
