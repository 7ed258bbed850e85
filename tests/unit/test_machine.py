"""What follows from each thing that can happen to the work on an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from limner.api.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Garbled,
    Invalid,
    NoAnswer,
    NotFound,
    OverLimit,
    PaymentRequired,
    Redirected,
    Refused,
    ServerFault,
    Stale,
    TooLarge,
    TooMany,
    Unauthorized,
    Unreachable,
    Untrusted,
    waits_by_itself,
)
from limner.model.annotations import Annotation, AnnotationId, BBox
from limner.model.document import Document
from limner.model.merge import Doing
from limner.model.patch import Patch, Verb
from limner.storage.entry import UNCHANGED, Cause, Copy, Entry, Outgoing
from limner.storage.entry import Kept as KeptImage
from limner.sync.explained import check_explained
from limner.sync.looked import looked_at
from limner.sync.machine import Machine
from limner.sync.moves import (
    Accepted,
    Change,
    Declined,
    Edited,
    Effect,
    Event,
    Keep,
    Kept,
    Look,
    NotKept,
    NotLooked,
    NotSent,
    Opened,
    Send,
    Sent,
    Wake,
    Wanted,
    Woken,
)
from limner.sync.state import CannotKeep
from limner.sync.troubles import MassRemoval, Unexplained, VeryBusy, WentBack

OURS = Copy(etag="e1", rev=1)
SEED = Copy(print="p1")


def box(name: str, x: float = 0.0, rank: float = 0.0, label: str = "car") -> BBox:
    return BBox(id=AnnotationId(name), name=label, x=x, y=0.0, w=1.0, h=1.0, rank=rank)


def boxes(count: int) -> list[BBox]:
    return [box(f"b{place}", rank=float(place)) for place in range(count)]


def untouched(base: Sequence[Annotation], copy: Copy) -> KeptImage:
    ahead = Patch(Verb.RELOAD, {})
    return KeptImage(base=tuple(base), copy=copy, document=tuple(base), ahead=ahead)


def on_its_way(copy: Copy) -> KeptImage:
    """An image whose new shape was frozen when the program ended."""
    new = box("new", rank=1.0)
    return replace(
        untouched(boxes(1), copy),
        document=(*boxes(1), new),
        ahead=Patch.adding(Verb.RELOAD, [new]),
        outgoing=Outgoing(1, "k" * 32),
        last=1,
    )


class Desk:
    """A machine, and somebody who carries out what it says, as far as a test lets them."""

    def __init__(
        self, base: Sequence[Annotation], copy: Copy = OURS, kept: KeptImage | None = None
    ) -> None:
        whole = kept or untouched(base, copy)
        self.document = Document(whole.document)
        self.machine = Machine(self.document, whole, Random(7))  # noqa: S311 - always the same
        self.written: list[Entry] = []
        self.wake: float | None = None
        self.asked: Look | Send | None = None
        self.number = 0
        self.time = 0.0

    def hears(self, event: Event) -> list[Effect]:
        effects = self.machine.handle(event)
        for effect in effects:
            match effect:
                case Change(news=news):
                    self.document.apply(news)
                case Keep(entry=entry):
                    self.written.append(entry)
                case Wake(after_s=after_s):
                    self.wake = after_s
                case Look() | Send():
                    self.asked = effect
        if any(isinstance(e, Keep) and e.is_awaited for e in effects):
            return [*effects, *self.hears(Kept())]
        return effects

    def edits(self, *rows: tuple[Annotation | None, Annotation | None]) -> None:
        changes: dict[AnnotationId, tuple[Annotation | None, Annotation | None]] = {}
        for before, after in rows:
            some = before or after
            if some is not None:
                changes[some.id] = (before, after)
        patch = Patch(Verb.MOVE, changes)
        self.document.apply(patch)
        self.number += 1
        self.hears(Edited(patch, self.number, self.time))

    def draws(self, *annotations: Annotation) -> None:
        self.edits(*((None, a) for a in annotations))

    def wakes(self) -> list[Effect]:
        self.wake = None
        return self.hears(Woken())

    def sending(self) -> Send:
        assert isinstance(self.asked, Send), self.asked
        check_explained(self.asked)
        return self.asked

    def finds(self, theirs: Sequence[Annotation], copy: Copy) -> list[Effect]:
        """The answer to a look; what is on the server, in its order."""
        assert isinstance(self.asked, Look), self.asked
        look, self.asked = self.asked, None
        listed = [replace(a, rank=float(place)) for place, a in enumerate(theirs)]
        return self.hears(looked_at(look, listed, copy))

    def is_saved(self, copy: Copy, before: int | None = None) -> list[Effect]:
        sent = self.sending()
        self.asked = None
        return self.hears(Sent(copy, len(sent.base) if before is None else before))

    def fails(self, error: Exception) -> list[Effect]:
        was, self.asked = self.asked, None
        return self.hears(NotSent(error) if isinstance(was, Send) else NotLooked(error))

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is asked of the server."""
        return self.asked is None

    @property
    def is_looking(self) -> bool:
        return isinstance(self.asked, Look)

    def keys(self) -> list[str]:
        frozen = [e.outgoing for e in self.written if isinstance(e.outgoing, Outgoing)]
        return [each.key for each in frozen]

    @property
    def has_outgoing(self) -> bool:
        """Whether the journal counts something as sent without an answer."""
        said = [e.outgoing for e in self.written if e.outgoing is not UNCHANGED]
        return bool(said) and said[-1] is not None


