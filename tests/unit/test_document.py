"""The one door through which annotations change: the rules that stand in `document.py`."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.model.annotations import Annotation, AnnotationId
from limner.model.document import Document, PatchDoesNotFit
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.model.rules import RuleBroken
from unit.any_annotation import after_patch, documents, patches, ranks
from unit.tool_robot import a_box, a_joint, a_polygon


def test_a_document_adds_replaces_and_removes() -> None:
    document = Document([a_box()])
    document.apply(
        Patch(
            Verb.RELOAD,
            {
                AnnotationId("box"): (a_box(), replace(a_box(), x=99)),
                AnnotationId("joint"): (None, a_joint()),
            },
        )
    )
    assert document.snapshot() == (replace(a_box(), x=99), a_joint())
    document.apply(Patch.removing(Verb.DELETE, [a_joint()]))
    assert AnnotationId("joint") not in document
    assert document.get(AnnotationId("joint")) is None
    assert len(document) == 1


@pytest.mark.parametrize(
    "late",
    [
        Patch.replacing(Verb.MOVE, [(replace(a_box(), x=5), a_box())]),
        Patch.removing(Verb.DELETE, [replace(a_box(), x=5)]),
        Patch.removing(Verb.DELETE, [a_joint()]),
        Patch.adding(Verb.DRAW, [a_box()]),
    ],
)
def test_a_patch_for_another_state_does_not_fit_and_changes_nothing(late: Patch) -> None:
    document = Document([a_box()])
    both = Patch(late.verb, {AnnotationId("polygon"): (None, a_polygon()), **late.changes})
    with pytest.raises(PatchDoesNotFit):
        document.apply(both)
    assert document.snapshot() == (a_box(),)
    assert document.revision == 0


def test_a_patch_that_would_break_a_rule_changes_nothing_at_all() -> None:
    document = Document([a_box()])
    heard: list[Patch] = []
    document.watch(heard.append)
    bad = replace(a_box("bad"), w=-1)
    with pytest.raises(RuleBroken):
        document.apply(Patch.adding(Verb.DRAW, [a_joint(), bad]))
    assert document.snapshot() == (a_box(),)
    assert (document.revision, heard) == (0, [])


def test_watchers_hear_each_patch_in_their_order_once_it_is_in() -> None:
    document = Document()
    heard: list[tuple[str, int, int]] = []
    document.watch(lambda _: heard.append(("journal", len(document), document.revision)))
    stop = document.watch(lambda _: heard.append(("canvas", len(document), document.revision)))
    document.apply(Patch.adding(Verb.DRAW, [a_box()]))
    stop()
    document.apply(Patch.adding(Verb.DRAW, [a_joint()]))
    assert heard == [("journal", 1, 1), ("canvas", 1, 1), ("journal", 2, 2)]


@given(documents, st.data())
def test_z_order_follows_the_ranks_through_every_patch(
    start: list[Annotation], data: st.DataObject
) -> None:
    document = Document(start)
    held = {annotation.id: annotation for annotation in start}
    for _ in range(3):
        patch = data.draw(patches(held))
        held = after_patch(held, patch)
        document.apply(patch)
        assert list(document) == sorted(held.values(), key=lambda a: (a.rank, a.id))
        assert document.snapshot() == Document(held.values()).snapshot()


@given(st.randoms(use_true_random=False), st.integers(0, 600))
def test_z_order_follows_a_patch_of_hundreds_as_it_follows_one(random: Random, most: int) -> None:
    start = [replace(a_box(str(n)), rank=float(random.randrange(50))) for n in range(500)]
    document = Document(start)
    changes: dict[AnnotationId, tuple[Annotation | None, Annotation | None]] = {}
    for box in random.sample(start, min(most, 500)):
        moved_up = replace(box, rank=box.rank + random.randrange(3))
        changes[box.id] = (box, random.choice([None, moved_up]))
    for n in range(500, 500 + random.randrange(most + 1)):
        new = replace(a_box(str(n)), rank=float(random.randrange(50)))
        changes[new.id] = (None, new)
    document.apply(Patch(Verb.RELOAD, changes))
    held = after_patch({box.id: box for box in start}, Patch(Verb.RELOAD, changes))
    assert list(document) == sorted(held.values(), key=lambda a: (a.rank, a.id))
    document.apply(Patch(Verb.RELOAD, changes).inverse())
    assert document.snapshot() == Document(start).snapshot()


def test_one_bad_shape_among_hundreds_changes_nothing() -> None:
    boxes = [a_polygon(str(n)) for n in range(500)]
    bad = replace(boxes[250], rings=(Points.of([(0, 0), (1, 1), (math.nan, 2)]),))
    document = Document(boxes)
    pairs = [(box, bad if box.id == bad.id else replace(box, name="bus")) for box in boxes]
    with pytest.raises(RuleBroken, match="not a finite number"):
        document.apply(Patch.replacing(Verb.RELABEL, pairs))
    assert document.snapshot() == tuple(sorted(boxes, key=lambda a: (a.rank, a.id)))


@given(st.lists(ranks))
def test_top_and_bottom_ranks_lie_beyond_everything(given_ranks: list[float]) -> None:
    document = Document(replace(a_box(str(i)), rank=r) for i, r in enumerate(given_ranks))
    assert all(document.bottom_rank() < r < document.top_rank() for r in given_ranks)


def test_a_snapshot_does_not_change_with_the_document() -> None:
    document = Document([a_box()])
    snapshot = document.snapshot()
    document.apply(Patch.removing(Verb.DELETE, [a_box()]))
    assert snapshot == (a_box(),)
