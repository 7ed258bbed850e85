"""Random work with all tools: the document stays legal, one gesture is one step, undo is exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typing_extensions import override

from limner.model.annotations import Annotation
from limner.model.json_text import JsonText
from limner.model.rules import check_all
from limner.tools import edits
from limner.tools.bench import Bench
from limner.tools.tool import Key, Mods
from limner.tools.toolbox import TOOLS
from unit.tool_robot import (
    STREET,
    Hand,
    a_box,
    a_joint,
    a_polygon,
    a_polyline,
    a_ring,
    a_turned_box,
    street,
)

XY = tuple[float, float]

OUTLINE = [(100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0)]
# A coarse grid that the first shapes' corners lie on, so that the hand often meets handles.
places = st.tuples(*[st.integers(-1, 41).map(lambda i: i * 10.0)] * 2)
mods = st.sampled_from([Mods.NONE, Mods.NONE, Mods.SHIFT, Mods.CTRL, Mods.ALT])


class AnyHand(RuleBasedStateMachine):
    """One image, one person, any order of gestures, keys, commands, undo and redo."""

    @initialize(scale=st.sampled_from([0.1, 1.0, 3.0]))
    def opens_the_image(self, scale: float) -> None:
        self.place = street(
            a_box(),
            a_polygon("polygon", OUTLINE, a_ring()),
            a_polyline(),
            a_turned_box(),
            a_joint(),
        )
        self.start = self.place.shapes
        self.hands = {tool.name: Hand(self.place, tool.name, scale) for tool in TOOLS}
        self.hand = self.hands["select"]
        self.states: list[list[Annotation]] = [self.start]
        self.at = 0
        self.is_travelling = False
        self.place.bench.history.watch(self.notes_a_step)

    def notes_a_step(self) -> None:
        if not self.is_travelling:
            self.states[self.at + 1 :] = [self.place.shapes]
            self.at += 1

    @contextmanager
    def one_step_at_most(self, most: int = 1) -> Iterator[None]:
        before = self.at
        yield
        assert self.at - before in range(most + 1)

    @contextmanager
    def travelling(self) -> Iterator[None]:
        """Undo and redo make no new steps."""
        self.is_travelling = True
        yield
        self.is_travelling = False

    @rule(name=st.sampled_from([tool.name for tool in TOOLS]))
    def takes_a_tool(self, name: str) -> None:
        self.hand.tool.leave()
        self.hand = self.hands[name]

    @rule(at=places, mods=mods)
    def clicks(self, at: XY, mods: Mods) -> None:
        with self.one_step_at_most():
            self.hand.clicks(at, mods=mods)

    @rule(at=places)
    def double_clicks(self, at: XY) -> None:
        with self.one_step_at_most(2):  # two joints, for instance
            self.hand.double_clicks(at)

    @rule(start=places, to=st.lists(places, min_size=1, max_size=3), mods=mods)
    def drags(self, start: XY, to: list[XY], mods: Mods) -> None:
        with self.one_step_at_most():
            self.hand.drags(start, *to, mods=mods)

    @precondition(lambda self: not self.hand.is_drawing())
    @rule(start=places, to=places, key=st.sampled_from([Key.ESCAPE, None]))
    def leaves_a_drag(self, start: XY, to: XY, key: Key | None) -> None:
        with self.one_step_at_most(0):
            self.hand.presses(start)
            self.hand.goes_on(start, to)
            if key:
                self.hand.types(key)
            else:
                self.hand.tool.leave()
            self.hand.releases(to)

    @rule(key=st.sampled_from(Key), mods=mods)
    def types(self, key: Key, mods: Mods) -> None:
        with self.one_step_at_most():
            self.hand.types(key, mods=mods)

    @rule(
        count=st.integers(0, 9),
        command=st.sampled_from(
            [
                edits.delete,
                lambda bench: edits.nudge(bench, 3.0, -7.0),
                lambda bench: edits.duplicate(bench, 10.0, 10.0),
                lambda bench: edits.paste(bench, edits.copy(bench)),
                lambda bench: edits.reorder(bench, "front"),
                lambda bench: edits.relabel(bench, STREET.classes[1]),
                lambda bench: edits.describe(bench, JsonText.of({"wet": True})),
            ]
        ),
    )
    def gives_a_command(self, count: int, command: Callable[[Bench], object]) -> None:
        self.place.selects(*[shape.id for shape in self.place.shapes[:count:2]])
        with self.one_step_at_most():
            command(self.place.bench)

    @rule()
    def undoes(self) -> None:
        with self.travelling():
            if not self.hand.tool.undo() and self.place.bench.history.undo():
                self.at -= 1

    @rule()
    def redoes(self) -> None:
        with self.travelling():
            if not self.hand.tool.redo() and self.place.bench.history.redo():
                self.at += 1

    @invariant()
    def the_document_is_what_the_steps_made_of_it(self) -> None:
        assert self.place.shapes == self.states[self.at]

    @invariant()
    def the_document_is_legal(self) -> None:
        check_all(self.place.shapes, STREET)

    @invariant()
    def what_is_selected_is_there(self) -> None:
        assert set(self.place.selected) <= {shape.id for shape in self.place.shapes}

    @invariant()
    def the_overlay_can_be_drawn_and_helps(self) -> None:
        overlay = self.hand.sees()
        assert overlay.hint
        check_all(overlay.edited)
        for handles in overlay.handles:
            assert handles.hot is None or 0 <= handles.hot < len(handles.points)

    @override
    def teardown(self) -> None:
        history = self.place.bench.history
        with self.travelling():
            while history.undo():
                pass
            assert self.place.shapes == self.start
            while history.redo():
                pass
            assert self.place.shapes == self.states[-1]


AnyHand.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyHand = AnyHand.TestCase
