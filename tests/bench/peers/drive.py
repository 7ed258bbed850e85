"""Drive one program through one scenario in this process, and print what it took as JSON.

    python -m bench.peers.drive PROGRAM start|open|work [--image FILE] [--open FILE] [--times N]

`--image` is given to the program at its start, `--open` is opened once it is up. BENCH_T0 in the
environment is when the process was started (Unix time).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from bench.peers.clocks import Record, resident_mb
from bench.peers.program import Program
from bench.peers.scenario import Scenario

PROGRAMS: Final = {
    "limner": ("limner_editor", "Limner"),
    "labelme": ("labelme", "Labelme"),
    "xanylabeling": ("xanylabeling", "XAnyLabeling"),
}
_PATIENCE_S: Final = 60.0
log = logging.getLogger("bench")


class Drive:
    """The event loop of a program, in our hands."""

    def __init__(self, program: Program, asked: argparse.Namespace) -> None:
        self.program = program
        self.asked = asked
        self.record = Record()

    def run(self) -> None:
        """Run the program's main; it never returns from it."""
        application, dialog = self.program.widgets.QApplication, self.program.widgets.QMessageBox
        application.exec = staticmethod(self._loop)
        application.exec_ = staticmethod(self._loop)
        dialog.exec = lambda *_: 0
        for name in ("critical", "warning", "information", "question"):
            setattr(dialog, name, staticmethod(self._answer))
        self.program.main(self.asked.image)

    def _answer(self, *words: Any) -> Any:
        """Every question is answered with Yes; on stderr it is seen that there was one."""
        print("dialog:", *map(str, words[1:3]), file=sys.stderr)
        return self.program.widgets.QMessageBox.StandardButton.Yes

    def _loop(self, *_arguments: Any) -> NoReturn:
        """Instead of the event loop. Programs hide errors in slots, so this ends the process."""
        try:
            self._scenario()
        except Exception:
            log.exception("%s did not get through", self.program.title)
            os._exit(1)
        found = {
            "title": self.program.title,
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "operations": self.record.operations,
            "values": self.record.values,
        }
        print(json.dumps(found), file=sys.__stdout__, flush=True)
        os._exit(0)

    def _scenario(self) -> None:
        self._wait_for_the_start()
        if self.asked.scenario == "start":
            return
        scenario = Scenario(self.program, self.record, self.asked.times)
        scenario.prepare()
        before = resident_mb()
        scenario.step("open", lambda: self.program.open(self.asked.open))
        self.record.values["rss_shapes"] = resident_mb()
        self.record.values["rss_shapes_more"] = resident_mb() - before
        if self.asked.scenario == "work":
            scenario.work()

    def _wait_for_the_start(self) -> None:
        program, values = self.program, self.record.values
        application = program.widgets.QApplication.instance()
        program.attach()

        def wait(condition: Any) -> None:
            deadline = time.monotonic() + _PATIENCE_S
            while not condition():
                if time.monotonic() > deadline:
                    raise TimeoutError("the program did not come up")
                application.processEvents()
                time.sleep(0.002)

        def note(name: str) -> None:
            application.processEvents()
            values[f"{name}_wall"] = (time.time() - float(os.environ["BENCH_T0"])) * 1000
            values[f"{name}_cpu"] = sum(os.times()[:2]) * 1000

        wait(lambda: (handle := program.window.windowHandle()) and handle.isExposed())
        note("window")
        if self.asked.image is not None:
            wait(lambda: program.is_ready and program.is_settled)
            note("usable")
        wait(lambda: program.is_complete)
        settled = time.monotonic() + 1.0
        wait(lambda: time.monotonic() > settled)
        values["rss"] = resident_mb()


def main() -> None:
    parser = argparse.ArgumentParser("bench.peers.drive")
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("scenario", choices=["start", "open", "work"])
    parser.add_argument("--image", type=Path)
    parser.add_argument("--open", type=Path)
    parser.add_argument("--times", type=int, default=6)
    asked = parser.parse_args()
    module, name = PROGRAMS[asked.program]
    program: Program = getattr(import_module(f"bench.peers.{module}"), name)()
    Drive(program, asked).run()


if __name__ == "__main__":
    main()
