"""Pictures whose samples come bit by bit, are deep, or have levels that are no exact halves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QImage
from typing_extensions import override

from limner.canvas.backdrop import GRID_FROM
from limner.imaging.picture import (
    Area,
    Level,
    Picture,
    Planes,
    Samples,
    WholePicture,
    Window,
    bgrx,
    pyramid,
)
from limner.imaging.tone import Channel, Tone
from limner.model.geometry import Bounds
from unit.canvas.easel import Easel

SIDE = 64


class Arriving(Picture):
    """A picture of which only the coarsest level is there until more is let in."""

    def __init__(self, planes: tuple[Samples, ...]) -> None:
        super().__init__([Level(plane.shape[1], plane.shape[0]) for plane in planes])
        self.tile = Level(SIDE, SIDE)
        self.looks: list[tuple[int, Area]] = []
        self._planes = planes
        self._here = {(len(planes) - 1, 0, 0)}
        self._all: set[int] = {len(planes) - 1}

    @override
    def part(self, level: int, area: Area) -> Samples | None:
        columns = range(area.left // SIDE, (area.right - 1) // SIDE + 1)
        rows = range(area.top // SIDE, (area.bottom - 1) // SIDE + 1)
        keys = {(level, column, row) for column in columns for row in rows}
        if level not in self._all and not keys <= self._here:
            return None
        return self._planes[level][area.top : area.bottom, area.left : area.right]

    @override
    def look(self, level: int, area: Area) -> None:
        self.looks.append((level, area))

    @property
    @override
    def nbytes(self) -> int:
        return 0

    def let_in(self, level: int, column: int, row: int) -> None:
        self._here.add((level, column, row))
        left, top = column * SIDE, row * SIDE
        self._tell(level, Area(left, top, left + SIDE, top + SIDE))

    def let_all_in(self) -> None:
        for level, plane in enumerate(self._planes):
            for row in range(-(-plane.shape[0] // SIDE)):
                for column in range(-(-plane.shape[1] // SIDE)):
                    self.let_in(level, column, row)


def photo() -> NDArray[np.uint8]:
    random = np.random.default_rng(4).integers(0, 256, (41, 61, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(random).resize((601, 401), Image.Resampling.BICUBIC))


def halves() -> tuple[Samples, ...]:
    planes: list[Samples] = []
    image = Image.fromarray(photo())
    while max(image.size) > SIDE:
        planes.append(bgrx(image))
        image = image.reduce(2)
    return (*planes, bgrx(image))


def showing(picture: Picture, zoom: float) -> Easel:
    easel = Easel.put_up(size=(picture.width, picture.height))
    easel.canvas.switch_grid(on=False)
    easel.canvas.show_picture(picture)
    easel.canvas.resize(700, 600)
    easel.canvas.zoom_to(zoom)
    easel.canvas.centre_on(Bounds(300, 200, 300, 200))
    easel.settles()
    return easel


def seen(easel: Easel) -> NDArray[np.int64]:
    image: QImage = easel.seen()
    memory = np.frombuffer(image.constBits(), dtype=np.uint8)
    return memory.reshape(image.height(), image.width(), 4)[..., :3].astype(np.int64)


@pytest.mark.parametrize("zoom", [0.3, 0.9, 1.0, 2.3, 12.0])
def test_coarse_pixels_stand_in_until_the_sharp_ones_come(zoom: float) -> None:
    sharp = seen(showing(WholePicture(halves()), zoom))
    picture = Arriving(halves())
    easel = showing(picture, zoom)
    coarse = seen(easel)
    assert not (coarse == 0).all(axis=2)[285:315, 320:380].any(), "black holes"
    assert (coarse != sharp).any()
    picture.let_all_in()
    easel.settles()
    assert np.array_equal(seen(easel), sharp)


def test_what_came_is_shown_beside_what_did_not() -> None:
    picture = Arriving(halves())
    easel = showing(picture, 1.0)
    sharp = seen(showing(WholePicture(halves()), 1.0))
    picture.let_in(0, 4, 3)  # image pixels 256..320 x 192..256
    easel.settles()
    at = easel.canvas.to_widget(260, 196)
    here = np.s_[round(at.y()) : round(at.y()) + 50, round(at.x()) : round(at.x()) + 50]
    beside = np.s_[round(at.y()) : round(at.y()) + 50, round(at.x()) + 80 : round(at.x()) + 130]
    assert np.array_equal(seen(easel)[here], sharp[here])
    assert (seen(easel)[beside] != sharp[beside]).any()


def test_the_picture_hears_what_is_on_the_canvas() -> None:
    picture = Arriving(halves())
    easel = showing(picture, 0.5)
    level, area = picture.looks[-1]
    assert level == 1
    assert area.left <= 0
    assert area.right >= 301
    easel.canvas.zoom_to(8.0)
    level, area = picture.looks[-1]
    assert level == 0
    assert area.right - area.left < 100


@pytest.mark.parametrize("zoom", [0.13, 0.17, 0.23, 0.26, 0.31])
def test_levels_a_factor_four_apart_leave_no_pixel_out(zoom: float) -> None:
    """Thin lines would come and go if smoothing skipped pixels."""
    lined = np.full((1601, 1601, 3), 255, dtype=np.uint8)
    lined[::4] = 0
    whole = Image.fromarray(lined)
    picture = WholePicture((bgrx(whole), bgrx(whole.reduce(4)), bgrx(whole.reduce(16))))
    easel = showing(picture, zoom)
    easel.canvas.centre_on(Bounds(800, 800, 800, 800))
    easel.settles()
    grey = seen(easel)[250:350, 300:400]
    assert abs(grey.mean() - 255 * 3 / 4) < 8
    assert np.ptp(grey) < 140


@pytest.mark.parametrize("zoom", [0.11, 0.23, 0.47, 0.77, 1.0])
def test_every_level_lies_in_the_same_place(zoom: float) -> None:
    """Sizes are rounded when levels are made; nothing may move when the level changes."""
    wide = np.zeros((401, 2101, 3), dtype=np.uint8)
    wide[:, 1600:] = 255
    easel = showing(WholePicture(pyramid(Image.fromarray(wide))), zoom)
    easel.canvas.centre_on(Bounds(1600, 200, 1600, 200))
    easel.settles()
    row = seen(easel)[300].mean(axis=1)
    edge = easel.canvas.to_widget(1600, 200).x()
    first_light = int(np.flatnonzero(row >= 128)[0])
    assert abs(first_light - edge) <= 1


def deep() -> WholePicture:
    """A camera's 12 bits in words of 16, dark to bright from left to right."""
    ramp = np.linspace(0, 4095, 600).astype(np.uint16)
    return WholePicture((np.tile(ramp, (400, 1)),), window=Window(0, 4095))


