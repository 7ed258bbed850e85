"""The small pictures in the list of images."""

from __future__ import annotations

from PySide6.QtGui import QImage

from limner.api.errors import waits_by_itself
from limner.imaging.picture import Pixels as PixelBytes
from limner.imaging.small import SmallPicture
from limner.shell.project import Project
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.sync.opening import Wanted
from limner.sync.small_pictures import SmallPictures
from limner.sync.traffic import Line


class ListPictures:
    """Brings the list the pictures that it asks for. Main thread only."""

    def __init__(self, window: Window, project: Project, small: SmallPictures) -> None:
        self._window = window
        self._project = project
        self._small = small
        self._missed: set[str] = set()
        window.images.thumbnail_wanted.connect(self._want)
        project.watch(self._ask_again)

    def _ask_again(self) -> None:
        """The server may be back: what it could not give is wanted once more."""
        workspace = self._project.workspace
        is_there = workspace is not None and workspace.traffic.line is Line.OPEN
        if self._missed and is_there and not self._project.is_remembered:
            missed, self._missed = self._missed, set()
            self._window.images.ask_again(missed)

    def _want(self, image_id: str) -> None:
        row, workspace = self._project.rows.get(image_id), self._project.workspace
        if row is None or workspace is None:
            return
        # Where the server offers small pictures is not remembered, and the whole would be fetched.
        source = workspace.source_here() if self._project.is_remembered else workspace.source()

        def made(small: SmallPicture) -> None:
            if image_id in self._project.rows:
                self._window.images.set_thumbnail(image_id, to_qimage(small.pixels))

        def failed(error: Exception) -> None:
            if waits_by_itself(error):
                self._missed.add(image_id)
            elif image_id in self._project.rows:
                self._window.images.set_problem(image_id, words(error))

        self._small.want(Wanted(source, row), made, failed)


def to_qimage(pixels: PixelBytes) -> QImage:
    """A (h, w, 4) BGRX array as a picture of its own; the array may change afterwards."""
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    return image.copy()
