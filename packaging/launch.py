"""Where the frozen program starts: one executable, called by the name of what it is to be."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path


def main() -> int:
    """Be the command line if called `limner`, else the editor; both names link to this file.

    The editor starts this executable again for what decodes its images.
    """
    from limner.imaging.children import run_as_child

    code = run_as_child(sys.argv[1:])
    if code is not None:
        return code
    if Path(sys.argv[0]).stem == "limner":
        from limner.cli.main import main as command_line

        return command_line()
    from limner.__main__ import main as editor

    return editor()


if __name__ == "__main__":
    multiprocessing.freeze_support()
    raise SystemExit(main())
