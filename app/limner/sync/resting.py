"""Images that the server has in full, kept for when they are opened again in the same run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from limner.sync.session import Session

KEPT_HISTORIES = 32
"""Images whose undo history stays for when they are opened again in the same run."""

KEPT_ANNOTATIONS = 200_000
"""What they hold together at most: 100,000 polygons and their wire text take 230 MB."""


class Resting:
    """Documents with their histories; those that were only looked at make room first."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def __contains__(self, image_id: object) -> bool:
        return image_id in self._sessions

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._sessions.values()))

    def __len__(self) -> int:
        return len(self._sessions)

    def put(self, session: Session) -> None:
        self._sessions[session.row.id] = session
        while len(self._sessions) > 1 and self._is_too_much():
            self._sessions.pop(self._worth_least()).stop()

    def take(self, image_id: str) -> Session | None:
        """The session of an image, which rests no longer."""
        return self._sessions.pop(image_id, None)

    def _is_too_much(self) -> bool:
        held = sum(len(session.document or ()) for session in self)
        return len(self._sessions) > KEPT_HISTORIES or held > KEPT_ANNOTATIONS

    def _worth_least(self) -> str:
        """The image that rests longest, of those that were only looked at if there are any."""
        for image_id, session in self._sessions.items():
            if session.history is None or session.history.undo_title is None:
                return image_id
        return next(iter(self._sessions))
