"""The commands that make images available without their server."""

from __future__ import annotations

from limner.shell.acts import Acts
from limner.shell.commands import Command, Menu


def offline_commands(app: Acts) -> tuple[Command, ...]:
    """The rows, in menu order."""
    menu, offline = Menu.FILE, app.offline

    def can_fetch() -> bool:
        return offline.is_possible

    return (
        Command(
            "offline.dataset",
            "Make the dataset available o&ffline…",
            menu,
            offline.fetch_dataset,
            icon="download",
            enabled=can_fetch,
            separated=True,
        ),
        Command(
            "offline.shown",
            "Make the l&isted images available offline…",
            menu,
            offline.fetch_shown,
            enabled=can_fetch,
        ),
        Command(
            "offline.image",
            "Make this ima&ge available offline…",
            menu,
            offline.fetch_current,
            enabled=can_fetch,
        ),
        Command(
            "offline.stop",
            "S&top making available offline",
            menu,
            offline.stop,
            enabled=lambda: offline.is_fetching,
        ),
        Command(
            "offline.remove",
            "&Remove offline copies",
            menu,
            offline.remove,
            enabled=lambda: offline.has_some,
        ),
    )
