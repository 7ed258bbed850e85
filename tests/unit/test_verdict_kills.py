"""A verdict goes to the server only when it would survive, and goes again after a kill -9."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import limner
from limner.storage.workspace_file import WorkspaceFile

CHILD = """
import sys
from pathlib import Path
from queue import SimpleQueue
from limner.model.verdicts import Answer, Target, TargetType
from limner.review.outbox import Outbox
from limner.storage.workspace_file import UnsentVerdict, WorkspaceFile
from limner.tasks import Tasks, Ticket

class Main:
    calls = SimpleQueue()
    post = calls.put

class Road:
    def send(self, name, work, done, failed):
        print(name, flush=True)
        return Ticket()

def nothing(*_): ...

main, number = Main(), int(sys.argv[2])
file = WorkspaceFile(Path(sys.argv[1]))
tasks = Tasks(main, name="child")
outbox = Outbox(nothing, "o", file, tasks, main, Road(), nothing, nothing)
outbox.load(print)
while True:
    number += 1
    target = Target(TargetType.LOG, str(number))
    outbox.put(UnsentVerdict("o", "p", "sharp", target, Answer(value_score=float(number))))
    main.calls.get()()
"""

LIVES, EACH = 5, 20


@contextmanager
def another_process(path: Path, start: int) -> Iterator[IO[str]]:
    """A review without end, to which no server ever answers; it says what it sends."""
    command = [sys.executable, "-c", CHILD, str(path), str(start)]
    environment = {**os.environ, "PYTHONPATH": str(Path(limner.__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        try:
            yield child.stdout
        finally:
            child.kill()


def scores(path: Path) -> dict[str, float | None]:
    """What the file has, by the name under which it is sent."""
    file = WorkspaceFile(path)
    kept = [one.verdict for one in file.verdicts_waiting()]
    assert file.close(10)
    assert all(one.answer.value_score == float(one.target.reference) for one in kept)
    return {f"verdict {one.target} {one.criteria_id}": one.answer.value_score for one in kept}


def test_no_verdict_that_was_on_its_way_is_lost_when_the_program_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    kept: dict[str, float | None] = {}
    for life in range(LIVES):
        sent = set[str]()
        with another_process(path, life * 1_000_000) as said:
            while not (sent >= kept.keys() and len(sent) >= len(kept) + EACH):
                line = said.readline()
                assert line, "the other process has ended by itself"
                sent.add(line.strip())
        kept = scores(path)
        assert sent <= kept.keys()
    assert len(kept) >= LIVES * EACH