def refusal(kind: type[Refused], status: int) -> Refused:
    return kind(status, "", "no")


def ids(annotations: Sequence[Annotation]) -> list[str]:
    return [str(a.id) for a in annotations]


# --- a save that goes well


def test_what_nobody_edited_is_never_sent() -> None:
    desk = Desk(boxes(2))
    for event in (Wanted(), Woken(), Wanted()):
        assert desk.hears(event) == []
    desk.hears(Opened())
    desk.finds(boxes(2), OURS)
    assert (desk.is_quiet, desk.machine.is_dirty) == (True, False)


def test_an_edit_that_was_taken_back_is_not_sent() -> None:
    desk = Desk(boxes(1))
    moved = box("b0", x=5)
    desk.edits((box("b0"), moved))
    desk.edits((moved, box("b0")))
    desk.wakes()
    assert (desk.is_quiet, desk.machine.is_dirty) == (True, False)


def test_work_is_on_the_disk_before_it_is_sent_and_the_base_afterwards() -> None:
    desk = Desk(boxes(1))
    desk.draws(box("new", rank=1.0))
    frozen = desk.machine.handle(Woken())
    (keep,) = frozen
    assert isinstance(keep, Keep)
    assert keep.is_awaited
    (send,) = desk.machine.handle(Kept())
    assert isinstance(send, Send)
    assert (ids(send.body), send.if_match) == (["b0", "new"], "e1")
    (kept,) = desk.machine.handle(Sent(Copy(etag="e2", rev=2), 1))
    assert isinstance(kept, Keep)
    assert kept.entry.advance is not None
    assert (kept.entry.advance.cause, kept.entry.advance.upto) == (Cause.SAVED, 1)
    assert kept.entry.outgoing is None
    assert not desk.machine.is_dirty


def test_a_save_waits_three_seconds_after_the_last_edit_and_fifteen_after_the_first() -> None:
    desk = Desk(boxes(1))
    waits = []
    for second in range(0, 18, 2):
        desk.time = float(second)
        desk.draws(box(f"n{second}", rank=second + 1.0))
        waits.append(desk.wake)
    assert waits == [3, 3, 3, 3, 3, 3, 3, 1, 0]


def test_when_the_disk_refuses_the_work_gets_to_the_server_all_the_same() -> None:
    desk = Desk(boxes(1))
    desk.draws(box("new", rank=1.0))
    desk.machine.handle(Woken())
    (send,) = desk.machine.handle(NotKept(OSError("full")))
    assert isinstance(send, Send)
    assert isinstance(desk.machine.trouble, CannotKeep)
    desk.machine.handle(Sent(Copy(etag="e2", rev=2), 1))
    assert desk.machine.trouble is None


