"""`limner …`: the commands, each in a module of its own that is imported only when it is used."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

from limner import __version__

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 (argparse has no public name)

_COMMANDS: Final = {
    "edit": "open the editor",
    "serve": "share a library with a team over HTTP",
    "tour": "show that everything works: draw, save, review, read back, and write pictures",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 2 for a bad call, as the shell expects."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser("limner", description="Draw and review image annotations.")
    parser.add_argument("--version", action="version", version=f"limner {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in _COMMANDS.items():
        if words[:1] == [name]:
            import_module(f"limner.cli.{name}").add_parser(commands)
        else:
            commands.add_parser(name, help=text)
    arguments = parser.parse_args(words)
    run: Callable[[argparse.Namespace], int] = import_module(f"limner.cli.{arguments.command}").run
    return run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
