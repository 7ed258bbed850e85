from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from limner.api.listing import ImageRow
from limner.panels.images import ImagesPanel


def row(name: str, directory: str = "/", status: str = "new", count: int = 0) -> ImageRow:
    path = f"{directory}|{name}"
    return ImageRow(path, "d", name, directory, status, count, 1280, 800)


@pytest.fixture
def panel(qtbot: QtBot) -> ImagesPanel:
    made = ImagesPanel()
    qtbot.addWidget(made)
    made.resize(320, 700)
    made.show()
    return made


@pytest.fixture
def chosen(panel: ImagesPanel) -> list[str]:
    heard: list[str] = []
    panel.chosen.connect(heard.append)
    return heard


def click(panel: ImagesPanel, at: int) -> None:
    place = panel.view.visualRect(panel.view.model().index(at, 0)).center()
    QTest.mouseClick(
        panel.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place
    )


def names(panel: ImagesPanel) -> list[str]:
    model = panel.view.model()
    return [model.index(at, 0).data() for at in range(model.rowCount())]


def test_images_stand_by_directory_and_then_as_people_count(panel: ImagesPanel) -> None:
    panel.set_images(
        [row("b10.jpg", "/z"), row("B9.jpg", "/z"), row("x.jpg"), row("b008.jpg", "/z")]
    )
    assert names(panel) == ["x.jpg", "b008.jpg", "B9.jpg", "b10.jpg"]


def test_a_number_without_end_is_no_trouble(panel: ImagesPanel) -> None:
    panel.set_images([row("9" * 9000), row("1" * 9001)])
    assert [name[0] for name in names(panel)] == ["9", "1"]


def test_a_click_chooses_an_image_and_the_header_counts(
    panel: ImagesPanel, chosen: list[str]
) -> None:
    panel.set_images([row("a.jpg"), row("b.jpg"), row("c.jpg")])
    assert panel.aside.text() == "\N{EN DASH} / 3"
    click(panel, 2)
    assert chosen == ["/|c.jpg"]
    assert panel.aside.text() == "3 / 3"


def test_an_image_opened_from_elsewhere_is_marked_but_not_chosen_again(
    panel: ImagesPanel, chosen: list[str]
) -> None:
    panel.set_images([row("a.jpg"), row("b.jpg")])
    panel.set_current("/|b.jpg")
    assert panel.current_id == "/|b.jpg"
    assert panel.view.selected_row_numbers() == [1]
    click(panel, 1)
    assert chosen == []


def test_arrow_keys_walk_through_the_list(panel: ImagesPanel, chosen: list[str]) -> None:
    panel.set_images([row("a.jpg"), row("b.jpg")])
    panel.set_current("/|a.jpg")
    QTest.keyClick(panel.view, Qt.Key.Key_Down)
    assert chosen == ["/|b.jpg"]


def test_next_and_previous_respect_the_filter(panel: ImagesPanel) -> None:
    panel.set_images([row("cat1.jpg"), row("dog.jpg"), row("cat2.jpg"), row("zebra.jpg")])
    panel.set_current("/|cat1.jpg")
    assert (panel.neighbour_id(-1), panel.neighbour_id(+1)) == (None, "/|cat2.jpg")
    QTest.keyClicks(panel.search, "CAT")
    assert names(panel) == ["cat1.jpg", "cat2.jpg"]
    panel.set_current("/|cat2.jpg")
    assert (panel.neighbour_id(-1), panel.neighbour_id(+1)) == ("/|cat1.jpg", None)


def test_from_an_image_the_filter_hides_the_way_goes_to_its_neighbours(panel: ImagesPanel) -> None:
    panel.set_images([row("a.jpg"), row("m.png"), row("z.jpg")])
    panel.set_current("/|m.png")
    QTest.keyClicks(panel.search, ".jpg")
    assert (panel.neighbour_id(-1), panel.neighbour_id(+1)) == ("/|a.jpg", "/|z.jpg")


def test_escape_empties_the_filter_and_return_opens_the_first_found(
    panel: ImagesPanel, chosen: list[str]
) -> None:
    panel.set_images([row("a.jpg"), row("b.jpg", status="review")])
    QTest.keyClicks(panel.search, "review")
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert chosen == ["/|b.jpg"]
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert len(names(panel)) == 2


