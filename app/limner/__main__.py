"""Puts the parts together: the editor's window and the server inside it."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from limner import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run the editor until its window is closed; 2 when it cannot start here."""
    parser = argparse.ArgumentParser("limner-editor", description="Draw and review annotations.")
    parser.add_argument(
        "path", nargs="?", type=Path, help="a folder of photographs, or one of them"
    )
    parser.add_argument("--version", action="version", version=f"limner {__version__}")
    arguments = parser.parse_args(argv)

    # Nothing of what is imported now is garbage; the window collects from then on.
    gc.disable()
    from limner.cli.inside import host
    from limner.shell.start import UnsoundQt, run

    try:
        return run(host, arguments.path)
    except UnsoundQt as error:
        sys.stderr.write(f"limner: {error}\n")
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
