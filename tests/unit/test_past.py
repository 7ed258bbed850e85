"""The history of an image as one list, from what was seen here and what the server keeps."""

from __future__ import annotations

from datetime import UTC, datetime

from limner.api.pictograph import Revision
from limner.model.annotations import AnnotationId, BBox
from limner.storage.entry import Cause
from limner.storage.past import Past
from limner.sync.past import compared, joined


def edits(number: int, steps: int, title: str = "") -> Past:
    return Past(number=number, at=number, title=title or f"{steps} edits", count=1, steps=steps)


def saved(number: int, rev: int | None) -> Past:
    return Past(number=number, at=number, title="", count=1, cause=Cause.SAVED, rev=rev)


def fetched(number: int, rev: int | None, author: str | None = None) -> Past:
    return Past(
        number=number, at=number, title="", count=1, cause=Cause.FETCHED, rev=rev, author=author
    )


def revision(rev: int, author: str, restored_from: int | None = None) -> Revision:
    at = datetime(2026, 5, 1, 12, rev, tzinfo=UTC)
    return Revision(rev, author, at, count=rev, restored_from=restored_from)


def box(id_: str, x: float = 0, rank: float = 0) -> BBox:
    return BBox(id=AnnotationId(id_), name="car", x=x, y=0, w=10, h=10, rank=rank)


def test_the_newest_edits_are_the_present_and_no_version() -> None:
    found = list(joined([edits(9, 3), saved(5, 1), fetched(1, 0)], []))

    assert [moment.number for moment in found] == [5, 1]


def test_what_was_done_for_a_save_stands_beside_it() -> None:
    found = list(joined([saved(9, 1), edits(8, 3), fetched(1, 0)], []))

    assert [moment.title for moment in found] == ["Saved · 3 edits", "Before anything was saved"]
    assert [moment.is_mine for moment in found] == [True, False]


def test_edits_between_two_copies_of_others_are_a_version_of_their_own() -> None:
    seen = [fetched(9, 4, "Ada"), edits(8, 1, "Draw car"), fetched(1, 3, "Ada")]
    found = list(joined(seen, []))

    assert [(m.title, m.author, m.is_mine) for m in found] == [
        ("Saved", "Ada", False),
        ("Draw car", "", True),
        ("Saved", "Ada", False),
    ]


def test_what_only_the_server_has_stands_between_by_its_number() -> None:
    seen = [saved(9, 7), fetched(1, 3)]
    kept = [revision(rev, "Ada", restored_from=2 if rev == 5 else None) for rev in range(8, 0, -1)]
    found = list(joined(seen, kept))

    assert [moment.rev for moment in found] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [m.number for m in found if m.number is not None] == [9, 1]
    assert found[3].title == "Version 2 brought back"


def test_the_server_tells_who_and_when_and_only_here_is_known_what_was_mine() -> None:
    (mine,) = joined([saved(9, 1)], [revision(1, "Grace")])

    assert mine.at == datetime(2026, 5, 1, 12, 1, tzinfo=UTC).timestamp()
    assert (mine.author, mine.is_mine) == ("Grace", True)


def test_a_server_that_counts_nothing_is_listed_as_it_was_seen() -> None:
    found = list(joined([fetched(9, None), saved(5, None), fetched(1, None)], []))

    assert [moment.title for moment in found] == [
        "As it was on the server",
        "Saved",
        "As it was on the server",
    ]


def test_one_version_of_the_server_is_listed_once() -> None:
    found = list(joined([fetched(9, 2), saved(5, 2), fetched(1, 1)], []))

    assert [(moment.number, moment.rev) for moment in found] == [(5, 2), (1, 1)]


def test_an_earlier_list_says_what_came_changed_and_went_since() -> None:
    then = [box("kept"), box("moved", x=1, rank=1), box("gone", rank=2)]
    now = [box("kept", rank=5), box("moved", x=2, rank=6), box("new", rank=7)]
    version = compared(then, now)

    assert [a.id for a in version.annotations] == ["kept", "moved", "gone"]
    assert [a.id for a in version.added] == ["new"]
    assert [*version.changed, *version.removed] == ["moved", "gone"]
    assert version.annotations[0] is now[0]
    assert version.annotations[1].rank == 6


def test_an_equal_list_differs_in_nothing() -> None:
    now = [box("a"), box("b", rank=1)]
    version = compared([box("a", rank=4), box("b", rank=9)], now)

    assert version.annotations == tuple(now)
    assert [*version.added, *version.changed, *version.removed] == []
