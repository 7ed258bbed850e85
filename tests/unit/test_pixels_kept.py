"""Which decoded images stay in memory, and who goes through the gate first."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Level, WholePicture
from limner.sync.kept_pixels import KeptPixels, Shown
from limner.sync.lanes import Gate
from limner.sync.opening import Key

MEGA = 1_000_000


def image(name: str) -> Key:
    return Key("https://a.test", name, 0)


def shown(megabytes: int) -> Shown:
    plane = np.zeros((megabytes * 250, 1000, 4), np.uint8)
    facts = ImageFacts(1000, megabytes * 250, "JPEG", "RGB")
    return Shown(WholePicture([plane]), facts, Level(1000, megabytes * 250), Path("x"))


def kept_of(kept: KeptPixels, names: str) -> str:
    return "".join(name for name in names if kept.get(image(name)) is not None)


def test_what_is_no_neighbour_goes_first_and_then_the_farthest_one() -> None:
    kept = KeptPixels(50 * MEGA)
    for name in "zabc":
        kept.put(image(name), shown(10))
    kept.turn_to(image("a"))
    kept.prefer([image("b"), image("c"), image("d")])
    assert kept_of(kept, "zabc") == "zabc"
    kept.put(image("d"), shown(20))
    assert kept_of(kept, "zabcd") == "abcd"
    kept.put(image("b"), shown(30))
    assert kept_of(kept, "zabcd") == "abc"


def test_the_image_on_the_canvas_stays_whatever_it_takes() -> None:
    kept = KeptPixels(20 * MEGA)
    kept.turn_to(image("a"))
    kept.put(image("b"), shown(10))
    kept.put(image("a"), shown(30))
    assert kept_of(kept, "ab") == "a"


def test_room_is_counted_beside_what_is_nearer() -> None:
    kept = KeptPixels(100 * MEGA)
    kept.turn_to(image("a"))
    kept.put(image("a"), shown(30))
    kept.put(image("b"), shown(20))
    kept.put(image("z"), shown(40))
    kept.prefer([image("b"), image("c")])
    assert kept.room_for(image("b")) == 70 * MEGA
    assert kept.room_for(image("c")) == 50 * MEGA


def test_a_picture_that_is_dropped_wants_nothing_more() -> None:
    kept = KeptPixels(100 * MEGA)
    one = shown(1)
    heard: list[int] = []
    one.picture.watch(lambda level, _area: heard.append(level))
    kept.put(image("a"), one)
    kept.drop(image("a"))
    assert kept.nbytes == 0
    assert isinstance(one.picture, WholePicture)
    assert one.picture._watchers == []


def test_thumbnails_go_through_the_gate_before_neighbours() -> None:
    gate, order = Gate(), []
    inside, all_wait = threading.Event(), threading.Event()

    def first() -> None:
        with gate.for_small():
            inside.set()
            all_wait.wait(10)

    def ahead() -> None:
        with gate.for_ahead():
            order.append("ahead")

    def small() -> None:
        with gate.for_small():
            order.append("small")

    threads = [threading.Thread(target=work) for work in (first, ahead, small, small)]
    threads[0].start()
    inside.wait(10)
    for thread in threads[1:]:
        thread.start()
    while gate._small_waiting < 2:
        threading.Event().wait(0.001)
    all_wait.set()
    for thread in threads:
        thread.join(10)
    assert order == ["small", "small", "ahead"]
