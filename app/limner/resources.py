"""Where the icons, fonts and the sample project lie on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_ROOTS: Final = (
    _PACKAGE / "resources",  # a wheel or a PyInstaller bundle
    _PACKAGE.parents[1] / "resources",  # a checkout, where `app/` is the source root
)


def path(name: str) -> Path:
    """The file or folder `name` of the resources, such as `icons/save.svg` or `sample/images`.

    Raises:
        FileNotFoundError: no such resource was shipped.
    """
    for root in _ROOTS:
        if (found := root / name).exists():
            return found
    raise FileNotFoundError(f"Limner was installed without its resource {name!r}")
