"""How long the canvas takes for what a person does, without a window around it.

Each figure stands for its worst zoom; with --zooms each zoom is shown by itself too (`100k@0.25`).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from bench.desk import Desk
from bench.figure import Figure, short, timed
from bench.limits import P95_MS, drag_ms, frame_ms, hit_ms
from bench.registry import PAINTED, Order
from bench.scenery import picture

_ZOOMS: Final = (0.25, 0.5, 1.0, 4.0)


def figures(order: Order) -> Iterator[Figure]:
    """The canvas alone, for each number of shapes."""
    is_painted = order.wants(*(f"canvas.{bench}" for bench in PAINTED))
    for count in order.shapes:
        desk = Desk(count, picture() if is_painted else None)
        yield Figure("canvas.load", count, desk.ratio, desk.load())
        if is_painted:
            found = _by_zoom(desk, order)
            yield from found if order.zooms else ()
            yield from _worst(found)
        yield Figure("canvas.hit", count, desk.ratio, desk.hits(), hit_ms(count))
        desk.close()


def _by_zoom(desk: Desk, order: Order) -> list[Figure]:
    desk.settle()
    places = [("fit", desk.canvas.zoom), *((f"{zoom:g}", zoom) for zoom in _ZOOMS)]
    return [
        figure
        for place, zoom in places
        for figure in _at(desk, zoom, f"{short(desk.count)}@{place}", order)
    ]


def _worst(found: list[Figure]) -> Iterator[Figure]:
    """For each bench the zoom that takes longest."""
    for bench in dict.fromkeys(figure.bench for figure in found):
        by_zoom = [figure for figure in found if figure.bench == bench]
        worst = max(by_zoom, key=lambda figure: statistics.median(figure.samples))
        yield replace(worst, case="")


def _at(desk: Desk, zoom: float, case: str, order: Order) -> Iterator[Figure]:
    """What is asked for, at one zoom, one after the other."""
    make = partial(Figure, n=desk.count, ratio=desk.ratio, case=case)
    frame = partial(make, limit=frame_ms(desk.count, desk.ratio), p95_limit=P95_MS)
    desk.canvas.zoom_to(zoom)
    yield make("canvas.settle", samples=timed(desk.settle))
    for bench, act in (("frame", desk.frames), ("pan", desk.pans), ("zoom", desk.zooms)):
        if order.wants(f"canvas.{bench}"):
            yield frame(f"canvas.{bench}", samples=act())
    desk.look(zoom)
    desk.rest()
    if order.wants("canvas.drag.start", "canvas.drag", "canvas.drag.drop"):
        start, moves, drop = desk.drag()
        limit = drag_ms(desk.count, desk.ratio)
        yield make("canvas.drag.start", samples=start)
        yield make("canvas.drag", samples=moves, limit=limit, p95_limit=P95_MS)
        yield make("canvas.drag.drop", samples=drop)
    if order.wants("canvas.hover"):
        yield make("canvas.hover", samples=desk.hovers())
