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
    from PySide6.QtCore import QTimer

    from benchmarks.window_probe import WindowProbe

    window = app.make_window(engine, ready, Reader())
    probe = WindowProbe(application, window, STARTED)
    window.show()
    complete = probe.until_complete()
    probe.start_pulse()
    QTimer.singleShot(0, window.controller.reader.start)
    QTimer.singleShot(0, lambda: app.hear_of_files(window))
    there = probe.opened(IMAGES[0])
    while probe.last_paint < there:
        probe.until_painted()
    overlay = probe.last_paint
    for path in IMAGES[1:]:
        probe.opened(path)
    gaps = probe.stop_pulse()
    times = {
        "window": complete - STARTED,
        "overlay": overlay - STARTED,
        "gaps": gaps,
        "class_change": _class_changes(window, probe.until_painted),
        "tensorflow_here": "tensorflow" in sys.modules,
    }
    print(json.dumps(times))
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
