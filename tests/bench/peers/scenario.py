"""What every program has to do, step by step, and how each step is taken.

`X` is the operation until the canvas has painted what it asks for, `X.settled` the same until
nothing is left to be done in the background. Both begin at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from bench.peers.clocks import Record, now, resident_mb
from bench.peers.program import XY, Program

_WINDOW: Final = (1920, 1040)
_ROUNDS: Final = 4
"""Turns of the event loop in which a paint that was asked for has come, in every program."""

_CHANGES: Final = 3
"""How often what changes the list is done: the first time a tool or a panel is made in some."""

_DELETED: Final = 10
"""Shapes deleted at once; labelme takes minutes for a thousand."""


class Scenario:
    """One person's work with one program; `times` is how often each step is repeated."""

    def __init__(self, program: Program, record: Record, times: int) -> None:
        self.program = program
        self.record = record
        self.times = times
        self.app = program.widgets.QApplication.instance()
        self.painted = _paint_watch(program)

    # --- one step

    def step(self, name: str, action: Callable[[], object]) -> None:
        """Take an operation until it is painted, and until it is settled.

        What asks for no repaint ends when its events are handled. Timers, by which background
        work goes on, only run when the repaint has not come by itself.
        """
        self.painted.clear()
        start = now()
        action()
        self.app.sendPostedEvents()
        end = now()
        for _ in range(_ROUNDS):
            if self.painted:
                break
            self.app.processEvents()
            end = now() if self.painted else end
        self.record.add(name, start, end)
        self.settle()
        self.record.add(f"{name}.settled", start, now())

    def settle(self) -> None:
        for _ in range(2):
            self.app.processEvents()
        while not self.program.is_settled:
            self.app.processEvents()

    # --- the hand

    def mouse(self, kind: str, at: Any, pressed: str = "NoButton", held: str = "NoButton") -> None:
        program = self.program
        qt = program.core.Qt
        screen = program.core.QPointF(program.canvas.mapToGlobal(at.toPoint()))
        event = program.gui.QMouseEvent(
            getattr(program.core.QEvent.Type, kind),
            at,
            screen,
            getattr(qt.MouseButton, pressed),
            getattr(qt.MouseButton, held),
            qt.KeyboardModifier.NoModifier,
        )
        self.app.sendEvent(program.canvas, event)

    def move(self, at: Any) -> None:
        self.mouse("MouseMove", at)

    def press(self, at: Any) -> None:
        self.mouse("MouseButtonPress", at, "LeftButton", "LeftButton")

    def drag(self, at: Any) -> None:
        self.mouse("MouseMove", at, held="LeftButton")

    def release(self, at: Any) -> None:
        self.mouse("MouseButtonRelease", at, "LeftButton")

    def click(self, at: Any) -> None:
        self.press(at)
        self.release(at)

    # --- the work

    def prepare(self) -> None:
        """The same window for everybody."""
        window = self.program.window
        window.showNormal()
        window.move(0, 0)
        window.resize(*_WINDOW)
        self.settle()

    def look(self) -> None:
        """Zoom near the whole image, pan at twice and eight times that."""
        program, record = self.program, self.record
        for _ in range(self.times):
            record.timed("repaint", program.canvas.repaint)
        fit = program.zoom
        for _ in range(max(1, self.times // 2)):
            self.step("zoom", lambda: program.set_zoom(fit * 1.3))
            self.step("zoom", lambda: program.set_zoom(fit))
        for times in (2, 8):
            self.go(fit * times)
            for i in range(self.times):
                dx, dy = (23 if i % 2 else -31), (17 if i % 3 else -29)
                self.step(f"pan {times}x", partial(program.scroll, dx, dy))
        program.set_zoom(fit)
        self.settle()

    def go(self, zoom: float) -> None:
        """Look at the middle of the image from so near."""
        self.program.set_zoom(zoom)
        self.settle()
        self.program.centre()
        self.settle()

    def hover(self, name: str) -> None:
        """Move the pointer to places all over what is seen."""
        area = self.program.canvas.visibleRegion().boundingRect()
        for i in range(1, self.times + 1):
            # Steps that share no divisor with the width never fall into a pattern.
            x = area.left() + 60 + i * 0.7549 % 1 * (area.width() - 120)
            y = area.top() + 60 + i * 0.5698 % 1 * (area.height() - 120)
            at = self.program.core.QPointF(x, y)
            self.step(name, partial(self.move, at))

    def reshape(self) -> None:
        """Drag a vertex of the shape in the middle, then undo that."""
        program = self.program
        index, outline = self.nearest_outline()
        middle = program.to_canvas(_mean(outline))
        self.move(middle)
        self.settle()
        for _ in range(self.times):
            program.select_first(0)
            self.settle()
            self.step("select", lambda: self.click(middle))
        for _ in range(max(1, self.times // 2)):
            self.drag_vertex(program.to_canvas(program.outlines()[index][0]))
        for _ in range(max(1, self.times // 2)):
            self.step("undo", program.undo)

    def drag_vertex(self, at: Any) -> None:
        self.move(at)
        self.settle()
        if not self.program.holds_vertex:
            raise AssertionError("there is no vertex under the pointer")
        self.press(at)
        self.settle()
        for i in range(self.times):
            to = self.program.core.QPointF(at.x() + i + 1, at.y() + i % 3)
            self.step("vertex drag", partial(self.drag, to))
        self.step("vertex drop", lambda: self.release(to))

    def nearest_outline(self) -> tuple[int, Sequence[XY]]:
        """The shape nearest to the middle of what is seen, and its place in the list."""
        area = self.program.canvas.visibleRegion().boundingRect()
        inside, outside = self.program.to_canvas((0.0, 0.0)), self.program.zoom
        x = (area.center().x() - inside.x()) / outside
        y = (area.center().y() - inside.y()) / outside
        outlines = self.program.outlines()

        def distance(index: int) -> float:
            cx, cy = _mean(outlines[index])
            return float(abs(cx - x) + abs(cy - y))

        index = min(range(len(outlines)), key=distance)
        return index, outlines[index]

    def draw(self) -> None:
        """Draw a square and close it."""
        program = self.program
        before = len(program.outlines())
        program.take_polygon()
        self.settle()
        start = program.to_canvas((2000.0, 1500.0))
        self.move(start)
        for dx, dy in ((0, 0), (90, 0), (90, 90), (0, 90)):
            at = program.core.QPointF(start.x() + dx, start.y() + dy)
            self.step("draw", partial(self.move, at))
            self.click(at)
            self.settle()
        self.move(start)
        self.settle()
        self.step("close polygon", lambda: self.click(start))
        if len(program.outlines()) != before + 1:
            raise AssertionError("the polygon was not drawn")
        program.take_select()
        self.settle()

    def delete(self) -> None:
        """Select some shapes and delete them."""
        program = self.program
        before = len(program.outlines())
        self.step("select 10", lambda: program.select_first(_DELETED))
        self.step("delete 10", program.delete_selected)
        if len(program.outlines()) != before - _DELETED:
            raise AssertionError("the selection was not deleted")

    def work(self) -> None:
        """All of it on the image that is open."""
        fit = self.program.zoom
        self.look()
        self.program.take_select()
        self.settle()
        self.hover("hover")
        self.go(fit * 8)
        self.hover("hover 8x")
        self.reshape()
        self.go(fit)
        for _ in range(_CHANGES):
            self.draw()
        for _ in range(_CHANGES):
            self.delete()
            self.record.timed("save", self.program.save)
        self.record.values["rss_worked"] = resident_mb()


def _mean(outline: Sequence[XY]) -> XY:
    xs, ys = zip(*outline, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)


def _paint_watch(program: Program) -> list[bool]:
    """Not empty once the canvas was painted; cleared by whoever waits for the next paint."""
    seen: list[bool] = []
    paint = program.core.QEvent.Type.Paint

    class Watch(program.core.QObject):  # type: ignore[misc, name-defined] # of either binding
        def eventFilter(self, _watched: Any, event: Any) -> bool:  # noqa: N802 - Qt's name
            if event.type() == paint:
                seen.append(True)
            return False

    watch = Watch(program.canvas)
    program.canvas.installEventFilter(watch)
    return seen