def test_what_is_edited_while_a_save_is_on_its_way_goes_with_the_next() -> None:
    desk = Desk(boxes(1))
    desk.draws(box("one", rank=1.0))
    desk.wakes()
    desk.draws(box("two", rank=2.0))
    desk.is_saved(Copy(etag="e2", rev=2))
    assert desk.machine.is_dirty
    desk.wakes()
    assert (ids(desk.sending().body), desk.sending().if_match) == (["b0", "one", "two"], "e2")


# --- others


def test_somebody_else_was_first_and_both_stay() -> None:
    desk = Desk(boxes(2))
    desk.draws(box("mine", rank=2.0))
    desk.wakes()
    desk.fails(refusal(Stale, 412))
    desk.finds([box("b0", x=9), box("b1"), box("theirs")], Copy(etag="e2", rev=2))
    assert set(ids(desk.document.snapshot())) == {"b0", "b1", "mine", "theirs"}
    assert [each.doing for each in desk.machine.told] == [Doing.CHANGED, Doing.ADDED]
    desk.wakes()
    assert desk.sending().if_match == "e2"
    assert len(set(desk.keys())) == 1, "a late copy of the first can do nothing any more"


def test_edits_made_while_the_server_was_read_are_merged_too() -> None:
    desk = Desk(boxes(2))
    desk.hears(Opened())
    moved, drawn = box("b0", x=5), box("new", rank=9.0)
    desk.edits((box("b0"), moved), (None, drawn))
    desk.finds([box("b0", label="bus"), box("b1", x=3)], Copy(etag="e2", rev=2))
    held = {a.id: a for a in desk.document}
    assert held[AnnotationId("b0")] == replace(moved, name="bus")
    assert AnnotationId("new") in held
    desk.wakes()
    assert {a.id: a for a in desk.sending().body} == held


def test_a_conflict_waits_for_a_person_and_the_rest_goes() -> None:
    desk = Desk(boxes(2))
    desk.edits((box("b0"), box("b0", x=5)))
    desk.draws(box("new", rank=5.0))
    desk.wakes()
    desk.fails(refusal(Stale, 412))
    theirs = [box("b0", x=9), boxes(2)[1]]
    desk.finds(theirs, Copy(etag="e2", rev=2))
    (conflict,) = desk.document.conflicts.values()
    assert conflict.fields == ("geometry",)
    desk.wakes()
    sent = {a.id: a for a in desk.sending().body}
    assert sent[AnnotationId("b0")] == box("b0", x=9), "it goes back as they have it"
    assert AnnotationId("new") in sent
    desk.is_saved(Copy(etag="e3", rev=3))
    desk.hears(Wanted())
    assert desk.is_quiet, "nothing but what waits for a decision is left"
    assert desk.machine.held_back == {"b0"}
    assert desk.machine.is_dirty


def test_a_decided_conflict_is_sent() -> None:
    desk = Desk(boxes(1))
    desk.edits((box("b0"), box("b0", x=5)))
    desk.wakes()
    desk.fails(refusal(Stale, 412))
    desk.finds([box("b0", x=9)], Copy(etag="e2", rev=2))
    (conflict,) = desk.document.conflicts.values()
    decision = Patch(Verb.DECIDE, {}, {conflict.id: (conflict, None)})
    desk.document.apply(decision)
    desk.hears(Edited(decision, 2, 0.0))
    desk.wakes()
    assert desk.sending().body == (box("b0", x=5),)


def test_others_who_save_all_the_time_are_given_way_after_eight_rounds() -> None:
    desk = Desk(boxes(1))
    desk.draws(box("mine", rank=1.0))
    desk.wakes()
    looks = 0
    for round_ in range(30):
        if isinstance(desk.machine.trouble, VeryBusy):
            break
        desk.fails(refusal(Stale, 412))
        if desk.is_quiet and not isinstance(desk.machine.trouble, VeryBusy):
            desk.wakes()
        if desk.is_looking:
            looks += 1
            desk.finds([box("b0", x=round_ + 1.0)], Copy(etag=f"e{round_ + 2}", rev=round_ + 2))
            desk.wakes()
    assert isinstance(desk.machine.trouble, VeryBusy)
    assert looks == 8
    assert desk.wake is not None


