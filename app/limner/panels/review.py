"""The review panel: one question at a time about the image or the selected object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from limner.model.verdicts import Answer, Criteria, Target, Verdict
from limner.panels.answers import AnswerField, field_for, text_box
from limner.panels.card import Card, EmptyWords, Scroller
from limner.panels.icons import dress
from limner.panels.review_parts import CriteriaCombo, ScopeSwitch, StageRow, stored_words
from limner.panels.text import ElidedLabel, plain
from limner.panels.tokens import tokens_now
from limner.review.desk import Desk, Mark, Scope

Key = tuple[Target, str]
_NOTHING: Final = Answer()
_LEAST_SEEN: Final = 72
_UNSENT: Final = (Mark.SENDING, Mark.WAITING, Mark.FAILED)


class ReviewPanel(Card):
    """Shows the desk and answers for the person; what is typed and not sent stays on the panel."""

    next_wanted = Signal()
    """Every question of this target was gone through: on to the next image or object."""
    create_wanted = Signal()
    """The person wants to add a question to the project."""
    stage_wanted = Signal(str, str)
    """("approve" or "request_changes", note)."""

    def __init__(
        self,
        words: Callable[[Exception], str],
        desk: Desk | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`words` says an error in the language of the person."""
        super().__init__("Review", "clipboard-check", parent)
        self._words = words
        self._desk: Desk | None = None
        self._unwatch: Callable[[], None] | None = None
        self._criteria: list[Criteria] = []
        self._shown: Key | None = None
        self._stored: Verdict | None = None
        self._is_touched = False
        self._drafts: dict[Key, Answer] = {}
        self._sent: dict[Key, Answer] = {}
        self.field: AnswerField | None = None
        self.scope = ScopeSwitch()
        self.add_to_header(self.scope)
        self.add = self.add_button("plus", "Add a question", "Add a question to this project")
        self.about = ElidedLabel(muted=True)
        self.criteria = CriteriaCombo()
        self.description = QLabel()
        self.explanation = text_box("Explanation (optional)", "Explanation")
        self.status = QLabel()
        self.submit = QPushButton("Submit")
        self.submit_next = QPushButton("Submit and next")
        self.stage = StageRow()
        self.empty = EmptyWords()
        self._place = QVBoxLayout()
        self._desk_part = QWidget()
        self._dress()
        self._lay_out()
        self._connect()
        self.edit(desk)

    def edit(self, desk: Desk | None) -> None:
        """Work on another desk, or on none."""
        self._keep_draft()
        if self._unwatch is not None:
            self._unwatch()
        self._desk = desk
        self._drafts.clear()
        self._sent.clear()
        self._shown = None
        self._unwatch = desk.watch(self._refresh) if desk else None
        self._refresh()

    # --- what is seen

    def _dress(self) -> None:
        for label in (self.description, self.status):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.description.setObjectName("m")
        self.criteria.setToolTip("The question (Up and Down choose another)")
        self.submit.setToolTip("Submit this verdict")
        self.submit_next.setObjectName("primary")
        dress(self.submit_next, "send", tokens_now().on_fill)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.submit)
        buttons.addWidget(self.submit_next, 1)
        question = Scroller(_LEAST_SEEN)
        question.column.addWidget(self.about)
        question.column.addWidget(self.description)
        question.column.addLayout(self._place)
        question.column.addWidget(self.explanation)
        question.column.addStretch(1)
        column = QVBoxLayout(self._desk_part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.criteria)
        column.addWidget(question, 1)
        column.addWidget(self.status)
        column.addLayout(buttons)
        self.body.addWidget(self._desk_part, 1)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.stage)

    def _connect(self) -> None:
        self.add.clicked.connect(self.create_wanted)
        self.scope.chosen.connect(self._set_scope)
        self.criteria.activated.connect(self._go_to)
        self.explanation.textChanged.connect(self._touch)
        self.submit.clicked.connect(self._submit)
        self.submit_next.clicked.connect(self._submit_and_next)
        self.stage.wanted.connect(self.stage_wanted)

    def _refresh(self) -> None:
        desk = self._desk
        target = desk.target if desk else None
        self.scope.show_scope(desk.scope if desk else Scope.IMAGE)
        self.about.say(desk.target_name if desk and target else "")
        self._criteria = [c for c in (desk.criteria if desk else ()) if target and c.fits(target)]
        is_ready = bool(self._criteria)
        self._desk_part.setVisible(is_ready)
        self.empty.setVisible(not is_ready)
        self.empty.setText(self._empty_words())
        self.add.setEnabled(desk is not None)
        self.stage.setEnabled(desk is not None)
        if desk and is_ready:
            marks = [desk.mark(criteria.id) for criteria in self._criteria]
            self.criteria.show_criteria(self._criteria, marks)
            self._show_question(desk, self._criteria[self.criteria.currentIndex()])

    def _empty_words(self) -> str:
        desk = self._desk
        if desk is None:
            return "Open an image to review it."
        if desk.trouble is not None and not desk.criteria:
            return plain(self._words(desk.trouble), 400)
        if not desk.criteria:
            return "This project has no questions yet.\nAdd the first with + above."
        if desk.target is None:
            return (
                "Select one object on the image to judge it."
                if desk.scope is Scope.OBJECT
                else "Open an image to review it."
            )
        return "No question of this project fits here.\nAdd one with + above."

    def _show_question(self, desk: Desk, criteria: Criteria) -> None:
        target = desk.target
        key = None if target is None else (target, criteria.id)
        if key != self._shown:
            self._keep_draft()
            self._shown = key
            self._ask(criteria)
        elif self._is_touched or desk.verdict(criteria.id) == self._stored:
            self._describe()
            return
        self._fill(desk, criteria)
        self._describe()

    def _ask(self, criteria: Criteria) -> None:
        """Put the control that fits the question in its place."""
        had_focus = self._field_has_focus()
        if self.field is not None:
            self._place.removeWidget(self.field)
            self.field.hide()
            self.field.deleteLater()
        self.field = field_for(criteria)
        self.field.changed.connect(self._touch)
        self._place.addWidget(self.field)
        self.setFocusProxy(self.field)
        self.setTabOrder(self.criteria, self.field)
        self.description.setText(plain(criteria.description, 300))
        self.description.setVisible(bool(criteria.description))
        if had_focus:
            self.field.setFocus()

    def _field_has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        if self.field is None or focused is None:
            return False
        return self.field.isAncestorOf(focused)

    def _fill(self, desk: Desk, criteria: Criteria) -> None:
        """Show what was typed and not submitted, else what is on its way, else what is stored."""
        self._stored = desk.verdict(criteria.id)
        draft = self._drafts.get(self._shown) if self._shown else None
        sent = self._sent.get(self._shown) if self._shown else None
        if desk.mark(criteria.id) not in _UNSENT:
            sent = None
        answer = draft or sent or (self._stored.answer if self._stored else _NOTHING)
        if self.field is not None:
            self.field.show_answer(answer)
        self.explanation.blockSignals(True)
        self.explanation.setPlainText(answer.explanation or "")
        self.explanation.blockSignals(False)
        self._is_touched = draft is not None

    def _describe(self) -> None:
        """Say how far the answer is, and let it be submitted when there is one."""
        desk, field = self._desk, self.field
        if desk is None or field is None or self._shown is None:
            return
        criteria_id = self._shown[1]
        mark, error = desk.mark(criteria_id), desk.error(criteria_id)
        is_empty = field.answer.is_empty()
        text = self._status(mark, error, desk.verdict(criteria_id))
        if desk.trouble is not None and mark is Mark.NONE:
            text = plain(self._words(desk.trouble), 400)
        self.status.setObjectName("bad" if mark is Mark.FAILED else "m")
        self.status.style().polish(self.status)
        self.status.setText(text)
        self.status.setVisible(bool(text))
        for button, hint in ((self.submit, "Submit"), (self.submit_next, "Submit and next")):
            button.setEnabled(not is_empty)
            button.setToolTip(field.reason if is_empty else _SUBMIT_HINTS[hint])

    def _status(self, mark: Mark, error: Exception | None, verdict: Verdict | None) -> str:
        if mark is Mark.FAILED and error is not None:
            return plain(self._words(error), 400)
        if self._is_touched and mark is not Mark.SENDING:
            return "not submitted yet" if verdict is None else "changed, not submitted yet"
        if mark is Mark.NONE:
            return ""
        return stored_words(mark, verdict)

    # --- what the person does

    def _set_scope(self, scope: Scope) -> None:
        if self._desk is not None:
            self._desk.set_scope(scope)

    def _go_to(self, row: int) -> None:
        self.criteria.setCurrentIndex(row)
        self._refresh()

    def _touch(self) -> None:
        self._is_touched = True
        self._describe()

    def _answer(self) -> Answer:
        given = self.field.answer if self.field else _NOTHING
        return replace(given, explanation=self.explanation.toPlainText().strip() or None)

    def _keep_draft(self) -> None:
        if self._shown is not None and self._is_touched:
            self._drafts[self._shown] = self._answer()
        self._is_touched = False

    def _submit(self) -> None:
        answer = self._answer()
        if self._desk is None or self._shown is None or answer.is_empty():
            return
        self._drafts.pop(self._shown, None)
        self._sent[self._shown] = answer
        self._is_touched = False
        self._desk.submit(self._shown[1], answer)

    def _submit_and_next(self) -> None:
        if not self.submit_next.isEnabled():
            return
        self._submit()
        following = self.criteria.currentIndex() + 1
        if following < len(self._criteria):
            self._go_to(following)
        else:
            self.criteria.setCurrentIndex(0)
            self.next_wanted.emit()
            self._refresh()

    # --- keys of the panel, which the window must not take for its own

    @override
    def event(self, event: QEvent) -> bool:
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and self._knows(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_submit(event):
            self._submit_and_next()
        elif not (_is_bare(event) and self.field and self.field.take_key(event.text())):
            super().keyPressEvent(event)

    def _knows(self, event: QKeyEvent) -> bool:
        return _is_submit(event) or (_is_bare(event) and event.text().casefold() in _ANSWER_KEYS)


_ANSWER_KEYS: Final = frozenset("pf123456789")
_SUBMIT_HINTS: Final = {
    "Submit": "Submit this verdict and stay",
    "Submit and next": "Submit this verdict and go on to the next question (Ctrl+Return)",
}


def _is_submit(event: QKeyEvent) -> bool:
    is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return is_return and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)


def _is_bare(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return bool(event.text()) and held == Qt.KeyboardModifier.NoModifier
