"""Limner: draw, review and save image annotations, and lose nothing."""

from typing import Final

__version__: Final = "0.1.0"
