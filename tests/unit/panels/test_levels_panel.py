"""Dark, bright and deep images, shown as the person needs them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from limner.canvas.view import Canvas
from limner.imaging.picture import Picture, WholePicture, Window, bgrx
from limner.imaging.tone import Channel, Tone
from limner.panels.levels import LevelsPanel
from limner.panels.levels_look import Look
from unit.canvas.easel import Probe, bench_of

Key = Qt.Key


def deep() -> WholePicture:
    """12 bits in words of 16, dark to bright from left to right."""
    ramp = np.linspace(0, 4095, 600).astype(np.uint16)
    return WholePicture((np.tile(ramp, (400, 1)),), window=Window(0, 4095))


def photo() -> WholePicture:
    return WholePicture((bgrx(Image.new("RGB", (600, 400), (200, 100, 50))),))


class Darkroom:
    """A canvas with the levels panel on it."""

    def __init__(self, qtbot: QtBot, picture: Picture) -> None:
        self.canvas = Canvas()
        qtbot.addWidget(self.canvas)
        self.canvas.resize(900, 600)
        self.levels = LevelsPanel(self.canvas)
        self.levels.tone_changed.connect(self.canvas.set_tone)
        self.canvas.show_picture(picture)
        self.canvas.show()
        self.levels.show_picture(picture)
        self.levels.open()
        self.bot = qtbot

    def grey_at(self, x: float, y: float = 300) -> int:
        """How bright the screen is at a point of the image."""
        self.levels.hide()
        self.bot.waitUntil(lambda: self.canvas.is_settled)
        at = self.canvas.to_widget(x, y)
        seen = self.canvas.grab().toImage().pixelColor(round(at.x()), round(at.y()))
        self.levels.open()
        return round((seen.red() + seen.green() + seen.blue()) / 3)

    def has_tone(self) -> bool:
        return self.levels.tone is not None

    def drags(self, start: float, end: float) -> None:
        """From one part of the histogram's width to another."""
        view = self.levels.histogram
        room = view._room()
        places = [
            QPoint(round(room.left() + part * room.width()), view.height() - 6)
            for part in (start, end)
        ]
        left, bare = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTest.mousePress(view, left, bare, places[0])
        QTest.mouseMove(view, places[1])
        QTest.mouseRelease(view, left, bare, places[1])


def test_white_dragged_to_the_middle_makes_the_bright_half_white(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, deep())
    assert 60 < room.grey_at(150) < 68
    room.drags(1.0, 0.5)
    assert room.levels.white.value == pytest.approx(2048, abs=40)
    assert room.grey_at(400) == 255
    assert 120 < room.grey_at(150) < 136


def test_gamma_lifts_the_middle_and_leaves_black_and_white(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, deep())
    before = room.grey_at(300)
    room.drags(0.5, 0.25)
    assert room.levels.tone is not None
    assert room.levels.tone.gamma == pytest.approx(2.0, abs=0.1)
    assert room.grey_at(300) > before + 40
    assert room.grey_at(2) < 25
    assert room.grey_at(598) == 255