# --- a server without versions


def test_a_server_without_versions_is_read_before_each_save() -> None:
    desk = Desk(boxes(1), SEED)
    desk.draws(box("mine", rank=1.0))
    desk.wakes()
    assert desk.is_looking
    desk.finds(boxes(1), SEED)
    assert desk.sending().if_match is None
    desk.is_saved(Copy(print="p2"))
    assert not desk.machine.is_dirty
    desk.draws(box("more", rank=2.0))
    desk.wakes()
    assert desk.is_looking


def test_a_count_that_does_not_fit_says_that_somebody_else_saved_meanwhile() -> None:
    desk = Desk(boxes(1), SEED)
    desk.draws(box("mine", rank=1.0))
    desk.wakes()
    desk.finds(boxes(1), SEED)
    desk.is_saved(Copy(print="p2"), before=7)
    assert desk.machine.is_shared
    assert desk.is_looking, "what there is now is looked at"


def test_work_undone_after_a_save_without_an_answer_is_not_on_the_server_before_a_look() -> None:
    desk = Desk(boxes(1), SEED)
    new = box("new", rank=1.0)
    desk.draws(new)
    desk.wakes()
    desk.finds(boxes(1), SEED)
    desk.fails(NoAnswer("The server did not answer."))
    desk.edits((new, None))
    assert desk.machine.is_dirty, "it may hold what was undone"
    desk.wakes()
    desk.finds(boxes(1), SEED)
    assert not desk.machine.is_dirty


def test_a_shape_removed_after_a_save_without_an_answer_stays_removed() -> None:
    desk = Desk(boxes(1), SEED)
    new = box("new", rank=1.0)
    desk.draws(new)
    desk.wakes()
    desk.finds(boxes(1), SEED)
    desk.fails(NoAnswer("time ran out"))
    desk.edits((new, None))
    desk.wakes()
    desk.finds([*boxes(1), new], Copy(print="p2"))
    assert ids(desk.document.snapshot()) == ["b0"]
    assert ids(desk.sending().body) == ["b0"]
    assert desk.machine.told == ()


def test_what_comes_back_a_second_time_is_asked_about() -> None:
    desk = Desk(boxes(2), SEED)
    desk.edits((boxes(2)[1], None))
    desk.wakes()
    desk.finds(boxes(2), SEED)
    desk.is_saved(Copy(print="p2"))
    desk.hears(Opened())
    desk.finds(boxes(2), Copy(print="p1"))
    assert ids(desk.sending().body) == ["b0"], "an old request may have brought it back"
    desk.is_saved(Copy(print="p2"))
    desk.hears(Opened())
    desk.finds(boxes(2), Copy(print="p1"))
    assert ids(desk.document.snapshot()) == ["b0", "b1"]
    (conflict,) = desk.document.conflicts.values()
    assert (conflict.mine, conflict.theirs) == (None, boxes(2)[1])


# --- doubt


@pytest.mark.parametrize(
    "error",
    [NoAnswer("broke"), Garbled("a page"), ServerFault(503, "", "x"), ServerFault(408, "", "x")],
)
def test_without_an_answer_our_own_server_gets_the_very_same_request_again(
    error: Exception,
) -> None:
    desk = Desk(boxes(1))
    desk.draws(box("new", rank=1.0))
    desk.wakes()
    first = desk.sending()
    desk.fails(error)
    assert (desk.machine.trouble, desk.has_outgoing) == (error, True)
    assert desk.wake is not None
    desk.draws(box("later", rank=2.0))
    desk.wakes()
    assert desk.sending() is first
    desk.is_saved(Copy(etag="e2", rev=2))
    desk.finds([*boxes(1), box("new")], Copy(etag="e2", rev=2))
    assert ids(desk.sending().body) == ["b0", "new", "later"]
    assert len(set(desk.keys())) == 2


