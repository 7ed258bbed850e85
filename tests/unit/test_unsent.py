"""The parts of the machine that only count: unsent changes, known versions, ranks."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from limner.model.annotations import Annotation, AnnotationId
from limner.model.patch import Patch, Verb
from limner.model.ranks import growing
from limner.sync.unsent import Unsent
from limner.sync.versions import ABSENT, KnownVersions, VersionNames, name_of
from unit import any_annotation
from unit.any_annotation import after_patch, documents


@given(st.data(), documents)
def test_what_is_unsent_is_all_patches_in_one(data: st.DataObject, held: list[Annotation]) -> None:
    start = now = {a.id: a for a in held}
    unsent, squashed = Unsent(), Patch(Verb.RELOAD, {})
    for _ in range(3):
        patch = data.draw(any_annotation.patches(now))
        unsent.add(patch)
        squashed = squashed.then(patch)
        now = after_patch(now, patch)
    assert unsent.patch().changes == squashed.changes
    assert after_patch(start, unsent.patch()) == now
    unsent.add(squashed.inverse())
    assert not unsent.patch()


@given(any_annotation.records(), any_annotation.records())
def test_known_versions_say_what_was_noted_and_nothing_else(
    one: Annotation, other: Annotation
) -> None:
    known = KnownVersions({}).and_also(VersionNames({one.id: (one, None)}))
    for each in (known, known.named()):
        assert each.holds(one.id, one)
        assert each.holds(one.id, None)
        assert each.holds(one.id, other) == (name_of(one) == name_of(other))
        assert not each.holds(AnnotationId("somebody"), one)
        assert not each.is_late(one.id, one), "only what came late is"
    assert known.versions() == {one.id: {name_of(one), ABSENT}}
    assert not known.without([one.id])
    assert known.without([AnnotationId("somebody")]) is known


@given(st.lists(st.none() | st.integers(-5, 5).map(float), max_size=12))
def test_ranks_grow_and_as_many_as_possible_stay(wanted: list[float | None]) -> None:
    ranks = growing(wanted)
    assert all(low < high for low, high in pairwise(ranks))
    given_ranks = [rank for rank in wanted if rank is not None]
    if all(low < high for low, high in pairwise(given_ranks)) and growing(given_ranks):
        assert [r for r, w in zip(ranks, wanted, strict=True) if w is not None] == given_ranks
    kept = sum(rank == want for rank, want in zip(ranks, wanted, strict=True))
    assert kept >= min(1, len(given_ranks))


def test_where_no_number_is_left_between_two_all_are_new() -> None:
    low = 1.0
    high = 1.0 + 2.0**-52
    assert growing([low, None, high]) == [0.0, 1.0, 2.0]
