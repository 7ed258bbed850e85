"""The review panel: one question at a time about the image or the selected object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from limner.api.errors import waits_by_itself
from limner.model.verdicts import Answer, Criteria, Verdict
from limner.panels.answer_drafts import AnswerDrafts, Key
from limner.panels.card import Card, EmptyWords
from limner.panels.icons import dress
from limner.panels.question_form import QuestionForm
from limner.panels.review_decision import DecisionBar, overrun_words
from limner.panels.review_parts import CriteriaCombo, ScopeSwitch, StageRow, stored_words
from limner.panels.text import plain
from limner.panels.tokens import tokens_now
from limner.review.desk import Desk, Mark, Scope

_NOTHING: Final = Answer()
_LEAST_SEEN: Final = 104
_LONGEST_WORDS: Final = 400
_SUBMIT_HINT: Final = "Submit this verdict and stay"
_NEXT_HINT: Final = "Submit this verdict and go on to the next question (Ctrl+Return)"


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
        self._unsent: Answer | None = None
        self._is_touched = False
        self._drafts = AnswerDrafts()
        self.scope = ScopeSwitch()
        self.add_to_header(self.scope)
        self.add = self.add_button("plus", "Add a question", "Add a question to this project")
        self.criteria = CriteriaCombo()
        self.form = QuestionForm(_LEAST_SEEN)
        self.status = QLabel()
        self.decision = DecisionBar()
        self.submit = QPushButton("Submit")
        self.submit_next = QPushButton("Submit and next")
        self.stage = StageRow()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.empty = EmptyWords()
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
        self._shown = None
        self._unwatch = desk.watch(self._refresh) if desk else None
        self._refresh()

    # --- what is seen

    def _dress(self) -> None:
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self.criteria.setToolTip("The question (Up and Down choose another)")
        self.submit.setToolTip(_SUBMIT_HINT)
        self.submit_next.setToolTip(_NEXT_HINT)
        self.submit_next.setObjectName("primary")
        dress(self.submit_next, "send", tokens_now().on_fill)
        self.setFocusProxy(self.form)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.submit)
        buttons.addWidget(self.submit_next, 1)
        column = QVBoxLayout(self._desk_part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.criteria)
        column.addWidget(self.form, 1)
        column.addWidget(self.status)
        column.addWidget(self.decision)
        column.addLayout(buttons)
        self.body.addWidget(self._desk_part, 1)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.stage)

    def _connect(self) -> None:
        self.add.clicked.connect(self.create_wanted)
        self.scope.chosen.connect(self._set_scope)
        self.criteria.activated.connect(self._go_to)
        self.form.changed.connect(self._touch)
        self.submit.clicked.connect(self._submit)
        self.submit_next.clicked.connect(self._submit_and_next)
        self.stage.wanted.connect(self.stage_wanted)
        self.decision.replace_wanted.connect(self._replace_theirs)
        self.decision.drop_wanted.connect(self._drop)

    def _refresh(self) -> None:
        desk = self._desk
        target = desk.target if desk else None
        self.scope.show_scope(desk.scope if desk else Scope.IMAGE)
        self.form.about = desk.target_name if desk and target else ""
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
        if desk is None or (desk.target is None and desk.scope is Scope.IMAGE):
            return "Open an image to review it."
        if desk.trouble is not None and not desk.criteria:
            return plain(self._words(desk.trouble), _LONGEST_WORDS)
        if not desk.criteria:
            return "This project has no questions yet.\nAdd the first with + above."
        if desk.target is None:
            return "Select one object on the image to judge it."
        return "No question of this project fits here.\nAdd one with + above."

    def _show_question(self, desk: Desk, criteria: Criteria) -> None:
        key = None if desk.target is None else (desk.target, criteria.id)
        verdict, unsent = desk.verdict(criteria.id), desk.unsent(criteria.id)
        if key != self._shown:
            self._keep_draft()
            self._shown = key
            self.form.ask(criteria)
            self._fill(verdict, unsent)
        elif (verdict, unsent) != (self._stored, self._unsent) and not self._is_touched:
            self._fill(verdict, unsent)
        self._describe()

    def _fill(self, verdict: Verdict | None, unsent: Answer | None) -> None:
        """Show what was typed and not submitted, else what is on its way, else what is stored."""
        if self._shown is None:
            return
        self._stored, self._unsent = verdict, unsent
        typed = self._drafts.typed(self._shown)
        self.form.show_answer(typed or self._given)
        self._is_touched = typed is not None

    @property
    def _given(self) -> Answer:
        """What the form says when nothing was changed in it."""
        return self._unsent or (self._stored.answer if self._stored else _NOTHING)

    def _describe(self) -> None:
        """Say how far the answer is, and let it be submitted when there is one."""
        desk, field = self._desk, self.form.field
        if desk is None or field is None or self._shown is None:
            return
        problem = self._problem(desk, self._shown[1])
        self._say(self._words(problem) if problem else self._progress(desk), is_bad=bool(problem))
        self._show_decision(desk, self._shown[1])
        is_empty = field.answer.is_empty()
        for button, hint in ((self.submit, _SUBMIT_HINT), (self.submit_next, _NEXT_HINT)):
            button.setEnabled(not is_empty)
            button.setToolTip(field.reason if is_empty else hint)

    def _problem(self, desk: Desk, criteria_id: str) -> Exception | None:
        """What is in the way of the answer and does not go away by itself."""
        if desk.mark(criteria_id) is Mark.NONE and not self._is_touched:
            return desk.trouble
        error = desk.error(criteria_id)
        return None if error is None or waits_by_itself(error) else error

    def _progress(self, desk: Desk) -> str:
        """How far the answer to the question that is shown has come, in a few words."""
        if self._shown is None:
            return ""
        mark, verdict = desk.mark(self._shown[1]), desk.verdict(self._shown[1])
        if self._is_touched and mark is not Mark.SENDING:
            return "not submitted yet" if verdict is None else "changed, not submitted yet"
        said = "" if mark is Mark.NONE else stored_words(mark, verdict)
        overrun = desk.overrun(self._shown[1])
        return said if overrun is None else f"{said}\n{overrun_words(overrun)}"

    def _show_decision(self, desk: Desk, criteria_id: str) -> None:
        clash, mine = desk.clash(criteria_id), desk.unsent(criteria_id)
        if clash is not None and mine is not None:
            self.decision.ask(clash, mine)
        elif desk.mark(criteria_id) is Mark.FAILED:
            self.decision.offer_to_drop()
        else:
            self.decision.hide()

    def _say(self, words: str, *, is_bad: bool) -> None:
        name = "bad" if is_bad else "m"
        if self.status.objectName() != name:
            self.status.setObjectName(name)
            self.status.style().unpolish(self.status)
            self.status.style().polish(self.status)
        self.status.setText(plain(words, _LONGEST_WORDS))
        self.status.setVisible(bool(words))

    # --- what the person does

    def _set_scope(self, scope: Scope) -> None:
        if self._desk is not None:
            self._desk.set_scope(scope)

    def go_to(self, criteria_id: str) -> None:
        """Show this question, if it is asked of what is on the desk."""
        asked = [criteria.id for criteria in self._criteria]
        if criteria_id in asked:
            self._go_to(asked.index(criteria_id))

    def _go_to(self, row: int) -> None:
        self.criteria.setCurrentIndex(row)
        self._refresh()

    def _touch(self) -> None:
        self._is_touched = self.form.answer != self._given
        self._describe()

    def _keep_draft(self) -> None:
        if self._shown is not None:
            self._drafts.type(self._shown, self.form.answer if self._is_touched else None)
        self._is_touched = False

    def _submit(self) -> None:
        answer = self.form.answer
        if self._desk is None or self._shown is None or answer.is_empty():
            return
        self._drafts.type(self._shown, None)
        self._is_touched = False
        self._desk.submit(self._shown[1], answer)

    def _replace_theirs(self) -> None:
        if self._desk is not None and self._shown is not None:
            self._desk.replace_theirs(self._shown[1])

    def _drop(self) -> None:
        """Let go of one's own answer, also of what was changed in it since."""
        if self._desk is None or self._shown is None:
            return
        self._drafts.type(self._shown, None)
        self._is_touched = False
        self._desk.drop(self._shown[1])

    def _submit_and_next(self) -> None:
        if not self.submit_next.isEnabled():
            return
        was_typing = self.form.has_focus
        self._submit()
        following = self.criteria.currentIndex() + 1
        if following < len(self._criteria):
            self._go_to(following)
        else:
            self._go_to(0)
            self.next_wanted.emit()
        if was_typing:
            self.form.setFocus()  # the answer, not the explanation, is what comes next

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
        if not self._knows(event):
            super().keyPressEvent(event)
        elif _is_submit(event):
            self._submit_and_next()
        elif self.form.field is not None:
            self.form.field.take_key(event.text().casefold())

    def _knows(self, event: QKeyEvent) -> bool:
        if _is_submit(event):
            return True
        field, held = self.form.field, event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        is_bare = held == Qt.KeyboardModifier.NoModifier and self._desk_part.isVisible()
        return is_bare and field is not None and event.text().casefold() in field.keys


def _is_submit(event: QKeyEvent) -> bool:
    is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return is_return and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
