"""What the commands of the window can ask for."""

from __future__ import annotations

from typing import Protocol

from limner.shell.dataset_changes import DatasetChanges
from limner.shell.editor import Editor
from limner.shell.offline import Offline
from limner.shell.opening import Opening
from limner.shell.past import LookingBack
from limner.shell.people import People
from limner.shell.project import Project
from limner.shell.queue import Queue
from limner.shell.remedies import Remedies
from limner.shell.reviewing import Reviewing
from limner.shell.saving import Saving
from limner.shell.toning import Toning
from limner.shell.viewing import Viewing
from limner.shell.window import Window


class Acts(Protocol):
    """What the commands call: the application's parts, and what only it can do."""

    window: Window
    editor: Editor
    project: Project
    opening: Opening
    offline: Offline
    changes: DatasetChanges
    saving: Saving
    people: People
    looking_back: LookingBack
    remedies: Remedies
    queue: Queue
    reviewing: Reviewing
    toning: Toning
    viewing: Viewing

    def show_connections(self, kind: str = "pictograph") -> None: ...
    def has_image(self) -> bool: ...
    def switch_theme(self) -> None: ...
    def show_keys(self) -> None: ...
    def show_about(self) -> None: ...
    def quit(self) -> None: ...
