"""Sends what a review wants by the traffic of its server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from limner.shell.queue_words import line_words
from limner.sync.traffic import Line, Rank, Traffic
from limner.tasks import Ticket

T = TypeVar("T")


class ReviewRoad:
    """What a person waits for goes at once, verdicts in their turn. Main thread only."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic

    @property
    def is_open(self) -> bool:
        return self.traffic.line in (Line.OPEN, Line.STARTING)

    @property
    def obstacle(self) -> str:
        return "" if self.is_open else line_words(self.traffic.line)

    def ask(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> Ticket:
        return self.traffic.run(work, done, failed, image_id="review", rank=Rank.WAITED_FOR)

    def send(
        self,
        name: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> Ticket:
        return self.traffic.run(work, done, failed, image_id=name)

    def try_again(self) -> None:
        self.traffic.try_again()

    def pause(self, *, is_paused: bool) -> None:
        (self.traffic.pause if is_paused else self.traffic.resume)()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        return self.traffic.watch(watcher)
