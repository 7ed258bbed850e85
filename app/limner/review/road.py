"""The way to the server of a review, as the desk sees it; who may go when is decided elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from limner.tasks import Ticket

T = TypeVar("T")


class Road(Protocol):
    """Takes requests to one server, few at a time, and none while the server is away."""

    @property
    def is_open(self) -> bool:
        """Whether what is sent now goes soon."""
        ...

    @property
    def obstacle(self) -> str:
        """Why it does not, and what becomes of it, in a sentence; empty while it is open."""
        ...

    def ask(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> Ticket:
        """Do what a person waits for: at once, whatever is known of the server."""
        ...

    def send(
        self,
        name: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> Ticket:
        """Do it in its turn; one request of each `name` at a time."""
        ...

    def try_again(self) -> None:
        """A person wants it now."""
        ...

    def pause(self, *, is_paused: bool) -> None:
        """Send nothing until a person says so; what one waits for is asked all the same."""
        ...

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` when it stands otherwise; the returned function stops it."""
        ...
