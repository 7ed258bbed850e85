"""The dialog for servers: address, key, and whether they answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from limner.api.errors import Unreachable
from limner.api.patronus import Patronus
from limner.api.pictograph import Pictograph
from limner.api.transport import connect
from limner.panels.text import plain
from limner.shell.services import Services
from limner.shell.trouble import words
from limner.storage.settings import Connection

_KINDS = {"Annotations (Pictograph)": "pictograph", "Reviews (Patronus)": "patronus"}


class ConnectionsDialog(QDialog):
    """A list of servers on the left, the chosen one's fields on the right.

    A key goes to the system's keyring; where there is none it is kept until the editor is closed,
    and the dialog says so. It is never shown again and never written to the settings.
    """

    def __init__(
        self,
        services: Services,
        changed: Callable[[], None],
        parent: QWidget | None = None,
        kind: str = "pictograph",
    ) -> None:
        """`changed` hears of every change, also after the dialog was closed."""
        super().__init__(parent)
        self.setWindowTitle("Connections")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 380)
        self._services = services
        self._changed = changed
        self._new_kind = kind
        self._is_open = True
        self._editing: Connection | None = None
        self.list = QListWidget()
        self.list.setAccessibleName("Servers")
        self.list.currentRowChanged.connect(self._chosen)
        self.kind = QComboBox()
        self.kind.addItems(list(_KINDS))
        self.name = QLineEdit()
        self.url = QLineEdit()
        self.url.setPlaceholderText("https://label.example.org")
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.use_for_review = QCheckBox("Send verdicts to this server")
        self.report = QLabel()
        self.report.setObjectName("m")
        self.report.setTextFormat(Qt.TextFormat.PlainText)
        self.report.setWordWrap(True)
        self.test = QPushButton("&Test")
        self.save = QPushButton("&Save")
        self.save.setObjectName("primary")
        self.save.setDefault(True)
        self.remove = QPushButton("&Remove")
        self.remove.setAutoDefault(False)
        self.test.setAutoDefault(False)
        self._lay_out()
        self.kind.currentTextChanged.connect(self._kind_changed)
        self.test.clicked.connect(self._test)
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._remove)
        self.finished.connect(self._closed)
        self._list()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("&Kind", self.kind)
        form.addRow("&Name", self.name)
        form.addRow("&Address", self.url)
        form.addRow("&Key", self.key)
        form.addRow(self.use_for_review)
        buttons = QHBoxLayout()
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(self.test)
        buttons.addWidget(self.save)
        right = QVBoxLayout()
        right.addLayout(form)
        right.addWidget(self.report, 1)
        right.addLayout(buttons)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.list, 1)
        row.addLayout(right, 2)
        row.setSpacing(16)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(row)
        column.addWidget(close)

    # --- the list

    def _list(self, choose: str | None = None) -> None:
        connections = self._services.settings.connections
        self.list.blockSignals(True)
        self.list.clear()
        for connection in connections:
            self.list.addItem(plain(connection.name or connection.url))
        self.list.addItem("Add a server…")
        self.list.blockSignals(False)
        ids = [connection.id for connection in connections]
        self.list.setCurrentRow(ids.index(choose) if choose in ids else len(ids))

    def _chosen(self, row: int) -> None:
        connections = self._services.settings.connections
        self._editing = connections[row] if 0 <= row < len(connections) else None
        known = self._editing
        kinds = list(_KINDS.values())
        self.kind.setCurrentIndex(kinds.index(known.kind if known else self._new_kind))
        self.name.setText(known.name if known else "")
        self.url.setText(known.url if known else "")
        self.key.clear()
        self.key.setPlaceholderText("unchanged" if known else "")
        review = self._services.settings.review_connection
        self.use_for_review.setChecked(known is not None and known.id == review)
        self.remove.setEnabled(known is not None)
        self.report.clear()
        self._kind_changed()

    def _kind_changed(self) -> None:
        self.use_for_review.setVisible(self._kind() == "patronus")

    def _kind(self) -> str:
        return _KINDS[self.kind.currentText()]

    # --- test, save, remove

    def _typed(self) -> Connection:
        """The fields as a connection; the dialect is found anew when the address changed."""
        known, url = self._editing, self.url.text().strip().rstrip("/")
        return Connection(
            id=known.id if known else str(uuid4()),
            kind="patronus" if self._kind() == "patronus" else "pictograph",
            name=self.name.text().strip() or url.split("//")[-1],
            url=url,
            dialect=known.dialect if known and known.url == url else None,
        )

    def _test(self) -> None:
        self._probe(self._typed(), save=False)

    def _save(self) -> None:
        self._probe(self._typed(), save=True)

    def _probe(self, typed: Connection, *, save: bool) -> None:
        """Ask the server who it is; saving keeps the connection also when it is away now."""
        key = self.key.text().strip()
        keys = self._services.keys

        def ask() -> Connection:
            found = key or keys.get(typed.kind, typed.url)
            if save and key:
                keys.put(typed.kind, typed.url, key)
            with closing(connect(typed.url, found)) as wire:
                if typed.kind == "patronus":
                    Patronus.probe(wire)
                    return typed
                return typed.model_copy(update={"dialect": str(Pictograph.probe(wire))})

        def done(probed: Connection) -> None:
            self._set_busy(is_busy=False)
            self._say("The server answers and takes the key.")
            if save:
                self._keep(probed)

        def failed(error: Exception) -> None:
            away = "The server cannot be reached. Check the address, or try again later."
            self._say(away if isinstance(error, Unreachable) else words(error))
            self._set_busy(is_busy=False)
            if save and _is_address(typed.url):
                self._keep(typed)

        self._say("Asking the server…")
        self._set_busy(is_busy=True)
        self._services.tasks.run(ask, done, failed)

    def _keep(self, connection: Connection) -> None:
        settings = self._services.settings.with_connection(connection)
        review = settings.review_connection
        if connection.kind == "patronus" and self._is_open:
            chosen = self.use_for_review.isChecked()
            review = connection.id if chosen else (None if review == connection.id else review)
        self._services.change(connections=settings.connections, review_connection=review)
        if self._is_open:
            said = self.report.text()
            self._list(connection.id)
            lasting = (
                ""
                if self._services.keys.is_lasting
                else (" This computer has no keyring: the key is kept until the editor is closed.")
            )
            self._say(said + " Saved." + lasting)
        self._changed()

    def _set_busy(self, *, is_busy: bool) -> None:
        """While a server is asked, nothing else can be asked of this dialog."""
        if self._is_open:
            for part in (self.list, self.test, self.save, self.remove, self.use_for_review):
                part.setEnabled(not is_busy)
            self.remove.setEnabled(not is_busy and self._editing is not None)

    def _remove(self) -> None:
        known = self._editing
        if known is None:
            return
        settings, keys = self._services.settings, self._services.keys
        left = settings.without_connection(known.id).connections
        review = settings.review_connection
        self._services.change(
            connections=left, review_connection=None if review == known.id else review
        )
        self._services.tasks.run(
            lambda: keys.remove(known.kind, known.url),
            lambda _done: None,
            lambda error: self._say(words(error)),
        )
        self._list()
        self._changed()

    def _say(self, text: str) -> None:
        if self._is_open:
            self.report.setText(plain(text, 400))

    def _closed(self) -> None:
        self._is_open = False


def _is_address(url: str) -> bool:
    return url.startswith(("http://", "https://")) and len(url) > len("https://")