def test_the_grips_are_moved_by_keys_alone(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, deep())
    view = room.levels.histogram
    QTest.keyClick(view, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert room.levels.black.value == pytest.approx(320, abs=3)
    QTest.keyClick(view, Key.Key_Up)
    QTest.keyClick(view, Key.Key_Up)
    QTest.keyClick(view, Key.Key_Left)
    assert room.levels.white.value == pytest.approx(4063, abs=3)


def test_exact_values_are_typed_and_wrong_ones_change_nothing(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, deep())
    room.levels.black.selectAll()
    QTest.keyClicks(room.levels.black, "1000")
    assert room.levels.tone == Tone(Window(1000, 4095))
    room.levels.white.selectAll()
    QTest.keyClicks(room.levels.white, "900")
    assert room.levels.tone is not None
    assert room.levels.tone.window.low < room.levels.tone.window.high


def test_reset_is_the_image_as_it_was_opened(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, deep())
    room.levels.contrast.setValue(50)
    assert room.levels.tone is not None
    room.levels.neutral.click()
    assert not room.has_tone()
    assert (room.levels.brightness.value(), room.levels.contrast.value()) == (0, 0)
    assert 120 < room.grey_at(300) < 136


def test_brightness_and_contrast_are_other_words_for_black_and_white(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, photo())
    dark = room.grey_at(300)
    room.levels.brightness.setValue(20)
    assert room.grey_at(300) > dark + 40
    assert room.levels.black.value == pytest.approx(-51)


def test_auto_uses_what_the_image_has(qtbot: QtBot) -> None:
    narrow = np.linspace(1000, 1100, 600).astype(np.uint16)
    room = Darkroom(qtbot, WholePicture((np.tile(narrow, (400, 1)),), window=Window(0, 65535)))
    assert room.grey_at(300) < 10
    room.levels.automatic.click()
    assert 115 < room.grey_at(300) < 140


def test_a_channel_alone_is_grey_and_grey_images_offer_none(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, photo())
    room.levels.channels.button(1).click()
    assert room.levels.tone == Tone(Window(0, 255), channel=Channel.RED)
    assert room.grey_at(300) == 200
    room.levels.show_picture(deep())
    room.levels.open()
    assert not room.levels._segments.isVisible()


def test_closing_gives_the_keyboard_back_and_keeps_the_tone(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, deep())
    room.levels.histogram.setFocus()
    room.drags(1.0, 0.5)
    room.levels.closer.click()
    assert not room.levels.isVisible()
    assert QApplication.focusWidget() in (room.canvas, None)
    assert room.levels.tone is not None


@given(st.integers(-90, 90), st.integers(-90, 90), st.floats(1, 1e5))
def test_the_sliders_say_what_they_set(brightness: int, contrast: int, width: float) -> None:
    neutral = Window(10.0, 10.0 + width)
    look = Look(neutral).with_sliders(brightness, contrast, neutral)
    assert look.sliders(neutral) == (brightness, contrast)


def test_what_is_clicked_or_typed_on_the_panel_never_reaches_the_tool_below(qtbot: QtBot) -> None:
    room = Darkroom(qtbot, photo())
    bench = bench_of(size=(600, 400))
    tool = Probe(bench)
    room.canvas.edit(bench)
    room.canvas.use(tool)
    for below in (room.levels, room.levels.title):
        QTest.mouseClick(below, Qt.MouseButton.LeftButton)
    for field in (room.levels.black, room.levels.contrast, room.levels.histogram):
        for key in (Key.Key_Delete, Key.Key_Backspace, Key.Key_Return, Key.Key_Escape):
            QTest.keyClick(field, key)
    assert (tool.fed, tool.keys) == ([], [])


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Escape])
def test_return_and_escape_lead_from_the_panel_back_to_the_canvas(
    qtbot: QtBot, key: Qt.Key
) -> None:
    room = Darkroom(qtbot, photo())
    room.levels.black.setFocus()
    QTest.keyClick(room.levels.black, key)
    assert room.canvas.window().focusWidget() is room.canvas
    assert room.levels.isVisible()


def test_it_is_put_elsewhere_by_its_title_and_stays_there_and_in_sight(qtbot: QtBot) -> None:
    levels, canvas = (room := Darkroom(qtbot, photo())).levels, room.canvas
    left, bare, grip = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(5, 5)
    begin = levels.pos()
    QTest.mousePress(levels.title, left, bare, grip)
    QTest.mouseMove(levels.title, grip + QPoint(-200, 40))
    QTest.mouseRelease(levels.title, left, bare, grip)
    assert levels.pos() == begin + QPoint(-200, 40)
    QTest.mouseMove(levels.title, grip + QPoint(-50, 0))
    levels.hide()
    levels.open()
    assert levels.pos() == begin + QPoint(-200, 40)
    canvas.resize(330, 420)
    QApplication.processEvents()
    assert canvas.rect().contains(levels.geometry())
    canvas.resize(900, 600)
    QApplication.processEvents()
    assert levels.pos() == begin + QPoint(-200, 40)