def test_a_deep_picture_uses_the_whole_range_of_the_screen() -> None:
    row = seen(showing(deep(), 1.0))[300]
    shown = row[50:650].mean(axis=1)
    assert shown.min() <= 2
    assert shown.max() >= 253
    assert (np.diff(shown) >= 0).all()


def test_a_tone_changes_what_is_painted_and_asks_for_nothing() -> None:
    easel = showing(deep(), 1.0)
    easel.canvas.set_tone(Tone(Window(0, 2047)))
    easel.settles()
    row = seen(easel)[300, :, 0]
    middle = round(easel.canvas.to_widget(300, 200).x())
    assert row[middle + 5 : middle + 200].min() == 255
    assert 120 < row[middle - 150] < 135
    easel.canvas.set_tone(None)
    easel.settles()
    assert 120 < seen(easel)[300, middle, 0] < 135


def test_one_channel_of_a_photograph_is_grey() -> None:
    photo = np.zeros((400, 600, 3), dtype=np.uint8)
    photo[..., 0], photo[..., 1], photo[..., 2] = 200, 100, 50
    easel = showing(WholePicture((bgrx(Image.fromarray(photo)),)), 1.0)
    for channel, value in ((Channel.RED, 200), (Channel.GREEN, 100), (Channel.BLUE, 50)):
        easel.canvas.set_tone(Tone(Window(0, 255), channel=channel))
        easel.settles()
        assert seen(easel)[300, 350].tolist() == [value] * 3


def test_enlarged_pixels_are_blended_or_squares_as_one_likes() -> None:
    easel = showing(WholePicture(halves()), 3.0)
    blended = seen(easel)
    easel.canvas.switch_smooth(on=False)
    easel.settles()
    squares = seen(easel)
    assert (blended != squares).any()
    corner = easel.canvas.to_widget(300, 200)
    x, y = round(corner.x()), round(corner.y())
    assert (squares[y : y + 3, x : x + 3] == squares[y, x]).all()


@pytest.mark.parametrize(
    ("zoom", "has_lines"), [(GRID_FROM, False), (GRID_FROM + 1, True), (20.0, True)]
)
def test_the_pixel_grid_begins_beyond_eight_and_can_be_switched_off(
    zoom: float, has_lines: bool
) -> None:
    easel = showing(WholePicture(halves()), zoom)
    bare = seen(easel)
    easel.canvas.switch_grid(on=True)
    easel.settles()
    assert (seen(easel) != bare).any() == has_lines


def test_another_picture_no_longer_listens_to_the_one_before() -> None:
    old = Arriving(halves())
    easel = showing(old, 1.0)
    easel.canvas.show_picture(WholePicture(halves()))
    easel.settles()
    old.let_all_in()
    assert easel.canvas.is_settled


def told(picture: Picture) -> Callable[[], list[int]]:
    levels: list[int] = []
    picture.watch(lambda level, _area: levels.append(level))
    return lambda: levels


def test_a_first_impression_is_completed_in_place() -> None:
    planes = halves()
    first = WholePicture(planes[2:], size=Level(601, 401))
    heard = told(first)
    easel = showing(first, 1.0)
    blurred = seen(easel)

    first.complete(Planes(planes))
    easel.settles()
    assert heard() == [0]
    sharp = seen(easel)
    assert (sharp != blurred).any()
    assert np.array_equal(sharp, seen(showing(WholePicture(planes), 1.0)))
