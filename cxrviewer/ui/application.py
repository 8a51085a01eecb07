"""The Qt application, with what the system tells it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Hears which files macOS wants opened: it sends an event for each, to the running program too.

    An event filter would do the same, but sees every event of every widget.
    """

    files_wanted = Signal(object)
    """Paths that were asked for together."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._wanted: list[Path] = []
        self._together = QTimer(self)
        self._together.setSingleShot(True)
        self._together.timeout.connect(self._tell)

    def event(self, event: QEvent) -> bool:
        """Take note of a file; those of one double-click come one after another."""
        if isinstance(event, QFileOpenEvent):
            if event.file():
                self._wanted.append(Path(event.file()))
                self._together.start(0)
            return True
        return super().event(event)

    def _tell(self) -> None:
        wanted, self._wanted = tuple(self._wanted), []
        self.files_wanted.emit(wanted)