def test_what_came_too_late_the_second_time_may_have_come_the_first_time() -> None:
    desk = Desk(boxes(1))
    desk.draws(box("new", rank=1.0))
    desk.wakes()
    desk.fails(NoAnswer("broke"))
    desk.wakes()
    desk.fails(refusal(Stale, 412))  # by my own save, whose key the server has forgotten
    desk.edits((box("new", rank=1.0), None))
    desk.finds([*boxes(1), box("new")], Copy(etag="e2", rev=2))
    desk.wakes()
    assert ids(desk.document.snapshot()) == ["b0"]
    assert not desk.document.conflicts
    assert ids(desk.sending().body) == ["b0"]


def test_without_an_answer_another_server_is_read_and_gets_another_body() -> None:
    desk = Desk(boxes(1), SEED)
    desk.draws(box("new", rank=1.0))
    desk.wakes()
    desk.finds(boxes(1), SEED)
    desk.fails(NoAnswer("broke"))
    desk.wakes()
    assert desk.is_looking
    desk.finds([*boxes(1), box("new")], Copy(print="p2"))
    assert (desk.is_quiet, desk.machine.is_dirty, desk.has_outgoing) == (True, False, False)


def test_work_that_was_on_its_way_when_the_program_ended_is_in_doubt() -> None:
    desk = Desk([], kept=on_its_way(OURS))
    assert desk.machine.is_dirty
    desk.hears(Opened())
    assert (desk.sending().key, ids(desk.sending().body)) == ("k" * 32, ["b0", "new"])
    other = Desk([], kept=on_its_way(SEED))
    other.hears(Opened())
    assert other.is_looking


def test_a_key_that_our_server_has_executed_means_that_the_work_is_there() -> None:
    desk = Desk([], kept=on_its_way(OURS))
    desk.hears(Opened())
    desk.fails(Invalid(422, "idempotency_key_reused", "used before"))
    desk.finds([*boxes(1), box("new")], Copy(etag="e2", rev=2))
    assert (desk.machine.is_dirty, desk.machine.told, desk.is_quiet) == (False, (), True)


def test_a_request_of_ours_that_runs_still_is_waited_for() -> None:
    desk = Desk(boxes(1))
    desk.draws(box("new", rank=1.0))
    desk.wakes()
    first = desk.sending()
    desk.fails(NoAnswer("broke"))
    desk.wakes()
    desk.fails(refusal(Conflict, 409))
    assert desk.is_quiet
    desk.wakes()
    assert desk.sending() is first


# --- the answers, one by one: nothing is lost, whatever the server says

ONCE_MORE_LATER = [Unreachable("offline"), TooMany(429, "", "slow", None, 30.0)]
NEEDS_A_PERSON: list[Exception] = [
    refusal(Unauthorized, 401),
    refusal(PaymentRequired, 402),
    refusal(Forbidden, 403),
    refusal(NotFound, 404),
    Redirected("here.example", "elsewhere.example"),
    Untrusted("x.example", "self-signed"),
    Unexplained(3),
    RuntimeError("a mistake of ours"),
]
NEEDS_ANOTHER_BODY: list[Exception] = [
    refusal(TooLarge, 413),
    OverLimit(3, 9_000_000, 8_000_000),
    refusal(Invalid, 422),
    refusal(Invalid, 400),
]


def after(error: Exception) -> Desk:
    """A desk whose save got this answer."""
    desk = Desk(boxes(2))
    desk.draws(box("new", rank=2.0))
    desk.wakes()
    desk.fails(error)
    assert ids(desk.document.snapshot()) == ["b0", "b1", "new"]
    assert desk.machine.is_dirty
    assert not any(entry.advance for entry in desk.written)
    assert desk.machine.trouble is error
    return desk


@pytest.mark.parametrize("error", ONCE_MORE_LATER, ids=lambda e: type(e).__name__)
def test_what_surely_did_not_happen_is_tried_again_after_a_while(error: Exception) -> None:
    desk = after(error)
    assert waits_by_itself(error)
    assert desk.wake is not None
    assert not desk.has_outgoing
    desk.wakes()
    assert ids(desk.sending().body) == ["b0", "b1", "new"]


