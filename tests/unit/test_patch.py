"""The algebra of patches: inverse, squash, words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.document import Document
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from unit.any_annotation import Held, after_patch, documents, patches
from unit.tool_robot import a_box, a_joint, a_polygon

Story = tuple[list[Annotation], list[Patch]]
MASK = Opaque(id=AnnotationId("mask"), raw=JsonText("{}"), reason="A mask.")


def by_id(held: list[Annotation]) -> Held:
    return {annotation.id: annotation for annotation in held}


@st.composite
def successive(draw: st.DrawFn, count: int) -> Story:
    """A document and `count` patches that fit it one after the other."""
    start = draw(documents)
    held, made = by_id(start), []
    for _ in range(count):
        patch = draw(patches(held))
        held = after_patch(held, patch)
        made.append(patch)
    return start, made


@given(successive(1))
def test_a_patch_and_its_inverse_change_nothing(story: Story) -> None:
    start, (patch,) = story
    document = Document(start)
    before = document.snapshot()
    document.apply(patch)
    document.apply(patch.inverse())
    assert document.snapshot() == before
    assert patch.inverse().inverse() == patch
    assert not patch.then(patch.inverse())


@given(successive(3))
def test_squashing_does_the_same_as_one_after_the_other(story: Story) -> None:
    start, (a, b, c) = story
    slow, fast = Document(start), Document(start)
    for patch in (a, b, c):
        slow.apply(patch)
    fast.apply(a.then(b).then(c))
    assert slow.snapshot() == fast.snapshot()


@given(successive(3))
def test_it_does_not_matter_which_two_are_squashed_first(story: Story) -> None:
    _, (a, b, c) = story
    assert a.then(b).then(c) == a.then(b.then(c))


@given(successive(2))
def test_the_inverse_of_a_squash_is_the_squash_of_the_inverses(story: Story) -> None:
    _, (a, b) = story
    assert a.then(b).inverse().changes == b.inverse().then(a.inverse()).changes


def test_added_then_changed_is_added_and_added_then_removed_is_nothing() -> None:
    box = a_box()
    added = Patch.adding(Verb.DRAW, [box])
    moved = Patch.replacing(Verb.MOVE, [(box, replace(box, x=50))])
    assert added.then(moved).changes == {box.id: (None, replace(box, x=50))}
    assert not added.then(Patch.removing(Verb.DELETE, [box]))
    assert added.then(moved).verb is Verb.DRAW


def test_a_pair_that_changes_nothing_is_left_out() -> None:
    assert not Patch.replacing(Verb.MOVE, [(a_box(), a_box())])


@pytest.mark.parametrize(
    ("patch", "title"),
    [
        (Patch.adding(Verb.DRAW, [a_box()]), "Draw car"),
        (Patch.removing(Verb.DELETE, [a_polygon()]), "Delete road"),
        (Patch.removing(Verb.DELETE, [a_polygon(), a_joint()]), "Delete 2 annotations"),
        (
            Patch.replacing(Verb.RELABEL, [(a_box(), replace(a_box(), name="bus"))]),
            "Change class of bus",
        ),
        (
            Patch.removing(
                Verb.DELETE, [Opaque(id=AnnotationId("x"), raw=JsonText("1"), reason="")]
            ),
            "Delete annotation",
        ),
    ],
)
def test_a_step_is_named_in_words(patch: Patch, title: str) -> None:
    assert patch.title == title
