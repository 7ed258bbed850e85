from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QFrame,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from limner.panels.attributes import AttributesPanel
from limner.panels.card import Card
from limner.panels.classes import ClassesPanel
from limner.panels.icons import KIND_ICONS, dot, icon, paint
from limner.panels.images import ImagesPanel
from limner.panels.objects import ObjectsPanel
from limner.panels.review import ReviewPanel
from limner.panels.tokens import DARK, LIGHT, Tokens, colour_of, tokens_now
from limner.shell import fonts, theme
from limner.tools.bench import Bench


def _luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    ink = QColor(colour)
    green_part = 0.7152 * linear(ink.greenF())
    return 0.2126 * linear(ink.redF()) + green_part + 0.0722 * linear(ink.blueF())


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("t", [DARK, LIGHT], ids=["dark", "light"])
def test_every_text_can_be_read_on_every_ground_it_stands_on(t: Tokens) -> None:
    grounds = (t.window, t.panel, t.base, t.hover)
    pairs = [(ink, ground) for ink in (t.text, t.muted) for ground in grounds]
    pairs += [(t.on_fill, fill) for fill in (t.fill, t.ok_fill, t.bad_fill)]
    pairs += [(ink, t.panel) for ink in (t.ok, t.bad, t.warn)]
    pairs += [(t.text, t.select)]
    too_faint = {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5}
    assert too_faint == {}


def test_the_theme_changes_palette_and_tokens_together(qapp: QApplication) -> None:
    for dark, tokens in ((False, LIGHT), (True, DARK)):
        assert theme.apply(qapp, dark=dark) == tokens
        assert tokens_now() == tokens
        assert qapp.palette().color(QPalette.ColorRole.Window).name() == tokens.window


def test_without_a_place_to_write_the_theme_still_comes(
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LIMNER_HOME", str(tmp_path / "file"))
    assert theme.apply(qapp, dark=True) == DARK
    assert "down-arrow" not in qapp.styleSheet()
    assert "plain look" in caplog.text


def test_the_typeface_is_ours(qapp: QApplication) -> None:
    fonts.load()
    assert qapp.font().family() == "Inter"
    assert qapp.font().pointSizeF() == 9.75


def _pixels(picture: QIcon, scale: float = 1.0, mode: QIcon.Mode = QIcon.Mode.Normal) -> QImage:
    return picture.pixmap(QSize(24, 24), scale, mode).toImage()


def _inks(image: QImage) -> set[str]:
    """The colours of the opaque pixels."""
    every = ((x, y) for x in range(image.width()) for y in range(image.height()))
    colours = (image.pixelColor(x, y) for x, y in every)
    return {colour.name() for colour in colours if colour.alpha() == 255}


def test_icons_follow_the_palette(qapp: QApplication) -> None:
    picture = icon("square")
    for dark, tokens in ((True, DARK), (False, LIGHT)):
        theme.apply(qapp, dark=dark)
        assert _inks(_pixels(picture)) == {tokens.text}
        assert _inks(_pixels(picture, mode=QIcon.Mode.Disabled)) == {tokens.faint}
    assert _inks(_pixels(icon("square", "#ff0000"))) == {"#ff0000"}


def test_icons_are_sharp_at_twice_the_pixels() -> None:
    small, large = _pixels(icon("square")), _pixels(icon("square"), 2.0)
    assert (large.width(), large.devicePixelRatio()) == (48, 2.0)
    assert small.pixelColor(20, 12).alpha() > 0
    assert large.pixelColor(41, 24).alpha() == 255
    assert large.pixelColor(38, 24).alpha() == 0


def test_an_icon_that_was_not_shipped_is_noticed_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")
    assert all(icon(name) for name in KIND_ICONS.values())


def test_a_colour_from_a_server_is_never_trusted() -> None:
    assert _inks(_pixels(dot("#4c8dff", 20))) == {"#4c8dff"}
    assert colour_of('"/><script>').name() == colour_of("url(x)").name() == "#9aa1ae"
    image = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    paint(painter, "square", QRectF(0, 0, 24, 24), colour_of("junk"))
    painter.end()
    assert _inks(image) == {"#9aa1ae"}


def test_every_panel_fits_into_a_narrow_column(bench: Bench, qtbot: QtBot) -> None:
    panels = (ImagesPanel(), ObjectsPanel(), ClassesPanel(), AttributesPanel(), ReviewPanel(str))
    for panel in panels:
        qtbot.addWidget(panel)
        assert panel.minimumSizeHint().width() <= 320
        assert panel.accessibleName()
    for panel in panels[1:4]:
        panel.edit(bench)
    bench.selection.choose(annotation.id for annotation in bench.document)
    assert max(panel.minimumSizeHint().width() for panel in panels) <= 320


def test_every_button_has_a_name_and_a_hint(bench: Bench, qtbot: QtBot) -> None:
    def is_qts_own(part: QAbstractButton) -> bool:
        return isinstance(part.parent(), QLineEdit | QAbstractItemView)

    panels = (ImagesPanel(), ObjectsPanel(), ClassesPanel(), ReviewPanel(str))
    for panel in panels:
        qtbot.addWidget(panel)
    panels[2].edit(bench)
    QTest.mouseClick(panels[2].add, Qt.MouseButton.LeftButton)
    buttons = [part for panel in panels for part in panel.findChildren(QAbstractButton)]
    told = {
        part.accessibleName() or part.text(): part.toolTip()
        for part in buttons
        if not is_qts_own(part)
    }
    assert "" not in told
    assert [name for name, hint in told.items() if not hint] == []


def test_a_card_may_be_born_into_a_parent_of_another_palette(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor("red"))
    parent.setPalette(palette)
    card = Card("Images", "images", parent)
    button = card.add_button("plus", "Add", "Add one")
    assert isinstance(card, QFrame)
    assert button.accessibleName() == "Add"
    assert button.toolTip() == "Add one"
