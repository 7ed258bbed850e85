"""People who edit the same images at once, over a bad network: how much of their work is lost?

The product's own machine, document, history and merge run here; simulated are the network, the
disk, the clock and the servers. Every schedule is a pure function of its seed. What is counted
(study of reliability, 1):

    overwritten  not on the server in the end, though nobody who had seen it replaced it, and
                 nobody was asked about it
    silent       overwritten, and its author was not told either
    resurrected  removed by somebody, and there again, with nobody asked
    missing      overwritten, and not in the server's history either

    python -m fault.simulator ours 2 0.25 1000      from tests/, with app/ on the path
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from fault.sim_ledger import Ledger, Memory, Values, values_of
from fault.sim_person import Errand, Seat, Tokens
from fault.sim_server import Confirmed, Request, Revision, Server
from limner.api.errors import Garbled, NoAnswer, Refused, ServerFault, TooMany, Unreachable
from limner.model.annotations import AnnotationId, BBox
from limner.model.patch import Patch, Verb
from limner.sync.moves import Send

Policy = Literal["ours", "seed", "foreign"]
"""Limner's server; one without versions; Limner's with a script that overwrites blindly."""

STEPS = 70
ROUNDS = 600


@dataclass(frozen=True, slots=True)
class Outcome:
    """What many schedules came to; the lists of seeds say which of them to tell the story of."""

    runs: int = 0
    edits: int = 0
    overwritten: int = 0
    silent: int = 0
    resurrected: int = 0
    missing_from_history: int = 0
    diverged: int = 0
    failing_seeds: tuple[int, ...] = ()

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            *(getattr(self, n) + getattr(other, n) for n in Outcome.__dataclass_fields__)
        )


@dataclass(slots=True)
class _Answer:
    errand: Errand
    result: Revision | Confirmed | Exception


class Network:
    """Carries requests to the servers and answers back, in any order, and loses some."""

    def __init__(self, servers: list[Server], random: Random, faults: float) -> None:
        self.servers = servers
        self.faults = faults
        self._random = random
        self._under_way: list[Errand | _Answer] = []
        self._late: list[Errand] = []

    @property
    def is_quiet(self) -> bool:
        return not self._under_way

    @property
    def has_late(self) -> bool:
        return bool(self._late)

    def post(self, errand: Errand) -> None:
        self._under_way.append(errand)

    def step(self) -> None:
        """Bring one of them further."""
        if not self._under_way:
            return
        each = self._under_way.pop(self._random.randrange(len(self._under_way)))
        if isinstance(each, _Answer):
            _deliver(each)
        else:
            self._under_way.append(_Answer(each, self._arrive(each)))

    def arrive_late(self) -> None:
        """A request that was given up comes through after all; nobody hears the answer."""
        if self._late:
            self._execute(self._late.pop(self._random.randrange(len(self._late))))

    def _arrive(self, errand: Errand) -> Revision | Confirmed | Exception:
        chance = self._random.random() / self.faults if self.faults else 1.0
        if chance < 0.10:
            return Unreachable("no connection")
        if chance < 0.22:
            return NoAnswer("lost on the way there")
        if chance < 0.46:
            self._execute(errand)
            return NoAnswer("lost on the way back")
        if chance < 0.55:
            return ServerFault(500, "", "before the commit")
        if chance < 0.68:
            self._execute(errand)
            return ServerFault(500, "", "after the commit")
        if chance < 0.74:
            self._execute(errand)
            return Garbled("a page of a hotel")
        if chance < 0.78:
            return TooMany(429, "", "slow down", None, 2.0)
        if chance < 0.92:
            self._late.append(errand)
            return NoAnswer("comes later")
        answer = self._execute(errand)
        if chance < 1.0:
            self._late.append(errand)  # a proxy has made two of it
        return answer

    def _execute(self, errand: Errand) -> Revision | Confirmed | Exception:
        server = self.servers[errand.seat.image]
        if errand.request is None:
            return server.now
        try:
            return server.save(errand.request)
        except Refused as error:
            return error


def _deliver(answer: _Answer) -> None:
    seat, errand, result = answer.errand.seat, answer.errand, answer.result
    if errand.life != seat.life:
        return
    if errand.look is not None:
        if isinstance(result, Revision):
            seat.looked(errand.look, result)
        elif isinstance(result, Exception):
            seat.not_looked(result)
    elif isinstance(result, Confirmed):
        seat.sent(result)
    elif isinstance(result, Exception):
        seat.not_sent(result)


class Script:
    """Somebody's program that reads, thinks for long, and overwrites without a condition."""

    def __init__(
        self, memory: Memory, ledger: Ledger, tokens: Tokens, servers: list[Server]
    ) -> None:
        self._memory = memory
        self._ledger = ledger
        self._tokens = tokens
        self._servers = servers
        self._read: dict[int, Revision] = {}
        self.edits = 0

    def step(self, random: Random) -> None:
        """Read one image, or save all that were read (a bulk save) or one of them."""
        image = random.randrange(len(self._servers))
        if image not in self._read:
            self._read[image] = self._servers[image].now
            return
        images = sorted(self._read) if random.random() < 0.3 else [image]
        for each in images:
            self._save(each, self._read.pop(each), random)

    def _save(self, image: int, read: Revision, random: Random) -> None:
        self._memory.knows |= read.knows
        for annotation in read.body:
            self._memory.sees(image, annotation)
        token = self._tokens.next()
        box = replace(_box(f"s{token}", float(token), 0), name=f"n{token}")
        body = [*read.body, box]
        if random.random() < 0.3:
            del body[random.randrange(len(body))]
        before, after = {a.id: a for a in read.body}, {a.id: a for a in body}
        rows = {i: (before.get(i), after.get(i)) for i in dict.fromkeys([*before, *after])}
        patch = Patch(Verb.DRAW, {i: row for i, row in rows.items() if row[0] is not row[1]})
        self._ledger.note(self._memory, image, patch, 0, before)
        self.edits += 1
        send = Send(tuple(body), f"script{token}", None, read.body, patch, frozenset())
        self._servers[image].save(Request(send, self._memory.knows))


