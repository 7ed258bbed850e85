"""The levels panel: how dark and bright an image is shown, without touching its file."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QWidget,
)
from typing_extensions import override

from limner.imaging.histogram import histogram
from limner.imaging.picture import Area, Picture, Samples, Window
from limner.imaging.tone import EIGHT_BIT, Channel, Tone, automatic
from limner.panels.card import Card
from limner.panels.floating import Floating
from limner.panels.levels_histogram import LEAST_GAMMA, MOST_GAMMA, HistogramView
from limner.panels.levels_look import Look
from limner.panels.numbers import NumberField
from limner.panels.text import label

_WIDTH: Final = 288
_AWAY: Final = 12
"""Device-independent pixels between the panel and the right edge of the canvas, at first."""

_BELOW: Final = 66
"""Where it begins: below the card that says what happened."""

_CHANNELS: Final = {
    Channel.ALL: "All",
    Channel.RED: "R",
    Channel.GREEN: "G",
    Channel.BLUE: "B",
}


class LevelsPanel(Card):
    """Floats over the canvas, in its corner at first; tells `tone_changed` what to show."""

    tone_changed = Signal(object)
    """Tone, or None for the image's own."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__("Levels", "sliders-horizontal", canvas)
        self._canvas = canvas
        # What is clicked or typed here is not meant for the tool below.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setFixedWidth(_WIDTH)
        self._image: Picture | None = None
        self._stop_watching: Callable[[], None] = _nothing
        self._recount = QTimer(self, singleShot=True, interval=0)
        self._neutral = Look(EIGHT_BIT)
        self._look = self._neutral
        self.histogram = HistogramView()
        self.black, self.white = NumberField(step=1.0), NumberField(step=1.0)
        self.gamma = NumberField(LEAST_GAMMA, MOST_GAMMA, step=0.1)
        self.brightness, self.contrast = _slider("Brightness"), _slider("Contrast")
        self.channels = QButtonGroup(self)
        self.automatic = QPushButton("Auto")
        self.neutral = QPushButton("Reset")
        self.pin = QPushButton("Keep")
        self._lay_out()
        self._connect()
        self._floating = Floating(self, self.title, canvas, QPoint(_AWAY, _BELOW))
        self._recount.timeout.connect(self._count_anew)
        self.hide()

    @property
    def keeps(self) -> bool:
        """Whether the next image is to be shown in the same tone."""
        return self.pin.isChecked()

    @property
    def tone(self) -> Tone | None:
        """What is set; None is the image's own."""
        return None if self._look == self._neutral else self._look.tone

    def show_picture(self, picture: Picture | None, tone: Tone | None = None) -> None:
        """Take up another image, in a tone that was set for it before."""
        self._stop_watching()
        self._stop_watching = _nothing if picture is None else picture.watch(self._samples_came)
        self._image = picture
        self._neutral = Look((picture.window if picture else None) or EIGHT_BIT)
        self._look = self._neutral if tone is None else Look(tone.window, tone.gamma, tone.channel)
        if self.isVisible():
            self._count()
        self._show()

    def open(self) -> None:
        """Show the panel; the keyboard stays where it is."""
        self.show()
        self.raise_()
        self._count()
        self._show()
        self._floating.settle()

    # --- the parts

    def _lay_out(self) -> None:
        self.closer = self.add_button("x", "Close the levels", "Close (the tone stays)")
        self.body.addWidget(self.histogram)
        values = QGridLayout()
        values.setHorizontalSpacing(8)
        values.setVerticalSpacing(4)
        fields = (("Black", self.black), ("Gamma", self.gamma), ("White", self.white))
        for column, (name, field) in enumerate(fields):
            values.addWidget(label(name, muted=True), 0, column)
            values.addWidget(field, 1, column)
            field.setAccessibleName(name)
        self.body.addLayout(values)
        sliders = QGridLayout()
        for row, (name, slider) in enumerate(
            (("Brightness", self.brightness), ("Contrast", self.contrast))
        ):
            sliders.addWidget(label(name, muted=True), row, 0)
            sliders.addWidget(slider, row, 1)
        self.body.addLayout(sliders)
        self.body.addWidget(self._channel_row())
        buttons = QHBoxLayout()
        self.automatic.setToolTip("Black and white where nearly all values lie between them")
        self.neutral.setToolTip("As the image was opened")
        self.pin.setToolTip("Show the next images in the same tone")
        self.pin.setCheckable(True)
        for button in (self.automatic, self.neutral, self.pin):
            buttons.addWidget(button)
        self.body.addLayout(buttons)

    def _channel_row(self) -> QFrame:
        self._segments = QFrame()
        self._segments.setObjectName("segments")
        row = QHBoxLayout(self._segments)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for channel, text in _CHANNELS.items():
            button = QPushButton(text)
            button.setObjectName("segment")
            button.setCheckable(True)
            button.setAccessibleName(f"Channel: {channel.name.lower()}")
            self.channels.addButton(button, list(_CHANNELS).index(channel))
            row.addWidget(button, 1)
        return self._segments

    def _connect(self) -> None:
        self.histogram.changed.connect(self._grip_moved)
        for field in (self.black, self.white, self.gamma):
            field.changed.connect(self._field_changed)
        for slider in (self.brightness, self.contrast):
            slider.valueChanged.connect(self._slider_moved)
        self.channels.idClicked.connect(self._channel_chosen)
        self.automatic.clicked.connect(self._be_automatic)
        self.neutral.clicked.connect(self.reset)
        self.closer.clicked.connect(self.close_it)

    def reset(self) -> None:
        """Show the image as it was opened."""
        self._take(self._neutral)

    def close_it(self) -> None:
        """Put the panel away and give the keyboard back to the canvas."""
        self.hide()
        self._canvas.setFocus()

    # --- what the person does

    def _grip_moved(self, low: float, high: float, gamma: float) -> None:
        digits = self._digits()
        window = Window(round(low, digits), round(high, digits))
        self._take(Look(window, round(gamma, 2), self._look.channel))

    def _field_changed(self) -> None:
        low, high, gamma = self.black.value, self.white.value, self.gamma.value
        if low is not None and high is not None and gamma is not None and low < high:
            self._take(Look(Window(low, high), gamma, self._look.channel))

    def _slider_moved(self) -> None:
        look = self._look.with_sliders(
            self.brightness.value(), self.contrast.value(), self._neutral.window
        )
        self._take(look, but_sliders=True)

    def _channel_chosen(self, place: int) -> None:
        channel = list(_CHANNELS)[place]
        self._take(Look(self._look.window, self._look.gamma, channel))

    def _be_automatic(self) -> None:
        samples = self._coarse()
        if samples is not None:
            self._take(Look(automatic(samples), 1.0, self._look.channel))

    def _take(self, look: Look, *, but_sliders: bool = False) -> None:
        if look == self._look:
            return
        self._look = look
        self._show(but_sliders=but_sliders)
        self.tone_changed.emit(self.tone)

    # --- what is shown

    def _count(self) -> None:
        samples = self._coarse()
        counted = None if samples is None else histogram(samples)
        self.histogram.show_values(counted)
        self._segments.setVisible(counted is not None and len(counted.channels) > 1)
        self.adjustSize()

    def _samples_came(self, level: int, _area: Area) -> None:
        """The smallest level has come, or all of them in place of a preview."""
        if self._image is not None and level in (0, len(self._image.levels) - 1):
            self._recount.start()

    def _count_anew(self) -> None:
        if self.isVisible():
            self._count()

    def _coarse(self) -> Samples | None:
        """The smallest level, which is enough to count; None while it is still to come."""
        picture = self._image
        if picture is None:
            return None
        level = len(picture.levels) - 1
        return picture.part(level, Area(0, 0, *picture.levels[level]))

    def _show(self, *, but_sliders: bool = False) -> None:
        look = self._look
        self.histogram.show_tone(look.window, look.gamma)
        for field, value in zip(
            (self.black, self.white, self.gamma), (*look.window, look.gamma), strict=True
        ):
            if not field.hasFocus() or field.value != value:
                field.show_value(round(value, self._digits() + 2))
        if not but_sliders:
            sliders = (self.brightness, self.contrast)
            for slider, value in zip(sliders, look.sliders(self._neutral.window), strict=True):
                slider.blockSignals(True)
                slider.setValue(value)
                slider.blockSignals(False)
        self.channels.button(list(_CHANNELS).index(look.channel)).setChecked(True)

    def _digits(self) -> int:
        """After the point: whole numbers for whole samples, a ten-thousandth of the span else."""
        span = self._neutral.window.high - self._neutral.window.low
        return max(0, 3 - math.floor(math.log10(max(span, 1e-12))))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and Enter give the keyboard back; no other key goes on to the canvas."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._canvas.setFocus()


def _nothing() -> None:
    """No picture is watched."""


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(-100, 100)
    slider.setPageStep(10)
    slider.setAccessibleName(name)
    return slider
