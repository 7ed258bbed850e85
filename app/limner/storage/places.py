"""Where this computer keeps what belongs to the person, by the customs of its system."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Places:
    """Three folders: `config` for settings, `data` for work, `cache` for what can be remade."""

    config: Path
    data: Path
    cache: Path
    is_default: bool = False
    """Whether nobody has chosen them."""

    @classmethod
    def find(cls, environment: Mapping[str, str] | None = None) -> Places:
        """The folders of this person; `LIMNER_HOME` puts all three under one. Makes none."""
        home = (os.environ if environment is None else environment).get("LIMNER_HOME")
        if home:
            root = Path(home).expanduser().absolute()
            return cls(root / "config", root / "data", root / "cache")
        dirs = platformdirs.PlatformDirs("limner", appauthor=False)
        return cls(
            dirs.user_config_path, dirs.user_data_path, dirs.user_cache_path, is_default=True
        )

    def make(self) -> None:
        """Make the folders, for this person's eyes only.

        Raises:
            OSError: one of them cannot be made.
        """
        for folder in (self.config, self.data, self.cache):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
