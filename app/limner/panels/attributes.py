"""The attributes panel: what the selected annotation is, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPlainTextEdit, QSizePolicy, QWidget

from limner.model.annotations import Drawable, kind_of
from limner.model.json_text import NO_ATTRIBUTES, JsonText
from limner.model.ontology import LabelClass
from limner.model.patch import Patch
from limner.panels.attribute_fields import AttributeForm
from limner.panels.card import Card, Scroller
from limner.panels.facts import geometry_of, origin_of
from limner.panels.icons import dot
from limner.panels.soon import Soon
from limner.panels.text import ElidedLabel, label, plain
from limner.tools.bench import Bench

_LONGEST_RAW: Final = 4000
_RAW_HEIGHT: Final = 76
_LEAST_SEEN: Final = 48
_LONGEST_HALF: Final = 12


class AttributesPanel(Card):
    """Visible only while something is selected. It changes nothing itself: it asks."""

    class_chosen = Signal(object)
    """LabelClass: the selected annotations shall have this class."""
    attributes_changed = Signal(object)
    """JsonText: the selected annotations shall have these attributes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Attributes", "sliders-horizontal", parent)
        self._bench: Bench | None = None
        self._unwatch: list[Callable[[], None]] = []
        self._classes: list[LabelClass] = []
        self.classes = QComboBox()
        self.form = AttributeForm()
        self.raw = QPlainTextEdit()
        self._raw_text = ""
        self.note = QLabel()
        self._facts = _Facts()
        self._inside = Scroller(_LEAST_SEEN)
        self._showing = Soon(self, self._show)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._dress()
        self._lay_out()
        self.setVisible(False)

    def edit(self, bench: Bench | None) -> None:
        """Show what is selected on another bench."""
        for unwatch in self._unwatch:
            unwatch()
        self._bench = bench
        self._unwatch = (
            [bench.selection.watch(self._showing.start), bench.document.watch(self._patched)]
            if bench
            else []
        )
        self._showing.start()

    def flush(self) -> None:
        """Show now what is otherwise shown in the next turn of the event loop."""
        self._showing.flush()

    def _dress(self) -> None:
        self.classes.setAccessibleName("Class")
        self.classes.setToolTip("The class of what is selected (digits choose one as well)")
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.classes.setSizeAdjustPolicy(policy)
        self.classes.setMinimumContentsLength(8)
        self.classes.activated.connect(self._choose)
        self.form.changed.connect(self._take)
        self.raw.setReadOnly(True)
        self.raw.setMaximumHeight(_RAW_HEIGHT)
        self.raw.setAccessibleName("Attributes as they are stored")
        self.raw.setToolTip("Stored in a form that has no fields here; it is kept as it is")
        self.raw.setTabChangesFocus(True)
        self.note.setObjectName("m")
        self.note.setWordWrap(True)

    def _lay_out(self) -> None:
        for part in (self.form, self.note, self.raw, self._facts):
            self._inside.column.addWidget(part)
        self._inside.column.addStretch(1)
        self.body.addWidget(self.classes)
        self.body.addWidget(self._inside)
        self.setFocusProxy(self.classes)

    def _patched(self, patch: Patch) -> None:
        selection = self._bench.selection if self._bench else ()
        if any(id_ in selection for id_ in patch.changes):
            self._showing.start()

    def _show(self) -> None:
        selected = self._bench.selected() if self._bench else []
        self._show_selected(selected)
        self.setVisible(bool(selected))

    def _show_selected(self, selected: list[Drawable]) -> None:
        if self._bench is None or not selected:
            return
        self.aside.setText("" if len(selected) == 1 else f"{len(selected):,} selected")
        of_each_class = list({(a.name, type(a)): a for a in selected}.values())
        self._show_classes(self._bench, of_each_class)
        self._show_attributes(self._bench, selected, of_each_class)
        self._facts.show_rows(_facts_of(selected))
        self._inside.updateGeometry()

    def _show_classes(self, bench: Bench, of_each_class: list[Drawable]) -> None:
        kinds = {kind_of(annotation) for annotation in of_each_class}
        classes = bench.ontology.of_kind(kinds.pop()) if len(kinds) == 1 else []
        labels = {annotation.name for annotation in of_each_class}
        only = labels.pop() if len(labels) == 1 else None
        if classes != self._classes:
            self._classes = classes
            self.classes.clear()
            for each in classes:
                self.classes.addItem(dot(each.colour), plain(each.name, 80))
        names = [each.name for each in classes]
        self.classes.setCurrentIndex(names.index(only) if only in names else -1)
        self.classes.setPlaceholderText(_placeholder(only, is_mixed=not self._classes))
        self.classes.setEnabled(bool(self._classes))

    def _show_attributes(
        self, bench: Bench, selected: list[Drawable], of_each_class: list[Drawable]
    ) -> None:
        first, text = selected[0], selected[0].attributes.text
        labels = {bench.ontology.class_of(annotation) for annotation in of_each_class}
        label = labels.pop() if len(labels) == 1 else None
        are_same = all(annotation.attributes.text == text for annotation in selected)
        values = _fields_of(first.attributes)
        specs = label.attributes if label else ()
        can_edit = are_same and values is not None and bool(specs)
        self.form.setVisible(can_edit)
        if can_edit and values is not None:
            self.form.show_values(specs, values)
        self._show_raw(first.attributes if are_same else NO_ATTRIBUTES, specs if can_edit else ())
        self.note.setVisible(not are_same)
        self.note.setText("Their attributes differ. Select one to see and change them.")

    def _show_raw(self, attributes: JsonText, specs: tuple[Any, ...]) -> None:
        """Show what no field shows."""
        values = _fields_of(attributes)
        if values is not None:
            known = {spec.name for spec in specs}
            rest = {name: value for name, value in values.items() if name not in known}
            text = JsonText.of(rest).text if rest else ""
        else:
            text = attributes.text
        cut = text if len(text) <= _LONGEST_RAW else text[:_LONGEST_RAW] + "…"
        if cut != self._raw_text:
            self._raw_text = cut
            self.raw.setPlainText(plain(cut, _LONGEST_RAW + 1))
        self.raw.setVisible(bool(text))

    def _choose(self, row: int) -> None:
        self.class_chosen.emit(self._classes[row])

    def _take(self, values: dict[str, Any]) -> None:
        self.attributes_changed.emit(JsonText.of(values) if values else NO_ATTRIBUTES)