class World:
    """One schedule."""

    def __init__(
        self,
        policy: Policy,
        clients: int,
        faults: float,
        seed: int,
        told: Callable[[str], None] | None,
        images: int | None = None,
    ) -> None:
        self.random = random = Random(seed * 7919 + 1)  # noqa: S311 - it is to come again
        self._ledger, self._tokens = Ledger(), Tokens()
        self._told = told
        images = images or (2 if random.random() < 0.25 else 1)
        has_versions = policy != "seed"
        self._servers = [
            Server([_box(f"i{place}", 0.5, place) for place in range(3)], has_versions=has_versions)
            for _ in range(images)
        ]
        self.network = Network(self._servers, random, faults)
        self._faults = faults
        people = clients - 1 if policy == "foreign" else clients
        self._memories = [Memory(number) for number in range(clients)]
        self.seats = [
            Seat(
                image,
                self._memories[person],
                self._ledger,
                self._tokens,
                self._servers[image].now,
                self.network.post,
                told,
            )
            for person in range(people)
            for image in range(images)
        ]
        self._script = None
        if policy == "foreign":
            self._script = Script(self._memories[-1], self._ledger, self._tokens, self._servers)

    def live(self) -> Outcome:
        for _ in range(STEPS):
            self._step()
        return self.heal()

    def _step(self) -> None:
        random = self.random
        seat = random.choice(self.seats)
        chance = random.random()
        if chance < 0.20:
            if self._script is not None and random.random() < 0.3:
                self._script.step(random)
            else:
                seat.gesture(random)
        elif chance < 0.50:
            self._run(seat)
        elif chance < 0.93:
            self.network.step()
        elif chance < 0.945:
            seat.crash()
        elif chance < 0.96:
            seat.open()
        elif chance < 0.97:
            seat.save()
        else:
            self.network.arrive_late()

    def _run(self, seat: Seat) -> None:
        """Let the program come to what it has to do."""
        if seat.is_keeping or self.random.random() < 0.5:
            seat.settle_disk(self.random, self.network.faults)
        elif seat.is_waking:
            seat.wake()

    def heal(self) -> Outcome:
        """The network is well again; late requests still come; everybody opens the image again."""
        self.network.faults = 0.0
        for seat in self.seats:
            seat.disk_failed = False
        self._say("-- healed")
        self._until_quiet()
        for _ in range(4):
            before = [server.now for server in self._servers]
            for seat in self.seats:
                seat.open()
                self._until_quiet()
            if before == [server.now for server in self._servers]:
                break
        return self._outcome()

    def get_through(self, seat: Seat) -> None:
        """Save and look, without any fault on the way."""
        faults, self.network.faults = self.network.faults, 0.0
        seat.open()
        for _ in range(ROUNDS):
            if not self.network.is_quiet:
                self.network.step()
            elif seat.is_keeping:
                seat.settle_disk(self.random, 0.0)
            elif seat.is_waking:
                seat.wake()
            else:
                break
        self.network.faults = faults

    def _until_quiet(self) -> None:
        random, network = self.random, self.network
        for _ in range(ROUNDS):
            if network.has_late and random.random() < 0.3:
                network.arrive_late()
            elif not network.is_quiet:
                network.step()
            else:
                busy = [s for s in self.seats if s.is_keeping or s.is_waking]
                if busy:
                    seat = random.choice(busy)
                    seat.settle_disk(random, 0.0)
                    if seat.is_waking:
                        seat.wake()
                elif not network.has_late and not any(s.mend(random) for s in self.seats):
                    return
        raise AssertionError("it never comes to rest")

    def _outcome(self) -> Outcome:
        final: dict[tuple[int, str], Values] = {}
        for image, server in enumerate(self._servers):
            for revision in server.history:
                self._ledger.stored(image, revision.body, revision.sent)
            for annotation in server.now.body:
                final[image, annotation.id] = values_of(annotation)
        for seat in self.seats:
            for id_ in sorted(seat.machine.held_back):
                seat.memory.keeps[seat.image, id_] = seat.document.get(id_)
        fate = self._ledger.fate(final, self._memories)
        for kind in ("overwritten", "silent", "resurrected", "missing"):
            for deed in getattr(fate, kind):
                self._say(f"-- {kind}: {deed.client} {deed.place} {deed.value}")
        edits = sum(seat.edits for seat in self.seats)
        edits += self._script.edits if self._script is not None else 0
        return Outcome(
            1,
            edits,
            len(fate.overwritten),
            len(fate.silent),
            len(fate.resurrected),
            len(fate.missing),
            sum(self._is_apart(seat) for seat in self.seats),
        )

    def _is_apart(self, seat: Seat) -> bool:
        """Whether somebody sees something else than the server has, and is not asked about it."""
        asked = {*seat.document.conflicts, *seat.machine.refused}
        mine = [(a.id, values_of(a)) for a in seat.document if a.id not in asked]
        theirs = [
            (a.id, values_of(a)) for a in self._servers[seat.image].now.body if a.id not in asked
        ]
        if mine != theirs:
            self._say(f"-- apart: {seat.name} {mine} {theirs}")
        return mine != theirs

    def _say(self, words: str) -> None:
        if self._told is not None:
            self._told(words)


