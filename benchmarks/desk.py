"""The real window with its engine, for benchmarks of what a user waits for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from cxrviewer import app
from cxrviewer.engine.reader import Reader
from cxrviewer.ui.ahead import piece_beside

if TYPE_CHECKING:
    from cxrviewer.session.shown import Shown
    from cxrviewer.ui.canvas.canvas import Canvas
    from cxrviewer.ui.main_window import MainWindow

SIZE = 1600, 1100


class Desk:
    """A window, and the times from what a user does to what they see.

    Parameters
    ----------
    window : MainWindow
        Shown.
    """

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    @property
    def canvas(self) -> Canvas:
        return self.window.canvas

    @property
    def shown(self) -> Shown:
        return self.window.controller.shown

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let the window work until something is so."""
        while not condition():
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)

    def open(self, path: Path) -> float:
        """Open a file and return the seconds until it is painted."""
        start = time.perf_counter()
        self.window.commands.open_paths([path])
        self.wait(lambda: self._shows(path))
        self.canvas.repaint()
        return time.perf_counter() - start

    def wait_for_heatmap(self) -> None:
        """Wait until the image on screen is analysed."""
        self.wait(lambda: self.shown.analysis is not None and self.window.controller.waiting is None)

    def pause(self, seconds: float) -> None:
        """Let the window work for a while: on thumbnails, say."""
        ended = time.monotonic() + seconds
        while time.monotonic() < ended:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.005)

    def rest(self) -> None:
        """Wait until nothing is computed in advance any more."""
        services = self.window.services
        ended = time.monotonic() + 2.0
        while time.monotonic() < ended:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            if services.analyst.looking_ahead or services.neighbours._under_way is not None:
                ended = time.monotonic() + 2.0

    def is_ahead(self, path: Path) -> bool:
        """Return whether an image can be shown with its heatmap at once."""
        services, shown = self.window.services, self.shown
        renderer = services.images.find(path)
        if renderer is None or shown.analysis is None:
            return False
        piece = piece_beside(shown, shown.analysis, renderer.radiograph, services.cache)
        return piece is not None and services.cache.get(piece.key) is not None

    def mouse(self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, *, held: bool = True) -> None:
        """Send a mouse event to the canvas."""
        buttons = button if held else Qt.MouseButton.NoButton
        of = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else button
        event = QMouseEvent(
            kind, at, self.canvas.mapToGlobal(at), of, buttons, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(self.canvas, event)

    def drags(self, button: Qt.MouseButton, moves: int) -> list[float]:
        """Drag over the canvas and return the seconds from each move to the painted picture."""
        middle = QPointF(self.canvas.rect().center())
        self.mouse(QEvent.Type.MouseButtonPress, middle, button)
        times = []
        for number in range(moves):
            # To and fro: the picture stays in sight.
            step = abs((number + 30) % 120 - 60) - 30
            start = time.perf_counter()
            self.mouse(QEvent.Type.MouseMove, middle + QPointF(4 * step, 3 * step), button)
            self.canvas.repaint()
            times.append(time.perf_counter() - start)
        self.mouse(QEvent.Type.MouseButtonRelease, middle, button, held=False)
        return times

    def zooms(self, turns: int) -> list[float]:
        """Turn the wheel to and fro and return the seconds from each turn to the painted picture."""
        at = QPointF(self.canvas.rect().center()) + QPointF(50, 30)
        times = []
        for number in range(turns):
            delta = QPoint(0, 60 if number % 24 < 12 else -60)
            event = QWheelEvent(
                at,
                self.canvas.mapToGlobal(at),
                QPoint(),
                delta,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            start = time.perf_counter()
            QApplication.sendEvent(self.canvas, event)
            self.canvas.repaint()
            times.append(time.perf_counter() - start)
        return times

    def _shows(self, path: Path) -> bool:
        return self.shown.radiograph is not None and self.shown.radiograph.path == path


@contextmanager
def open_desk() -> Iterator[Desk]:
    """The real window, ready to analyse."""
    engine, ready = app.start_engine()
    app.make_application()
    window = app.make_window(engine, ready, Reader())
    window.resize(*SIZE)
    window.show()
    desk = Desk(window)
    window.controller.reader.start()
    desk.wait(ready.done)
    try:
        yield desk
    finally:
        window.close()
