"""The commands of the View menu: how near, which way round, and what is shown around the image."""

from __future__ import annotations

from collections.abc import Callable

from limner.panels.people import Page
from limner.shell.acts import Acts
from limner.shell.commands import Command, Menu


def view_commands(app: Acts) -> tuple[Command, ...]:
    """The rows, in menu order."""
    return (*_zoom(app), *_places(app), *_turns(app), *_aids(app), *_panels(app))


def _zoom(app: Acts) -> tuple[Command, ...]:
    menu, canvas = Menu.VIEW, app.window.canvas
    return (
        Command(
            "view.zoom_in",
            "Zoom &in",
            menu,
            lambda: canvas.zoom_by(1.25),
            ("+", "=", "Ctrl++"),
            "zoom-in",
        ),
        Command(
            "view.zoom_out",
            "Zoom &out",
            menu,
            lambda: canvas.zoom_by(0.8),
            ("-", "Ctrl+-"),
            "zoom-out",
        ),
        Command("view.fit", "&Fit the image", menu, canvas.fit, ("F", "Ctrl+0"), "maximize"),
        Command(
            "view.actual", "&Actual pixels (1:1)", menu, canvas.actual_size, ("Ctrl+1",), "scan"
        ),
    )


def _places(app: Acts) -> tuple[Command, ...]:
    menu, canvas = Menu.VIEW, app.window.canvas
    return (
        Command(
            "view.selection",
            "Zoom to the &selection",
            menu,
            app.editor.reveal_selected,
            ("Z", "Shift+F"),
            "crosshair",
            separated=True,
        ),
        Command(
            "view.go_to",
            "&Go to an object or a point…",
            menu,
            app.viewing.ask_where_to,
            ("Ctrl+G",),
            "search",
            app.has_image,
        ),
        Command(
            "view.back",
            "Pre&vious view",
            menu,
            canvas.go_back,
            ("Alt+Left",),
            "arrow-left",
        ),
        Command(
            "view.forward",
            "Ne&xt view",
            menu,
            canvas.go_forward,
            ("Alt+Right",),
            "arrow-right",
        ),
    )


def _turns(app: Acts) -> tuple[Command, ...]:
    menu, viewing = Menu.VIEW, app.viewing
    return (
        Command(
            "view.turn_left",
            "Turn the view l&eft",
            menu,
            lambda: viewing.turn(-1),
            (",",),
            "rotate-ccw",
            app.has_image,
            separated=True,
        ),
        Command(
            "view.turn_right",
            "Turn the view &right",
            menu,
            lambda: viewing.turn(+1),
            (".",),
            "rotate-cw",
            app.has_image,
        ),
        Command(
            "view.mirror",
            "Mirror the vie&w",
            menu,
            viewing.mirror,
            ("Shift+H",),
            enabled=app.has_image,
            checked=lambda: app.window.canvas.turn.is_mirrored,
            checkable=True,
        ),
        Command(
            "view.unturn",
            "&Unturned view",
            menu,
            viewing.unturn,
            enabled=lambda: viewing.is_turned,
        ),
    )


def _aids(app: Acts) -> tuple[Command, ...]:
    viewing = app.viewing

    def aid(name: str, text: str, key: str, *, separated: bool = False) -> Command:
        return Command(
            f"view.{name}",
            text,
            Menu.VIEW,
            lambda: viewing.switch(name),
            (key,),
            checked=viewing.aids[name].is_on,
            checkable=True,
            separated=separated,
        )

    return (
        aid("minimap", "&Map of the image", "Shift+M", separated=True),
        aid("crosshair", "&Crosshair while drawing", "Shift+C"),
        aid("rulers", "Ru&lers", "Shift+R"),
        aid("pixel_grid", "Pixel grid beyond &8×", "Shift+G"),
        aid("smooth", "Smoot&h enlarged pixels", "Shift+S"),
        Command(
            "view.levels",
            "Levels: brigh&tness and contrast",
            Menu.VIEW,
            app.toning.toggle,
            ("Shift+L",),
            "sliders-horizontal",
            enabled=app.has_image,
            checked=app.window.levels.isVisible,
            checkable=True,
        ),
    )


def _panels(app: Acts) -> tuple[Command, ...]:
    menu, window = Menu.VIEW, app.window
    return (
        Command(
            "view.images",
            "Images &panel",
            menu,
            lambda: window.left.setVisible(window.left.isHidden()),
            ("F7",),
            "panel-left",
            checked=lambda: not window.left.isHidden(),
            checkable=True,
            separated=True,
        ),
        Command(
            "view.side",
            "O&bjects, classes and review",
            menu,
            lambda: window.right.setVisible(window.right.isHidden()),
            ("F8",),
            "panel-right",
            checked=lambda: not window.right.isHidden(),
            checkable=True,
        ),
        *_people(app),
        Command("view.theme", "&Dark or light", menu, app.switch_theme, ("F9",), "sun-moon"),
    )


def _people(app: Acts) -> tuple[Command, ...]:
    people = app.people

    def row(id_: str, text: str, page: Page, key: str, is_used: Callable[[], bool]) -> Command:
        return Command(
            id_,
            text,
            Menu.VIEW,
            lambda: people.toggle(page),
            (key,),
            "user",
            enabled=lambda: is_used() or people.is_at(page),
            checked=lambda: people.is_at(page),
            checkable=True,
        )

    return (
        row("view.conflicts", "Co&nflicts", Page.CONFLICTS, "F6", lambda: people.has_conflicts),
        row("view.others", "Others’ wor&k", Page.OTHERS, "Shift+F6", lambda: people.has_news),
    )