def _box(id_: str, x: float, place: int) -> BBox:
    return BBox(id=AnnotationId(id_), name=id_, x=x, y=0.0, w=1.0, h=1.0, rank=float(place))


def simulate(policy: Policy, clients: int, faults: float, runs: int, seed: int) -> Outcome:
    """So many schedules, of the seeds from `seed` on."""
    total = Outcome()
    for each in range(seed, seed + runs):
        total += _one(policy, clients, faults, each)
    return total


def simulate_side_by_side(
    policy: Policy, clients: int, faults: float, runs: int, seed: int
) -> Outcome:
    """The same on all cores, by ranges of seeds."""
    cores = os.cpu_count() or 1
    size = -(-runs // (4 * cores))
    starts = range(seed, seed + runs, size)
    parts = [(policy, clients, faults, min(size, seed + runs - s), s) for s in starts]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=context) as pool:
        outcomes = [pool.submit(simulate, *part) for part in parts]
        return sum((each.result() for each in outcomes), Outcome())


def story(policy: Policy, clients: int, faults: float, seed: int) -> list[str]:
    """All that happens in one schedule, line by line."""
    lines: list[str] = []
    World(policy, clients, faults, seed, lines.append).live()
    return lines


def _one(policy: Policy, clients: int, faults: float, seed: int) -> Outcome:
    try:
        outcome = World(policy, clients, faults, seed, None).live()
    except Exception as error:
        raise AssertionError(f"{policy}, {clients} clients, {faults}, seed {seed}") from error
    return replace(outcome, failing_seeds=(seed,)) if _is_failing(policy, outcome) else outcome


def _is_failing(policy: Policy, outcome: Outcome) -> bool:
    """Whether it is worse than may be."""
    if policy == "ours":
        bad = outcome.overwritten + outcome.silent + outcome.resurrected
    elif policy == "seed":
        bad = outcome.silent + outcome.resurrected
    else:
        bad = outcome.missing_from_history
    return bool(bad or outcome.diverged)


if __name__ == "__main__":
    _, asked, clients, faults, count, *rest = sys.argv
    policies: dict[str, Policy] = {"ours": "ours", "seed": "seed", "foreign": "foreign"}
    first = int(rest[0]) if rest else 0
    print(simulate(policies[asked], int(clients), float(faults), int(count), first))