def test_only_what_is_seen_is_asked_for(panel: ImagesPanel, qtbot: QtBot) -> None:
    wanted: list[str] = []
    panel.thumbnail_wanted.connect(wanted.append)
    panel.set_images([row(f"{number}.jpg") for number in range(5000)])
    qtbot.waitUntil(lambda: bool(wanted), timeout=30_000)
    assert wanted[0] == "/|0.jpg"
    assert len(wanted) < 15
    panel.view.scrollToBottom()
    qtbot.waitUntil(lambda: "/|4999.jpg" in wanted, timeout=30_000)
    assert len(wanted) < 30
    assert len(set(wanted)) == len(wanted)


def test_an_answered_thumbnail_is_not_asked_for_again(panel: ImagesPanel, qtbot: QtBot) -> None:
    def answer(image_id: str) -> None:
        asked.append(image_id)
        panel.set_thumbnail(image_id, QImage(400, 200, QImage.Format.Format_RGB32))

    asked: list[str] = []
    panel.thumbnail_wanted.connect(answer)
    panel.set_images([row("a.jpg")])
    qtbot.waitUntil(lambda: asked == ["/|a.jpg"], timeout=30_000)
    panel.resize(330, 500)
    panel.update_row(row("b.jpg"))
    qtbot.waitUntil(lambda: asked == ["/|a.jpg", "/|b.jpg"], timeout=30_000)


def test_a_row_says_its_stage_its_count_and_what_is_the_matter(panel: ImagesPanel) -> None:
    panel.set_images([row("a.jpg", "/day 1", "review", 12)])
    panel.set_state("/day 1|a.jpg", "needs you")
    panel.set_problem("/day 1|a.jpg", "The file is cut off.")
    spoken = panel.view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "/day 1/a.jpg, review, 12 annotations, needs you, The file is cut off."


def test_a_changed_row_keeps_its_place_and_the_current_image(panel: ImagesPanel) -> None:
    panel.set_images([row("a.jpg"), row("b.jpg")])
    panel.set_current("/|b.jpg")
    panel.update_row(row("a.jpg", status="complete", count=3))
    assert panel.view.selected_row_numbers() == [1]
    panel.update_row(row("0.jpg"))
    assert panel.view.selected_row_numbers() == [2]
    assert panel.aside.text() == "3 / 3"


def test_hostile_names_are_painted_and_told_as_plain_text(panel: ImagesPanel, qtbot: QtBot) -> None:
    names = ("<img src=x>", "<table><tr><td>" * 16, "A" * 1_000_000, "\u202egnp.exe")
    panel.set_images([row(name, directory=f"/{name[:40]}", status=name[:30]) for name in names])
    assert not panel.grab().isNull()
    tips = [
        panel.view.model().index(at, 0).data(Qt.ItemDataRole.ToolTipRole)
        for at in range(len(names))
    ]
    assert all(tip.startswith("<p>") and "<img" not in tip and "<tr>" not in tip for tip in tips)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda panel: panel.set_images([]), "No images here yet."),
        (lambda panel: QTest.keyClicks(panel.search, "zzz"), "No image has “zzz”"),
    ],
)
def test_an_empty_list_says_what_to_do(
    panel: ImagesPanel, prepare: Callable[[ImagesPanel], None], words: str
) -> None:
    panel.set_images([row("a.jpg")])
    prepare(panel)
    assert panel.empty.isVisible()
    assert panel.empty.text().startswith(words)


def test_dragging_over_the_list_does_not_open_every_image(
    panel: ImagesPanel, chosen: list[str]
) -> None:
    panel.set_images([row("a.jpg"), row("b.jpg"), row("c.jpg")])
    panel.set_current("/|a.jpg")
    place = panel.view.viewport()
    QTest.mousePress(place, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    QTest.mouseMove(place, QPoint(20, 100))
    QTest.mouseMove(place, QPoint(20, 170))
    QTest.mouseRelease(place, Qt.MouseButton.LeftButton, pos=QPoint(20, 170))
    assert chosen == []
    assert panel.view.selected_row_numbers() == [0]


def test_the_focus_alone_opens_no_image(panel: ImagesPanel, chosen: list[str]) -> None:
    panel.set_images([row("a.jpg"), row("b.jpg")])
    panel.activateWindow()
    panel.search.setFocus()
    panel.view.setFocus()
    assert panel.view.hasFocus()
    assert chosen == []
