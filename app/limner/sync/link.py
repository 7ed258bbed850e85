"""What every session of one server shares."""

from __future__ import annotations

from dataclasses import dataclass

from limner.api.pictograph import Pictograph
from limner.storage.workspace_file import WorkspaceFile
from limner.tasks import MainThread, Tasks


@dataclass(frozen=True, slots=True)
class Link:
    """A server and how to work with it; `autosave_s` is the pause after the last edit."""

    server: Pictograph
    origin: str
    file: WorkspaceFile
    tasks: Tasks
    main: MainThread
    autosave_s: float = 3.0
