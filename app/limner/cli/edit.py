"""`limner edit`: the editor, for those who came by the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limner.cli.main import Commands


def add_parser(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser("edit", help="open the editor")
    parser.add_argument(
        "path", nargs="?", type=Path, help="a folder of photographs, or one of them"
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the editor and return when it is closed."""
    from limner.cli.inside import host
    from limner.shell.start import run as edit

    return edit(host, arguments.path)
