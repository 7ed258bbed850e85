import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from limner.panels.text import ElidedLabel, caption, label, plain, tooltip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("car", "car"),
        ("<img src=/etc/passwd>", "<img src=/etc/passwd>"),
        ("two\nlines\r\nthree\rfour", "two⏎lines⏎three⏎four"),
        ("a\tb", "a⇥b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth\x00\x1b[31m", "zero\\u200bwidth\\u0000\\u001b[31m"),
        ("\ud800", "\\ud800"),
        ("مرحبا 日本語", "مرحبا 日本語"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
    ],
)
def test_foreign_text_is_shown_as_what_it_is(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_megabyte_of_label_is_cut_to_the_limit() -> None:
    assert plain("A" * 1_000_000, limit=20) == "A" * 19 + "…"
    assert len(plain("\n\x00" * 1_000_000, limit=20)) == 20


def test_an_ampersand_marks_no_key_on_a_button() -> None:
    assert caption("a&b") == "a&&b"


def test_a_tooltip_never_reads_foreign_text_as_markup() -> None:
    shown = tooltip("<img src=/etc/passwd>\nsecond & last")
    assert shown == "<p>&lt;img src=/etc/passwd&gt;<br>second &amp; last</p>"
    assert tooltip("") == ""


def test_a_label_is_plain_text(qtbot: QtBot) -> None:
    made = label("<b>bold</b>", muted=True)
    qtbot.addWidget(made)
    assert made.textFormat() == Qt.TextFormat.PlainText
    assert made.text() == "<b>bold</b>"


def test_a_long_name_never_widens_its_panel(qtbot: QtBot) -> None:
    made = ElidedLabel()
    qtbot.addWidget(made)
    made.say("x" * 5000)
    assert made.minimumSizeHint().width() == 0
    assert made.accessibleName().startswith("xxx")
