"""Runs the real window in a process of its own and prints when what was there, as JSON.

Called by `bench_start` with the moment at which the process was started and the images to open.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

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
    heart.start(2)

    QTimer.singleShot(0, window.controller.reader.start)

    def wait_for(path: Path) -> None:
        loop = QEventLoop()

        def look() -> None:
            shown = window.controller.shown
            if shown.radiograph and shown.radiograph.path == path.absolute() and shown.analysis is not None:
                loop.quit()

        window.controller.changed.connect(look)
        window.commands.open_paths([path])
        loop.exec()
        window.controller.changed.disconnect(look)

    def until_painted() -> None:
        before = paints.last
        while paints.last == before:
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    wait_for(IMAGES[0])
    until_painted()
    overlay = paints.last - STARTED
    for path in IMAGES[1:]:
        wait_for(path)
    longest = sorted(gaps, reverse=True)[:5]
    heart.stop()
    print(
        json.dumps(
            {
                "window": paints.first - STARTED,
                "overlay": overlay,
                "gaps": longest,
                "class_change": _class_changes(window, until_painted),
                "tensorflow_here": "tensorflow" in sys.modules,
            }
        )
    )
    window.close()


def _class_changes(window: object, until_painted: object) -> list[float]:
    """Return the seconds from the choice of a class to the painted heatmap, computed by the engine each time."""
    from cxrviewer.session.cache import AnalysisCache

    controller = window.controller  # type: ignore[attr-defined]
    labels = len(controller.shown.at_hand.loaded.info.card.labels)
    times = []
    for number in range(15):
        target = (controller.state.target + 1) % labels if controller.state.target >= 0 else number % labels
        prediction = controller.shown.at_hand.prediction
        del prediction
        former = controller.shown.heatmap
        start = time.perf_counter()
        controller._cache = AnalysisCache()
        window.commands.choose(target=target)  # type: ignore[attr-defined]
        while controller.shown.heatmap is former:
            until_painted()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    main()
