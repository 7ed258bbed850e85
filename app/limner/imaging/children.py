"""How this program starts itself again to decode: from source by module, in a bundle by argument.

A bundle has one executable, which would open a second editor; it looks at its arguments first.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

_ARGUMENT: Final = "--decoding-child"
_MODULES: Final = ("limner.imaging.cell", "limner.imaging.pyramid_child")


def command(module: str) -> tuple[str, ...]:
    """What runs `module` as a child of this program; its own arguments follow.

    Raises:
        ValueError: it is no module that decodes.
    """
    if module not in _MODULES:
        raise ValueError(module)
    if getattr(sys, "frozen", False):
        return sys.executable, _ARGUMENT, module
    return sys.executable, "-m", module


def run_as_child(arguments: Sequence[str]) -> int | None:
    """Be the child that these arguments of the program ask for; None when they ask for none.

    To be called before Qt and everything else is imported.
    """
    if len(arguments) < 2 or arguments[0] != _ARGUMENT or arguments[1] not in _MODULES:
        return None
    code: int = import_module(arguments[1]).main(arguments[2:])
    return code