@pytest.mark.parametrize("error", NEEDS_A_PERSON, ids=lambda e: type(e).__name__)
def test_what_only_a_person_can_mend_is_not_tried_again_before(error: Exception) -> None:
    desk = after(error)
    assert not waits_by_itself(error)
    assert not desk.has_outgoing
    desk.wake = None
    desk.draws(box("more", rank=3.0))
    assert (desk.wake, desk.is_quiet) == (None, True), "editing goes on, and nothing is sent"
    desk.hears(Wanted())
    assert ids(desk.sending().body) == ["b0", "b1", "new", "more"]
    desk.is_saved(Copy(etag="e2", rev=2))
    assert (desk.machine.trouble, desk.machine.is_dirty) == (None, False)


@pytest.mark.parametrize("error", NEEDS_ANOTHER_BODY, ids=lambda e: f"{type(e).__name__}")
def test_what_cannot_be_taken_as_it_is_is_tried_again_after_an_edit(error: Exception) -> None:
    desk = after(error)
    assert desk.wakes() == []
    desk.edits((box("new", rank=2.0), None), (box("b1", rank=1.0), None))
    assert desk.wake is not None
    desk.wakes()
    assert ids(desk.sending().body) == ["b0"]


def test_a_server_that_wants_peace_gets_it_even_when_the_person_is_in_a_hurry() -> None:
    desk = after(TooMany(429, "", "slow", None, 120.0))
    assert desk.wake is not None
    assert desk.wake >= 120.0
    desk.hears(Wanted())
    assert desk.is_quiet
    desk.wakes()
    desk.is_saved(Copy(etag="e2", rev=2))
    desk.draws(box("more", rank=3.0))
    assert desk.wake == 3.0, "a save passed, so all is as before"


def test_saves_are_seldom_until_one_passed_after_a_429() -> None:
    desk = after(TooMany(429, "", "slow", None, 1.0))
    desk.wakes()
    desk.fails(refusal(TooLarge, 413))
    desk.draws(box("more", rank=3.0))
    assert desk.wake == 60.0


def test_waits_grow_up_to_a_minute() -> None:
    desk = after(Unreachable("offline"))
    waits = []
    for _ in range(40):
        assert desk.wake is not None
        waits.append(desk.wake)
        desk.wakes()
        desk.fails(Unreachable("offline"))
    assert max(waits) <= 60.0
    assert min(waits) >= 1.0
    assert max(waits[:3]) <= 8.0
    assert max(waits) > 30.0


def test_refused_shapes_are_held_back_and_the_others_go() -> None:
    desk = Desk(boxes(2))
    desk.edits((boxes(2)[0], box("b0", label="bad")))
    desk.draws(box("good", rank=2.0), box("worse", rank=3.0, label="bad"))
    desk.wakes()
    wrong = [
        FieldProblem(("body", "annotations", place, "name"), "no such class") for place in (0, 3)
    ]
    desk.fails(Invalid(422, "", "fields are wrong", None, tuple(wrong)))
    assert dict(desk.machine.refused) == {"b0": "no such class", "worse": "no such class"}
    assert desk.written[-2].refused == dict(desk.machine.refused)
    assert desk.sending().body == (*boxes(2), box("good", rank=2.0))
    desk.is_saved(Copy(etag="e2", rev=2))
    assert desk.machine.is_dirty
    assert ids(desk.document.snapshot()) == ["b0", "b1", "good", "worse"]


def test_a_refused_shape_that_was_mended_is_sent() -> None:
    desk = Desk(boxes(1))
    bad = box("new", rank=1.0, label="bad")
    desk.draws(bad)
    desk.wakes()
    loc = ("body", "annotations", 1, "name")
    desk.fails(Invalid(422, "", "wrong", None, (FieldProblem(loc, "no such class"),)))
    assert desk.is_quiet, "there is nothing else to send"
    desk.edits((bad, box("new", rank=1.0, label="car")))
    assert dict(desk.machine.refused) == {}
    desk.wakes()
    assert ids(desk.sending().body) == ["b0", "new"]


@pytest.mark.parametrize("error", [*NEEDS_A_PERSON, *NEEDS_ANOTHER_BODY], ids=repr)
def test_a_look_that_fails_changes_nothing(error: Exception) -> None:
    desk = Desk(boxes(2))
    desk.hears(Opened())
    desk.fails(error)
    assert desk.machine.trouble is error
    assert (ids(desk.document.snapshot()), desk.written) == (["b0", "b1"], [])
    desk.hears(Opened())
    desk.finds(boxes(2), OURS)
    assert desk.machine.trouble is None


