"""Runs the real window in a process of its own and prints when what was there, as JSON.

Called by `bench_start` with the moment at which the process was started and the images to open.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow

STARTED, IMAGES = float(sys.argv[1]), [Path(name) for name in sys.argv[2:]]


def main() -> None:
    """Start, open every image, change classes, and tell the times."""
    from cxrviewer import app
    from cxrviewer.engine.reader import Reader

    engine, ready = app.start_engine()
    application = app.make_application()
    from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer

    class Paints(QObject):
        """Remembers when the canvas was painted last, and first."""

        first = 0.0
        last = 0.0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                self.last = time.time()
                self.first = self.first or self.last
            return super().eventFilter(watched, event)

    window = app.make_window(engine, ready, Reader())
    paints = Paints()
    window.canvas.installEventFilter(paints)
    window.show()
    gaps: list[tuple[float, float]] = []
    last = [0.0]

    def tick() -> None:
        now = time.perf_counter()
        if last[0]:
            gaps.append((now - last[0], time.time() - STARTED))
        last[0] = now

    heart = QTimer()
    heart.setTimerType(Qt.TimerType.PreciseTimer)
    heart.timeout.connect(tick)
    while not paints.first:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    # The canvas is the first to be painted; the window is there when the others are too.
    painted = QEventLoop()
    QTimer.singleShot(0, painted.quit)
    painted.exec()
    complete = time.time() - STARTED
    heart.start(2)
    QTimer.singleShot(0, window.controller.reader.start)
    QTimer.singleShot(0, lambda: app.hear_of_files(window))

    def wait_for(path: Path) -> float:
        """Open a file and return when its heatmap was there, about to be painted."""
        loop = QEventLoop()
        there = 0.0

        def look() -> None:
            nonlocal there
            shown = window.controller.shown
            if shown.radiograph and shown.radiograph.path == path.absolute() and shown.analysis is not None:
                there = time.time()
                loop.quit()

        window.controller.changed.connect(look)
        window.commands.open_paths([path])
        loop.exec()
        window.controller.changed.disconnect(look)
        return there

    def until_painted() -> None:
        before = paints.last
        while paints.last == before:
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    there = wait_for(IMAGES[0])
    while paints.last < there:
        until_painted()
    overlay = paints.last - STARTED
    for path in IMAGES[1:]:
        wait_for(path)
    longest = sorted(gaps, reverse=True)[:5]
    heart.stop()
    print(
        json.dumps(
            {
                "window": complete,
                "overlay": overlay,
                "gaps": longest,
                "class_change": _class_changes(window, until_painted),
                "tensorflow_here": "tensorflow" in sys.modules,
            }
        )
    )
    window.close()


def _class_changes(window: MainWindow, until_painted: Callable[[], None]) -> list[float]:
    """Return the seconds from the choice of a class to the painted heatmap, each computed by the engine."""
    from cxrviewer.explain.target import of_label

    controller = window.controller
    loaded = controller.shown.at_hand.loaded
    assert loaded is not None
    times = []
    for number in range(18):
        former = controller.shown.heatmap
        # Without what the window remembers, so that the engine has to answer.
        window.services.cache._results.clear()
        window.services.analyst._found.clear()
        start = time.perf_counter()
        window.commands.ask(target=of_label(number % len(loaded.info.card.labels)))
        while controller.shown.heatmap is former:
            until_painted()
        times.append(time.perf_counter() - start)
    return times[1:]


if __name__ == "__main__":
    main()
