"""Reviewers at their desks before one server, each with a line that can be made bad."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from uuid import uuid4

import httpx
from typing_extensions import override

from limner.api.patronus import Patronus
from limner.api.transport import connect
from limner.model.verdicts import Answer, CriteriaKind, Target, TargetType, Verdict
from limner.review.desk import Desk, Mark, Scope
from limner.server.embedded import BASE_URL, EmbeddedServer
from limner.shell.review_road import ReviewRoad
from limner.storage.workspace_file import WorkspaceFile
from limner.sync.breaker import Breaker
from limner.sync.traffic import Traffic
from limner.tasks import Tasks

PASS, FAIL = Answer(value_pass=True), Answer(value_pass=False, explanation="The hat is cut off.")

Rule = Callable[[httpx.Request], httpx.Response | None]


class Hands:
    """The main thread: what was posted runs in `until`, timers when the test says so."""

    def __init__(self) -> None:
        self._posted: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._timers: list[Callable[[], None]] = []

    def post(self, call: Callable[[], None]) -> None:
        self._posted.put(call)

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        self._timers.append(call)
        return lambda: self._timers.remove(call) if call in self._timers else None

    def close(self) -> None:
        self._timers.clear()

    def until(self, met: Callable[[], bool]) -> None:
        while not met():
            self._posted.get(timeout=5)()

    def lets_time_pass(self) -> None:
        """Everything that waits for the clock happens."""
        due, self._timers = self._timers, []
        for call in due:
            call()


class BadLine(httpx.BaseTransport):
    """Passes everything on that no rule answers; `sent` counts the verdicts that got through."""

    def __init__(self, real: httpx.BaseTransport) -> None:
        self._real = real
        self.rule: Rule = _passes
        self.before: Callable[[], object] = _nothing
        self.after: Callable[[], object] = _nothing
        """What happens right before and right after a verdict gets through."""
        self.sent: list[bytes] = []

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.rule(request)
        if answer is not None:
            return answer
        if not is_verdict(request):
            return self._real.handle_request(request)
        self.before()
        self.sent.append(request.read())
        answer = self._real.handle_request(request)
        content = answer.read()
        self.after()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)

    def is_down(self) -> None:
        def refuse(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("no route", request=request)

        self.rule = refuse

    def is_well(self) -> None:
        self.rule = _passes

    def answers_verdicts(self, status: int, content: str, kind: str = "application/json") -> None:
        """Verdicts get this answer and never reach the server."""

        def answer(request: httpx.Request) -> httpx.Response | None:
            if not is_verdict(request):
                return None
            return httpx.Response(status, text=content, headers={"content-type": kind})

        self.rule = answer

    def loses_the_next_answer(self) -> None:
        """The next verdict is carried out, and nobody hears of it; then the line is down."""

        def lose(request: httpx.Request) -> httpx.Response | None:
            if not is_verdict(request):
                return None
            self.is_down()
            self.sent.append(request.read())
            self._real.handle_request(request).read()
            raise httpx.ReadTimeout("no answer", request=request)

        self.rule = lose

    def has_no(self, path_end: str) -> None:
        """A server without such a route."""

        def refuse(request: httpx.Request) -> httpx.Response | None:
            is_it = request.url.path.endswith(path_end)
            return httpx.Response(405, json={"detail": "no"}) if is_it else None

        self.rule = refuse


def is_verdict(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path == "/v1/annotations"


def _passes(_request: httpx.Request) -> None:
    """Nothing is wrong."""


def _nothing() -> None:
    """Nobody else does anything."""


class Reviewer:
    """Somebody at a desk, with a workspace file in `folder`."""

    def __init__(self, folder: Path, line: BadLine, key: str, project: str) -> None:
        self.line = line
        self.main = Hands()
        self.server = Patronus(connect(BASE_URL, key, transport=line))
        self.file = WorkspaceFile(folder / "workspace.db")
        self._threads = f"review-{uuid4()}"
        self._tasks = Tasks(self.main, name=self._threads)
        self.traffic = Traffic(self._tasks, self.main, Breaker(), self.server.whoami)
        road = ReviewRoad(self.traffic)
        self.desk = Desk(self.server, BASE_URL, self.file, self._tasks, self.main, road)
        self.desk.open(project)

    def looks_at(self, target: Target) -> None:
        self.until(lambda: bool(self.desk.criteria))
        self.desk.face(Scope.IMAGE, target, "street.jpg")
        if self.line.rule is _passes:
            self.until(lambda: self.desk.is_current)

    def sees(self, target: Target, answer: Answer) -> None:
        self.looks_at(target)
        self.until(lambda: self._stored is not None and self._stored.answer == answer)

    def gives(self, answer: Answer, expected: Mark) -> None:
        self.desk.submit(self.question, answer)
        self.comes_to(expected)

    def comes_to(self, expected: Mark) -> None:
        self.until(lambda: self.desk.mark(self.question) is expected)

    def until(self, met: Callable[[], bool]) -> None:
        self.main.until(met)

    @property
    def question(self) -> str:
        return self.desk.criteria[0].id

    @property
    def _stored(self) -> Verdict | None:
        return self.desk.verdict(self.question)

    def leaves(self) -> None:
        self.desk.close()
        self._tasks.close()
        for thread in threading.enumerate():
            if thread.name.startswith(self._threads):
                thread.join(30)  # the server may only go when nobody asks it any more
        assert self.file.close(30)


class Office:
    """One server, a project with one question, and an image nobody has judged."""

    def __init__(self, inside: EmbeddedServer, key_of_ada: str, folder: Path) -> None:
        self._inside = inside
        self._folder = folder
        self.ada = Patronus(connect(BASE_URL, key_of_ada, transport=inside.transport))
        self.project = f"Street {uuid4()}"
        self.project_id = self.ada.project(self.project)
        made = self.ada.create_criteria(self.project_id, "Outlines are tight", CriteriaKind.BINARY)
        self.question = made.id
        self.target = Target(TargetType.LOG, f"street {uuid4()}")

    def ada_answers(self, answer: Answer) -> Verdict:
        return self.ada.submit(self.question, self.target, answer)

    @property
    def stored(self) -> Answer | None:
        found = self.ada.verdicts(self.target, self.project_id)
        return found[0].answer if found else None

    @contextmanager
    def reviewer(self, *, is_down: bool = False) -> Iterator[Reviewer]:
        """The same person every time, with the same workspace file."""
        line = BadLine(self._inside.transport)
        if is_down:
            line.is_down()
        person = Reviewer(self._folder, line, self._inside.key, self.project)
        try:
            yield person
        finally:
            person.leaves()
