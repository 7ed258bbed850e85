"""Every command of the editor, one row each: menus, tool rail, shortcuts and palette use these."""

from __future__ import annotations

from typing import Final

from limner.model.ontology import DIGITS
from limner.panels.text import caption
from limner.shell.acts import Acts
from limner.shell.commands import Command, Menu
from limner.shell.offline_commands import offline_commands
from limner.shell.view_commands import view_commands

_TOOLS: Final = (
    ("select", "&Select and edit", "V", "mouse-pointer-2"),
    ("hand", "&Hand: drag the image", "H", "hand"),
    ("box", "&Box", "B", "square"),
    ("rotated", "&Rotated box", "R", "diamond"),
    ("polygon", "&Polygon", "P", "pentagon"),
    ("hole", "H&ole in a polygon", "O", "circle-dashed"),
    ("polyline", "Poly&line", "L", "waypoints"),
    ("keypoint", "&Keypoint", "K", "circle-dot"),
)


def commands(app: Acts) -> tuple[Command, ...]:
    """The rows, in menu order."""
    return (
        *_file(app),
        *_edit(app),
        *_image(app),
        *view_commands(app),
        *_tools(app),
        *_digits(app),
        *_review(app),
        *_help(app),
    )


def _file(app: Acts) -> tuple[Command, ...]:
    menu = Menu.FILE
    return (
        Command(
            "file.open",
            "&Open folder…",
            menu,
            app.opening.choose_folder,
            ("Ctrl+O",),
            "folder-open",
        ),
        Command(
            "file.projects",
            "Open &dataset…",
            menu,
            app.opening.choose_dataset,
            ("Ctrl+Shift+O",),
            "images",
        ),
        Command("file.sample", "Open the sa&mple", menu, app.opening.open_sample, icon="image"),
        Command("file.connect", "&Connections…", menu, app.show_connections, icon="server"),
        Command(
            "file.save",
            "&Save",
            menu,
            app.saving.save_now,
            ("Ctrl+S",),
            "save",
            enabled=app.has_image,
            separated=True,
        ),
        Command(
            "file.queue",
            "Work that is not on the ser&ver…",
            menu,
            app.queue.toggle,
            ("Ctrl+Shift+S",),
            "cloud-upload",
        ),
        Command(
            "file.export_unsent",
            "E&xport my unsent work…",
            menu,
            app.remedies.export,
            icon="file-down",
            enabled=app.has_image,
        ),
        *offline_commands(app),
        Command("file.quit", "&Quit", menu, app.quit, ("Ctrl+Q",), "log-out", separated=True),
    )


def _edit(app: Acts) -> tuple[Command, ...]:
    menu, editor = Menu.EDIT, app.editor

    def has_selection() -> bool:
        return editor.bench is not None and len(editor.bench.selection) > 0

    return (
        Command(
            "edit.undo",
            "&Undo",
            menu,
            editor.undo,
            ("Ctrl+Z",),
            "undo-2",
            enabled=lambda: editor.undo_title is not None,
            title=lambda: _titled("&Undo", editor.undo_title),
        ),
        Command(
            "edit.redo",
            "&Redo",
            menu,
            editor.redo,
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            "redo-2",
            enabled=lambda: editor.redo_title is not None or editor.is_drawing,
            title=lambda: _titled("&Redo", editor.redo_title),
        ),
        Command(
            "edit.copy",
            "&Copy",
            menu,
            editor.copy,
            ("Ctrl+C",),
            "copy",
            has_selection,
            separated=True,
        ),
        Command(
            "edit.paste",
            "&Paste",
            menu,
            editor.paste,
            ("Ctrl+V",),
            enabled=lambda: editor.can_paste,
        ),
        Command(
            "edit.duplicate",
            "&Duplicate",
            menu,
            editor.duplicate,
            ("Ctrl+D",),
            "copy",
            has_selection,
        ),
        Command("edit.delete", "De&lete", menu, editor.delete, ("Del",), "trash-2", has_selection),
        Command(
            "edit.all",
            "Select &all",
            menu,
            editor.select_all,
            ("Ctrl+A",),
            enabled=app.has_image,
            separated=True,
        ),
        Command(
            "edit.front",
            "Bring to &front",
            menu,
            lambda: editor.reorder("front"),
            ("Ctrl+]",),
            "arrow-up-to-line",
            has_selection,
        ),
        Command(
            "edit.back",
            "Send to &back",
            menu,
            lambda: editor.reorder("back"),
            ("Ctrl+[",),
            "arrow-down-to-line",
            has_selection,
        ),
    )


