"""What the person should know of the place where this computer keeps their work.

Said once, at the start: that the place is a bad one, what became of a damaged file, that nothing
can be kept. Said as long as it lasts: that the disk is full.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from limner.panels.text import plain
from limner.shell.notice import Notice, Tone
from limner.shell.services import Services
from limner.shell.trouble import LOOK_ONLY, full_words, words
from limner.storage.disk import DiskFull
from limner.storage.workspace_file import WorkspaceFile

_ROOM_AGAIN: Final = "There is room on the disk again, and everything is kept."
_LONGEST: Final = 400


class Keeping:
    """Follows the workspace file and the settings. Main thread only."""

    def __init__(self, services: Services, notice: Notice) -> None:
        self._services = services
        self._notice = notice
        self._file: WorkspaceFile | None = None
        self._are_settings_lost = False
        services.not_saved = self._settings_not_saved

    def follow(self, file: WorkspaceFile, aware_of: Sequence[str] = ()) -> None:
        """Say what is to be said of the file, and `aware_of`; then whatever changes."""
        self._file = file
        post = self._services.main.post
        file.disk.watch(lambda full: post(lambda: self._disk_changed(full)))
        self._services.tasks.run(
            file.warnings,
            lambda found: self._say_at_the_start(file, [*aware_of, *found]),
            self._warn,
        )

    def _say_at_the_start(self, file: WorkspaceFile, of_the_place: list[str]) -> None:
        lost = [each for each in (self._services.warning, file.recovered) if each is not None]
        said = [LOOK_ONLY] if file.is_read_only else []
        said += [plain(str(each), _LONGEST) for each in (*lost, *of_the_place)]
        if said:
            self._notice.say("place", "\n\n".join(said), Tone.WARNING)

    # --- a full disk

    def _disk_changed(self, full: DiskFull | None) -> None:
        if full is not None:
            self._services.tasks.run(
                full.free_bytes, lambda free: self._say_full(full, free), self._warn
            )
            return
        self._notice.say("disk", _ROOM_AGAIN, Tone.DONE)
        if self._are_settings_lost:
            self._are_settings_lost = False
            self._services.change()

    def _say_full(self, full: DiskFull, free_bytes: int) -> None:
        if self._file is not None and self._file.disk.now == full:  # else it is over already
            self._notice.say("disk", plain(full_words(full, free_bytes), _LONGEST), Tone.ALARM)

    def _settings_not_saved(self, error: Exception) -> None:
        """They hold until the end of this run, and are written with the next change, or room."""
        self._are_settings_lost = True
        if self._file is None or not self._file.is_read_only:
            text = f"Your settings could not be written. {words(error)}"
            self._notice.say("settings", text, Tone.WARNING)

    def _warn(self, error: Exception) -> None:
        self._notice.say("place", words(error), Tone.WARNING)
