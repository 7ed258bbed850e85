"""What stands still on the canvas: tiles, and what stands in for those still to be painted."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion, QTransform

from limner.canvas.afterimage import Afterimage
from limner.canvas.extents import Edges
from limner.canvas.scene import Scene
from limner.canvas.tiles import Tiles
from limner.canvas.viewport import Frame
from limner.model.geometry import Bounds


class Still:
    """Paints the settled picture from what is kept of it.

    Tiles are cut and painted unturned; only when they are copied to the screen are they turned.
    """

    def __init__(self, scene: Scene) -> None:
        self._backdrop = scene.backdrop
        self._tiles = Tiles(scene)
        self._afterimage = Afterimage()
        self._view = Frame(1.0, 0, 0, 0, 0)
        self._turning = QTransform()

    @property
    def is_settled(self) -> bool:
        """Whether every visible tile is painted and up to date."""
        return self._tiles.is_settled

    def look_at(self, view: Frame, turning: QTransform) -> None:
        """Show another part of the plane; `turning` leads from the view onto the screen."""
        if turning != self._turning:
            self._afterimage.forget()
        elif view.zoom != self._view.zoom and (self.is_settled or not self._afterimage.is_kept):
            self._afterimage.take(self._view, self._screen().size(), self._paint_all)
        self._view, self._turning = view, turning
        self._tiles.look_at(view)
        self._backdrop.look_at(view)

    def forget(self) -> None:
        """Nothing that is painted is of any use: another image, another document."""
        self._tiles.forget()
        self._afterimage.forget()

    def forget_other_zoom(self) -> None:
        """Let go of what stood in for the tiles, now that they are there."""
        self._afterimage.forget()

    def spoil(self, place: Bounds | None = None) -> None:
        """Paint this place of the image, or everything, anew; the old is shown until then."""
        self._tiles.spoil(place)

    def mend(self, places: Edges, *, at_once: bool = True) -> list[QRect]:
        """Paint these places of the image anew, a few at once where they are in view.

        Where on the screen that was done.
        """
        mended = self._tiles.mend(places, at_once=at_once)
        return [self._turning.mapRect(place) for place in mended]

    def due_in_view(self) -> QRegion:
        """What is still to be painted, in device pixels of the unturned view."""
        return self._tiles.due_in_view()

    def paint_some(self, budget_ms: float, *, ahead: bool) -> list[QRect]:
        """Paint tiles for about so long; where on the screen they are. See `Tiles.paint_some`."""
        painted = self._tiles.paint_some(budget_ms, ahead=ahead)
        return [self._turning.mapRect(place) for place in painted]

    def paint(self, painter: QPainter, area: QRect) -> None:
        """Copy to this part of the screen what there is; the painter's unit is its pixel."""
        painter.save()
        painter.setTransform(self._turning, True)
        gaps = self._tiles.draw(painter, self._unturned(area))
        painter.restore()
        if gaps:
            self._fill(painter, [self._turning.mapRect(gap) & area for gap in gaps])

    def _paint_all(self, painter: QPainter) -> None:
        self.paint(painter, self._screen())

    def _fill(self, painter: QPainter, gaps: list[QRect]) -> None:
        """The last frame at another zoom, and beyond it the bare image."""
        kept = self._kept()
        missing = QRegion()
        for gap in gaps:
            missing += gap
            if not kept.contains(QRectF(gap)):
                self._paint_bare(painter, gap)
        painter.save()
        painter.setClipRegion(missing)
        self._afterimage.draw(painter, kept)
        painter.restore()

    def _kept(self) -> QRectF:
        """Where on the screen the last frame belongs."""
        return self._turning.mapRect(self._afterimage.place(self._view))

    def _paint_bare(self, painter: QPainter, gap: QRect) -> None:
        """Unturned, and copied: Qt takes three times as long to turn and to scale at once."""
        place, view = self._unturned(gap), self._view
        left, top = view.left + place.x(), view.top + place.y()
        frame = view._replace(left=left, top=top, width=place.width(), height=place.height())
        bare = QImage(place.size(), QImage.Format.Format_RGB32)
        with QPainter(bare) as inner:
            self._backdrop.paint(inner, frame, coarse=True)
        painter.save()
        painter.setTransform(self._turning, True)
        painter.drawImage(place.topLeft(), bare)
        painter.restore()

    def _unturned(self, area: QRect) -> QRect:
        return self._turning.inverted()[0].mapRect(area)

    def _screen(self) -> QRect:
        return self._turning.mapRect(QRect(0, 0, self._view.width, self._view.height))
