"""From nothing to a running application: Qt, fonts, threads, and what happens on errors."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from limner import resources
from limner.shell import fonts, qt_guard
from limner.shell.application import Application
from limner.shell.endings import Endings
from limner.shell.garbage import MainThreadCollector
from limner.shell.main_thread import QtMainThread
from limner.shell.one_window import OneWindow
from limner.shell.qt_guard import UnsoundQt
from limner.shell.services import Host, Services
from limner.storage.data_folder import temporary_warnings
from limner.storage.places import Places
from limner.sync import heap

__all__ = ["UnsoundQt", "make", "run"]

_LOG = logging.getLogger("limner")
_MEANINGLESS: Final = "This plugin does not support propagateSizeHints()"


def run(host: Host, wanted: Path | None = None) -> int:
    """Open the editor on `wanted` (a folder or an image) and return when it is closed.

    Where another window has this person's work, that one comes to the front and opens `wanted`.

    Raises:
        UnsoundQt: this pair of Python and Qt aborts during work.
    """
    log_what_qt_says()
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    places = Places.find()
    window = _one_window(places)
    held_by = "" if window is None or window.claim() else window.holder
    if window is not None and held_by and window.ring(wanted):
        _LOG.warning("%s has this work open: its window comes to the front", held_by)
        return 0
    application = make(host, places)
    endings = Endings(application.quit)
    if window is not None and not held_by:
        window.listen(application.come_forth)
    application.start(wanted, held_by, temporary_warnings(places.data))
    try:
        return qt.exec()
    finally:
        endings.deleteLater()
        if window is not None:
            window.release()


def _one_window(places: Places) -> OneWindow | None:
    """The claim on this person's work; None where no lock can be written."""
    try:
        places.make()
    except OSError:
        return None
    return OneWindow(places.data)


def log_what_qt_says() -> None:
    """Send Qt's own messages to the log, less the one that the offscreen platform repeats."""
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }

    def heard(kind: QtMsgType, _where: object, text: str) -> None:
        if text != _MEANINGLESS:
            _LOG.log(levels.get(kind, logging.ERROR), "%s", text)

    qInstallMessageHandler(heard)


def make(host: Host, places: Places) -> Application:
    """The whole editor, not yet shown; there must be a QApplication.

    Raises:
        UnsoundQt: this pair of Python and Qt aborts during work.
    """
    qt_guard.check()
    heap.keep_tidy()
    QApplication.setApplicationName("Limner")
    QGuiApplication.setApplicationDisplayName("")
    QGuiApplication.setDesktopFileName("io.github.limner.Limner")
    QGuiApplication.setWindowIcon(QIcon(str(resources.path("icons/app.svg"))))
    QGuiApplication.setAttribute(Qt.ApplicationAttribute.AA_DontShowIconsInMenus, False)
    # Decoding threads must not keep the window waiting for the default 5 ms.
    sys.setswitchinterval(0.0005)
    fonts.load()
    application = Application(Services(host, places, QtMainThread()), MainThreadCollector())
    _catch_everything(application)
    return application


def _catch_everything(application: Application) -> None:
    """An exception in a Qt callback is logged and said in words; it never ends the program."""

    def caught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            application.quit()
            return
        _LOG.error("unexpected", exc_info=(kind, error, trace))
        application.surprised(error)

    sys.excepthook = caught
