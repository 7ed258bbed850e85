"""One window for one person's work: a second start asks the first to come to the front.

The lock says who has the work, by process and computer, and is taken over when that process is
gone. The guarantee that nobody else writes is the lock of the workspace file itself.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QLockFile
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_NAME: Final = "limner.lock"
_PATIENCE_MS: Final = 2_000
_LONGEST: Final = 65_536
_HEARD: Final = b"heard\n"

_LOG = logging.getLogger(__name__)


class _Wish(msgspec.Struct):
    """What the second start was asked to open; None: nothing."""

    open: str | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Wish).decode


class OneWindow:
    """The claim of this process on a data folder. Main thread only."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the work and is there already."""
        self._lock = QLockFile(str(folder / _NAME))
        self._lock.setStaleLockTime(0)  # only a process that is gone gives it up, never the clock
        self._address = _address(folder)
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Whether the folder is this process's own from now on."""
        return self._lock.tryLock(0) or self._lock.error() != QLockFile.LockError.LockFailedError

    @property
    def holder(self) -> str:
        """Who has it, for people."""
        pid, host, program = self._lock.getLockInfo()[-3:]
        return f"{program or 'a program'} (process {pid} on {host or 'this computer'})"

    def ring(self, wanted: Path | None) -> bool:
        """Ask who has the folder to come to the front and open `wanted`; whether they heard."""
        socket = QLocalSocket()
        socket.connectToServer(self._address)
        if not socket.waitForConnected(_PATIENCE_MS):
            return False
        wish = _Wish(None if wanted is None else str(wanted.absolute()))
        socket.write(_encode(wish) + b"\n")
        heard = socket.waitForReadyRead(_PATIENCE_MS) and bytes(socket.readAll().data()) == _HEARD
        socket.disconnectFromServer()
        return heard

    def listen(self, rung: Callable[[Path | None], None]) -> None:
        """Call `rung` when another start would have wanted the folder."""
        QLocalServer.removeServer(self._address)  # of a process that was killed
        server = self._server = QLocalServer()
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(lambda: self._answer(rung))
        if not server.listen(self._address):
            _LOG.warning("a second start will not find this window: %s", server.errorString())

    def release(self) -> None:
        """Let others have the folder."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _answer(self, rung: Callable[[Path | None], None]) -> None:
        socket = self._server.nextPendingConnection() if self._server is not None else None
        if socket is None:
            return

        def read() -> None:
            if not socket.canReadLine():
                if socket.bytesAvailable() > _LONGEST:
                    socket.abort()
                return
            try:
                wish = _decode(bytes(socket.readLine(_LONGEST).data()))
            except (msgspec.DecodeError, UnicodeDecodeError):
                socket.abort()
                return
            socket.write(_HEARD)
            socket.flush()
            rung(None if wish.open is None else Path(wish.open))

        socket.disconnected.connect(socket.deleteLater)
        socket.readyRead.connect(read)
        read()


def _address(folder: Path) -> str:
    """A name of its own for each folder, short enough for every system's sockets."""
    return f"limner-{hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:24]}"
