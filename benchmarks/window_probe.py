"""Watches a window: when its canvas is painted, and how long its events wait.

Imports Qt, so it is imported where the program itself would import it.
"""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from cxrviewer.ui.main_window import MainWindow

_PULSE_MS = 2
_LONGEST = 5


class WindowProbe(QObject):
    """Times are those of `time.time`.

    Parameters
    ----------
    application : QApplication
        Its events are worked off while something is waited for.
    window : MainWindow
        Not shown yet.
    started : float
        When the process was started.
    """

    def __init__(self, application: QApplication, window: MainWindow, started: float) -> None:
        super().__init__()
        self._application, self._window, self._started = application, window, started
        self._pulse = QTimer()
        self._pulse.setTimerType(Qt.TimerType.PreciseTimer)
        self._pulse.timeout.connect(self._beat)
        self._last_beat = 0.0
        self._gaps: list[tuple[float, float]] = []
        self.last_paint = 0.0
        window.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember when the canvas was painted."""
        if event.type() == QEvent.Type.Paint:
            self.last_paint = time.time()
        return super().eventFilter(watched, event)

    def until_painted(self) -> None:
        """Wait until the canvas is painted the next time."""
        before = self.last_paint
        while self.last_paint == before:
            self._application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def until_complete(self) -> float:
        """Return when all of the window was painted for the first time."""
        self.until_painted()
        # The canvas is the first to be painted; the window is there when the others are too.
        painted = QEventLoop()
        QTimer.singleShot(0, painted.quit)
        painted.exec()
        return time.time()

    def opened(self, path: Path) -> float:
        """Open a file and return when its heatmap was there, about to be painted."""
        loop, controller = QEventLoop(), self._window.controller
        there = 0.0

        def look() -> None:
            nonlocal there
            shown = controller.shown
            if shown.radiograph and shown.radiograph.path == path.absolute() and shown.analysis is not None:
                there = time.time()
                loop.quit()

        controller.changed.connect(look)
        self._window.commands.open_paths([path])
        loop.exec()
        controller.changed.disconnect(look)
        return there

    def start_pulse(self) -> None:
        """Notice from now on how long events wait."""
        self._pulse.start(_PULSE_MS)

    def stop_pulse(self) -> list[tuple[float, float]]:
        """Return the longest waits, seconds, each with the seconds since the process was started."""
        self._pulse.stop()
        return sorted(self._gaps, reverse=True)[:_LONGEST]

    def _beat(self) -> None:
        now = time.perf_counter()
        if self._last_beat:
            self._gaps.append((now - self._last_beat, time.time() - self._started))
        self._last_beat = now
