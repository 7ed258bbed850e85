"""In which tone each image is shown: joins the levels panel to the canvas."""

from __future__ import annotations

from limner.imaging.picture import Picture
from limner.imaging.tone import Tone
from limner.shell.project import Project
from limner.shell.window import Window


class Toning:
    """Remembers the tone of every image in this run.

    The panel comes by itself with deep images and goes with them, until the person closes it.
    """

    def __init__(self, window: Window, project: Project) -> None:
        self._window = window
        self._project = project
        self._tones: dict[str, Tone] = {}
        self._came_by_itself = False
        self._is_unwanted = False
        window.levels.tone_changed.connect(self._changed)
        window.levels.closer.clicked.connect(self._closed)
        window.canvas.picture_shown.connect(self._shown)
        window.status.looks.untone_wanted.connect(window.levels.reset)

    def toggle(self) -> None:
        """Open the panel with the keyboard on it, or put it away."""
        levels = self._window.levels
        self._came_by_itself = False
        if levels.isVisible():
            levels.close_it()
        else:
            levels.open()
            levels.histogram.setFocus()

    def _shown(self, picture: Picture | None) -> None:
        levels = self._window.levels
        kept = levels.tone if levels.keeps else None
        tone = self._tones.get(self._project.current or "", kept)
        levels.show_picture(picture, tone)
        if tone is not None:
            self._window.canvas.set_tone(tone)
        self._tell(is_changed=picture is not None and levels.tone is not None)
        if picture is not None:
            self._offer(is_deep=picture.is_deep)

    def _offer(self, *, is_deep: bool) -> None:
        levels = self._window.levels
        if is_deep and levels.isHidden() and not self._is_unwanted:
            self._came_by_itself = True
            levels.open()
        elif not is_deep and self._came_by_itself:
            self._came_by_itself = False
            levels.hide()

    def _closed(self) -> None:
        self._is_unwanted = self._came_by_itself
        self._came_by_itself = False

    def _changed(self, tone: Tone | None) -> None:
        self._window.canvas.set_tone(tone)
        current = self._project.current
        if current is not None and tone is not None:
            self._tones[current] = tone
        elif current is not None:
            self._tones.pop(current, None)
        self._tell(is_changed=tone is not None)

    def _tell(self, *, is_changed: bool) -> None:
        """Say in the status bar whether the image is shown another way than it was opened."""
        self._window.status.looks.show_tone(is_changed=is_changed)
