"""The z-order as numbers: two orders brought together, and ranks that grow along a list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Container, Sequence
from dataclasses import replace
from itertools import pairwise

from limner.model.annotations import Annotation, AnnotationId

Order = Sequence[AnnotationId]


def joined_order(
    base: Order,
    mine: Order,
    theirs: Order,
    kept: Container[AnnotationId],
    unsettled: Collection[AnnotationId],
) -> list[AnnotationId]:
    """The order of what is `kept`: mine if I reordered, else theirs.

    What only the other list has keeps its neighbour below. Where I have put what is `unsettled`
    does not count: it is not sent, and two people would undo each other's order for ever.
    """
    base, mine, theirs = ([id_ for id_ in order if id_ in kept] for order in (base, mine, theirs))
    loose = set(unsettled)
    is_mine = _differ(base, mine, loose) and _differ(theirs, mine, loose)
    frame, guests = (mine, theirs) if is_mine else (theirs, mine)
    above: dict[AnnotationId | None, list[AnnotationId]] = {}
    places, below = set(frame), None
    for id_ in guests:
        if id_ in places:
            below = id_
        else:
            above.setdefault(below, []).append(id_)
    order = list(above.get(None, ()))
    for id_ in frame:
        order += [id_, *above.get(id_, ())]
    return order


def _differ(one: Order, other: Order, loose: Collection[AnnotationId]) -> bool:
    """Whether two lists have what is in both, and not `loose`, in different orders."""
    shared = (set(one) & set(other)).difference(loose)
    return [i for i in one if i in shared] != [i for i in other if i in shared]


def ranked(
    annotations: Sequence[Annotation], wanted: Sequence[float | None]
) -> tuple[Annotation, ...]:
    """The list with ranks that grow; as many as possible are those that are `wanted`."""
    pairs = zip(annotations, growing(wanted), strict=True)
    return tuple([a if a.rank == rank else replace(a, rank=rank) for a, rank in pairs])


def growing(wanted: Sequence[float | None]) -> list[float]:
    """Numbers that grow, each as `wanted` where that is possible for most of them."""
    filled = _filled(_longest_growing(wanted))
    if any(low >= high for low, high in pairwise(filled)):  # no number is left between two
        return [float(place) for place in range(len(wanted))]
    return filled


def _longest_growing(wanted: Sequence[float | None]) -> Sequence[float | None]:
    """`wanted` without those that stand in the way of the longest run that grows."""
    ends: list[float] = []
    places: list[int] = []  # of the last member of the best run of each length
    before: dict[int, int] = {}
    for place, rank in enumerate(wanted):
        if rank is None:
            continue
        length = bisect_left(ends, rank)
        if length == len(ends):
            ends.append(rank)
            places.append(place)
        else:
            ends[length], places[length] = rank, place
        if length:
            before[place] = places[length - 1]
    if len(ends) == sum(rank is not None for rank in wanted):
        return wanted
    kept: list[float | None] = [None] * len(wanted)
    place = places[-1]
    while True:
        kept[place] = wanted[place]
        if place not in before:
            return kept
        place = before[place]


def _filled(ranks: Sequence[float | None]) -> list[float]:
    """Gaps filled with numbers between their neighbours."""
    filled: list[float] = []
    place = 0
    while place < len(ranks):
        rank = ranks[place]
        if rank is not None:
            filled.append(rank)
            place += 1
            continue
        end = place
        while end < len(ranks) and ranks[end] is None:
            end += 1
        filled += _between(filled[-1] if filled else None, _at(ranks, end), end - place)
        place = end
    return filled


def _at(ranks: Sequence[float | None], place: int) -> float | None:
    return ranks[place] if place < len(ranks) else None


def _between(low: float | None, high: float | None, count: int) -> list[float]:
    """So many numbers that grow, above `low` and below `high`."""
    if high is None:
        start = 0.0 if low is None else low + 1.0
        return [start + i for i in range(count)]
    if low is None:
        return [high - count + i for i in range(count)]
    step = (high - low) / (count + 1)
    return [low + step * (i + 1) for i in range(count)]
