"""The choices of the object filter by mouse: they write the same words that a person types."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QVBoxLayout, QWidget

from limner.panels.filter_choices import FilterChoices
from limner.panels.filter_controls import AttributeChoice, Bounds, Checks, ClassChecks
from limner.panels.object_filter import (
    Among,
    Attribute,
    Comparison,
    Measure,
    ObjectFilter,
    Subject,
    Term,
)
from limner.panels.text import label

_WIDTH: Final = 300
_FROM: Final = (Comparison.AT_LEAST, Comparison.MORE)
_TO: Final = (Comparison.AT_MOST, Comparison.LESS)
_MEASURES: Final = {
    Measure.CONFIDENCE: ("Confidence", 0.0, 1.0, 0.05),
    Measure.SIZE: ("Size, px", 0.0, 1e9, 10.0),
    Measure.AREA: ("Area, px²", 0.0, 1e18, 100.0),
}


class FilterPopup(QFrame):
    """Shows a filter and changes it; what it cannot show (-truck) stays as it is."""

    changed = Signal(object)
    """ObjectFilter: what the person wants now."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("panel")
        self.setAccessibleName("Filter choices")
        self.setFixedWidth(_WIDTH)
        self._filter = ObjectFilter()
        self.classes = ClassChecks()
        self.types = Checks()
        self.states = Checks()
        self.bounds = {measure: Bounds(*about) for measure, about in _MEASURES.items()}
        self.attribute = AttributeChoice()
        self.clear = QPushButton("Show all")
        self._lay_out()
        self._connect()

    def show_filter(self, wanted: ObjectFilter, choices: FilterChoices) -> None:
        """Show what is wanted now, and what there is."""
        self._filter = wanted
        self.classes.show_choices(choices.classes, wanted.values(Subject.CLASS))
        self.types.show_choices(choices.types, wanted.values(Subject.TYPE))
        self.states.show_choices(choices.states, wanted.values(Subject.IS))
        for measure, bounds in self.bounds.items():
            bounds.show_values(wanted.bound(measure, _FROM), wanted.bound(measure, _TO))
        self.attribute.show_choices(choices.keys, next(filter(_is_plain, wanted.terms), None))
        self.clear.setEnabled(bool(wanted))

    def open_under(self, widget: QWidget) -> None:
        """Appear below a widget, on its screen, with the keyboard on the classes."""
        self.adjustSize()
        corner = widget.mapToGlobal(widget.rect().bottomRight())
        # Not `widget.screen()`: with PySide6 6.11 the screen is freed along with the widget.
        screen = (QApplication.screenAt(corner) or QApplication.primaryScreen()).availableGeometry()
        left = max(screen.left(), min(corner.x(), screen.right()) - self.width())
        top = max(screen.top(), min(corner.y() + 2, screen.bottom() - self.height()))
        self.move(left, top)
        self.show()
        self.classes.setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        lists = (("Classes", self.classes), ("Types", self.types), ("State", self.states))
        for title, part in lists:
            column.addWidget(label(title, muted=True))
            column.addWidget(part)
        for bounds in self.bounds.values():
            column.addWidget(bounds)
        column.addWidget(label("Attribute", muted=True))
        column.addWidget(self.attribute)
        column.addWidget(self.clear)

    def _connect(self) -> None:
        listed = ((self.classes, Subject.CLASS), (self.types, Subject.TYPE))
        for checks, subject in (*listed, (self.states, Subject.IS)):
            checks.changed.connect(lambda values, subject=subject: self._list(subject, values))
        for measure, bounds in self.bounds.items():
            bounds.changed.connect(lambda measure=measure: self._limit(measure))
        self.attribute.changed.connect(self._describe)
        self.clear.clicked.connect(lambda: self.changed.emit(ObjectFilter()))

    def _list(self, subject: Subject, values: tuple[str, ...]) -> None:
        self.changed.emit(self._filter.with_values(subject, values))

    def _limit(self, measure: Measure) -> None:
        bounds = self.bounds[measure]
        wanted = self._filter
        for sides, field in ((_FROM, bounds.low), (_TO, bounds.high)):
            if not field.is_wrong and field.value != wanted.bound(measure, sides):
                wanted = wanted.with_bound(measure, sides, field.value)
        self.changed.emit(wanted)

    def _describe(self, term: Term | None) -> None:
        new = () if term is None else (term,)
        self.changed.emit(self._filter.replacing(_is_plain, new))


def _is_plain(term: Term) -> bool:
    """Whether the one line for an attribute can show the term."""
    is_pair = isinstance(term, Attribute) and term.comparison is Comparison.EQUAL
    is_key = isinstance(term, Among) and term.subject is Subject.HAS
    return (is_pair or is_key) and not term.is_not
