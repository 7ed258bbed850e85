"""`limner tour`: does the whole job by itself and shows that it worked."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limner.cli.main import Commands


def add_parser(commands: Commands) -> None:
    """Describe the command and its option."""
    text = "show that everything works: draw, save, review, read back, and write pictures"
    parser = commands.add_parser("tour", help=text, description=text)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("limner-tour"),
        help="the folder for pictures and report.json (default: limner-tour)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Walk in a home of its own, so that nobody's work is touched; 1 when something differs."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not screen:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    from PySide6.QtWidgets import QApplication

    from limner.cli.inside import host
    from limner.shell.start import log_what_qt_says, make
    from limner.shell.tour import Tour
    from limner.storage.places import Places

    log_what_qt_says()
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    with TemporaryDirectory(prefix="limner-tour-") as home:
        application = make(host, Places.find({"LIMNER_HOME": home}))
        try:
            report = Tour(application, arguments.out, print).walk()
        finally:
            application.quit()
            qt.processEvents()
    if report.trouble:
        print(f"FAILED  {report.trouble}")
    outcome = "The tour went well" if report.passed else "The tour failed"
    print(f"{outcome}: {arguments.out / 'report.json'}")
    return 0 if report.passed else 1