# --- what a person is asked about first


def test_an_image_that_is_suddenly_empty_is_asked_about() -> None:
    desk = Desk(boxes(40))
    desk.draws(box("mine", rank=99.0))
    desk.wakes()
    desk.fails(refusal(Stale, 412))
    assert desk.finds([], Copy(etag="e2", rev=2)) == []
    assert isinstance(desk.machine.trouble, MassRemoval)
    assert desk.machine.trouble.count == 40
    assert len(desk.document) == 41
    desk.draws(box("more", rank=100.0))
    desk.wakes()
    assert desk.is_quiet, "nothing is sent unasked"


def test_declining_a_removal_brings_everything_back_to_the_server() -> None:
    desk = Desk(boxes(5))
    desk.hears(Opened())
    desk.finds([box("b4", x=7), box("theirs")], Copy(etag="e2", rev=2))
    desk.edits((boxes(5)[0], box("b0", x=3)))
    desk.hears(Declined())
    desk.wakes()
    assert set(ids(desk.sending().body)) == {"b0", "b1", "b2", "b3", "b4", "theirs"}
    assert desk.sending().if_match == "e2"
    held = {a.id: a for a in desk.document}
    assert {a.id: a for a in desk.sending().body} == held
    assert held[AnnotationId("b0")] == box("b0", x=3)
    assert desk.document.conflicts == {}


def test_accepting_a_removal_lists_what_went() -> None:
    desk = Desk(boxes(5))
    desk.hears(Opened())
    desk.finds([], Copy(etag="e2", rev=2))
    desk.hears(Accepted())
    assert len(desk.document) == 0
    assert [each.doing for each in desk.machine.told] == [Doing.REMOVED] * 5
    assert (desk.machine.guard, desk.machine.trouble) == (None, None)


def test_a_removal_that_the_server_takes_back_itself_is_forgotten() -> None:
    desk = Desk(boxes(5))
    desk.hears(Opened())
    desk.finds([], Copy(etag="e2", rev=2))
    desk.hears(Wanted())
    desk.finds(boxes(5), Copy(etag="e1", rev=3))
    assert (desk.machine.guard, desk.machine.trouble, len(desk.document)) == (None, None, 5)


def test_two_removals_are_no_mass() -> None:
    desk = Desk(boxes(3))
    desk.hears(Opened())
    desk.finds(boxes(1), Copy(etag="e2", rev=2))
    assert (desk.machine.guard, ids(desk.document.snapshot())) == (None, ["b0"])


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_server_that_went_back_in_time_is_asked_about(is_kept: bool) -> None:
    desk = Desk([*boxes(1), box("late", rank=1.0)], Copy(etag="e9", rev=9))
    desk.hears(Opened())
    desk.finds(boxes(1), Copy(etag="e3", rev=3))
    assert isinstance(desk.machine.trouble, WentBack)
    assert (desk.machine.trouble.known, desk.machine.trouble.held) == (9, 3)
    assert desk.is_quiet
    desk.hears(Declined() if is_kept else Accepted())
    if is_kept:
        assert ids(desk.sending().body) == ["b0", "late"]
    else:
        assert ids(desk.document.snapshot()) == ["b0"]


# --- explained


def test_a_body_that_lacks_what_nobody_removed_is_not_sent() -> None:
    base = tuple(boxes(3))
    for body in (
        base[:2],
        (*base, box("x")),
        (replace(base[0], x=9.0), *base[1:]),
        (*base, base[0]),
    ):
        send = Send(body, "k", None, base, Patch(Verb.RELOAD, {}), frozenset())
        with pytest.raises(Unexplained):
            check_explained(send)
    removed = Patch(Verb.RELOAD, {base[2].id: (base[2], None)})
    check_explained(Send(base[:2], "k", None, base, removed, frozenset()))
    with pytest.raises(Unexplained):
        check_explained(Send(base[:2], "k", None, base, removed, frozenset({base[2].id})))