class _Facts(QWidget):
    """Names and values in two columns of pairs."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[tuple[QLabel, ElidedLabel]] = []
        self._rows: list[tuple[str, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Show (name, value) rows; labels that are there are used again."""
        were, self._rows = self._rows, rows
        if list(map(_shape, were)) != list(map(_shape, rows)):
            self._arrange(rows)
            return
        for (_, value), was, row in zip(self._pairs, were, rows, strict=False):
            if was != row:
                value.say(row[1])

    def _arrange(self, rows: list[tuple[str, str]]) -> None:
        while len(self._pairs) < len(rows):
            self._pairs.append((label(muted=True), ElidedLabel()))
        place = 0
        for at, (title, value) in enumerate(self._pairs):
            is_used = at < len(rows)
            if is_used:
                title.setText(rows[at][0])
                value.say(rows[at][1])
                place = self._put(title, value, place, is_wide=_is_wide(rows[at][1]))
            title.setVisible(is_used)
            value.setVisible(is_used)

    def _put(self, title: QLabel, value: ElidedLabel, place: int, *, is_wide: bool) -> int:
        """Put a pair at a place, two to a row, or on a row of its own; the next free place."""
        row, column = divmod(place + (place % 2 if is_wide else 0), 2)
        self._grid.addWidget(title, row, column * 2)
        self._grid.addWidget(value, row, column * 2 + 1, 1, 3 if is_wide else 1)
        return row * 2 + column + (2 if is_wide else 1)


def _shape(row: tuple[str, str]) -> tuple[str, bool]:
    """What tells where a row of facts stands."""
    return row[0], _is_wide(row[1])


def _is_wide(value: str) -> bool:
    return len(value) > _LONGEST_HALF


def _facts_of(selected: list[Drawable]) -> list[tuple[str, str]]:
    if len(selected) != 1:
        return []
    return [*geometry_of(selected[0]), *origin_of(selected[0])]


def _fields_of(attributes: JsonText) -> dict[str, Any] | None:
    """The attributes as an object; None when they are a list with something in it."""
    if attributes == NO_ATTRIBUTES:
        return {}
    value = attributes.value()
    return value if isinstance(value, dict) else None


def _placeholder(name: str | None, *, is_mixed: bool) -> str:
    if name is not None:
        return f"{plain(name, 40)} (not in this dataset)"
    return "different types" if is_mixed else "different classes"
