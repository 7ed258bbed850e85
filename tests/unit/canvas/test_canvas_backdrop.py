"""The image itself: in its place, without seams, crisp where it is enlarged."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QImage

from limner.imaging.picture import Area, Picture, WholePicture, pyramid
from limner.model.annotations import AnnotationId, Polygon
from limner.model.geometry import Bounds
from limner.model.points import Points
from unit.canvas.easel import Easel

MIDDLE = Bounds(300, 200, 300, 200)
STAR = Polygon(
    id=AnnotationId("star"),
    name="road",
    rings=(Points.of([(20, 30), (580, 80), (310, 390), (250, 120)]),),
)


def noise() -> Picture:
    pixels = np.random.default_rng(2).integers(0, 256, (401, 601, 3), dtype=np.uint8)
    return WholePicture(pyramid(Image.fromarray(pixels)))


def black_and_white() -> Picture:
    """White from column 300 on."""
    pixels = np.zeros((401, 601, 3), dtype=np.uint8)
    pixels[:, 300:] = 255
    return WholePicture(pyramid(Image.fromarray(pixels)))


def an_easel_with(picture: Picture, zoom: float) -> Easel:
    easel = Easel.put_up([STAR], size=(601, 401))
    easel.canvas.show_picture(picture)
    easel.canvas.resize(700, 600)
    easel.canvas.zoom_to(zoom)
    easel.canvas.centre_on(MIDDLE)
    easel.canvas.pan_by(13, -7)
    easel.settles()
    return easel


def channels(image: QImage) -> NDArray[np.int64]:
    memory = np.frombuffer(image.constBits(), dtype=np.uint8)
    return memory.reshape(image.height(), image.width(), 4)[..., :3].astype(np.int64)


@pytest.mark.parametrize("zoom", [0.21, 0.5, 0.83, 1.0, 1.7, 3.3, 9.0, 17.3, 40.1])
def test_tiles_meet_without_seams(zoom: float) -> None:
    easel = an_easel_with(noise(), zoom)
    view = easel.canvas._view()
    whole = np.zeros((view.height, view.width), dtype=np.uint32)
    easel.canvas._scene.paint(whole, view)
    at_once = whole.view(np.uint8).reshape(view.height, view.width, 4)[..., :3]
    assert np.abs(channels(easel.seen()) - at_once).max() <= 4


@pytest.mark.parametrize("zoom", [0.26, 0.5, 1.0, 1.7, 3.3, 9.0, 17.3])
def test_the_image_lies_where_its_coordinates_say(zoom: float) -> None:
    easel = an_easel_with(black_and_white(), zoom)
    easel.canvas.set_hidden({STAR.id})
    easel.settles()
    row = channels(easel.seen())[300].mean(axis=1)
    edge = easel.canvas.to_widget(300, 200).x()
    assert abs(int((row >= 128).argmax()) - edge) <= 1


def test_enlarged_pixels_are_squares_of_their_own_colour() -> None:
    picture = noise()
    easel = an_easel_with(picture, 33.0)
    for x, y in ((299, 199), (300, 200), (304, 203)):
        samples = picture.part(0, Area(x, y, x + 1, y + 1))
        assert samples is not None
        blue, green, red, _ = samples[0, 0].tolist()
        easel.canvas.set_hidden({STAR.id})
        easel.settles()
        assert easel.colour_at(x + 0.1, y + 0.1) == (red, green, blue)
        assert easel.colour_at(x + 0.9, y + 0.9) == (red, green, blue)


def test_a_view_without_tiles_shows_the_image_at_once() -> None:
    easel = an_easel_with(black_and_white(), 1.0)
    easel.canvas.zoom_to(2.0)
    before = channels(easel.seen())
    easel.settles()
    assert np.abs(before - channels(easel.seen())).mean() < 8