def _titled(verb: str, step: str | None) -> str:
    return f"{verb} {caption(step, 60)}" if step else verb


def _image(app: Acts) -> tuple[Command, ...]:
    menu, project = Menu.IMAGE, app.project
    return (
        Command(
            "image.next",
            "&Next image",
            menu,
            lambda: project.step(+1),
            ("D", "PgDown"),
            "chevron-right",
            app.has_image,
        ),
        Command(
            "image.previous",
            "&Previous image",
            menu,
            lambda: project.step(-1),
            ("A", "PgUp"),
            "chevron-left",
            app.has_image,
        ),
        Command(
            "image.next_page",
            "Ne&xt page of the file",
            menu,
            lambda: project.display.turn_page(+1),
            ("Alt+PgDown",),
            enabled=lambda: project.display.has_pages,
        ),
        Command(
            "image.previous_page",
            "Pre&vious page of the file",
            menu,
            lambda: project.display.turn_page(-1),
            ("Alt+PgUp",),
            enabled=lambda: project.display.has_pages,
        ),
        Command(
            "image.reload", "&Reload", menu, project.retry, ("F5",), "refresh-cw", app.has_image
        ),
        Command(
            "image.history",
            "&History of this image",
            menu,
            app.looking_back.toggle,
            ("Ctrl+H",),
            "history",
            app.has_image,
            lambda: app.looking_back.is_open,
            checkable=True,
            separated=True,
        ),
    )


def _tools(app: Acts) -> tuple[Command, ...]:
    editor = app.editor

    def row(name: str, text: str, key: str, icon: str) -> Command:
        return Command(
            f"tool.{name}",
            text,
            Menu.TOOLS,
            lambda: editor.use(name),
            (key,),
            icon,
            checked=lambda: editor.tool_name == name,
            group="tool",
        )

    return tuple(row(*tool) for tool in _TOOLS)


def _digits(app: Acts) -> tuple[Command, ...]:
    def row(digit: str, separated: bool) -> Command:
        def words() -> str:
            dataset = app.project.dataset
            label = dataset.ontology.by_digit(digit) if dataset is not None else None
            name = caption(label.name, 60) if label else "no class"
            return f"Class {digit}: {name}"

        def exists() -> bool:
            dataset = app.project.dataset
            return dataset is not None and dataset.ontology.by_digit(digit) is not None

        return Command(
            f"class.{digit}",
            f"Class {digit}",
            Menu.TOOLS,
            lambda: app.editor.choose_digit(digit),
            (digit,),
            enabled=exists,
            title=words,
            separated=separated,
        )

    return tuple(row(digit, digit == DIGITS[0]) for digit in DIGITS)


def _review(app: Acts) -> tuple[Command, ...]:
    menu = Menu.REVIEW
    return (
        Command(
            "review.focus",
            "&Give a verdict",
            menu,
            app.reviewing.focus,
            ("Ctrl+R",),
            "clipboard-check",
            app.has_image,
        ),
        Command(
            "review.criteria", "&Add a criterion…", menu, app.reviewing.add_criteria, icon="plus"
        ),
        Command(
            "review.approve",
            "A&pprove the image",
            menu,
            lambda: app.changes.set_stage("approve", ""),
            ("Ctrl+Shift+A",),
            "circle-check",
            app.has_image,
            separated=True,
        ),
        Command(
            "review.connect",
            "&Review server…",
            menu,
            lambda: app.show_connections("patronus"),
            icon="server",
        ),
    )


def _help(app: Acts) -> tuple[Command, ...]:
    return (
        Command("help.keys", "&Keyboard shortcuts", Menu.HELP, app.show_keys, ("F1",), "keyboard"),
        Command("help.about", "&About Limner", Menu.HELP, app.show_about, icon="info"),
    )
