"""Memory while a user goes through 500 different radiographs in the real window, each analysed."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path

import numpy as np
import psutil
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from benchmarks.desk import Desk, open_desk
from benchmarks.measure import Row
from benchmarks.radiographs import chest, write_dicom

IMAGES = 500
FULL = 100
"""Images after which what is kept of them is as much as it may be."""
SIZE = 1500
MOST_GROWTH = 1.10
MIB = 2**20


def rows() -> list[Row]:
    """Measure and return the table."""
    with tempfile.TemporaryDirectory() as name, open_desk() as desk:
        folder = Path(name)
        pixels = chest(SIZE, SIZE, 16)
        for number in range(IMAGES):
            write_dicom(folder / f"{number:03}.dcm", np.roll(pixels, 3 * number, axis=1), 16)
        desk.open(folder / "000.dcm")
        desk.wait_for_heatmap()
        desk.wait(lambda: len(desk.window.browser.around(folder / "250.dcm").after) > 0)
        samples = [_go_on(desk, folder / f"{number:03}.dcm") for number in range(1, IMAGES)]
    table = []
    for place, title in enumerate(("window", "reading processes", "analysis process")):
        taken = np.array([sample[place] for sample in samples], np.float64)
        # Of ten images each: what one needs for a moment comes and goes.
        full, last = np.median(taken[FULL - 10 : FULL]), np.median(taken[-10:])
        growth = last / full
        table.append(Row(f"{title}, after {FULL} images", f"{full / MIB:.0f} MiB"))
        table.append(
            Row(f"  after {IMAGES}", f"{last / MIB:.0f} MiB, ×{growth:.2f}", "≤ ×1.10", growth <= MOST_GROWTH)
        )
    return table


def _go_on(desk: Desk, path: Path) -> tuple[int, int, int]:
    """Go to the next image, wait for its heatmap, and return the bytes of window, readers, engine."""
    QTest.keyClick(desk.canvas, Qt.Key.Key_Right)
    desk.wait(lambda: desk.shown.radiograph is not None and desk.shown.radiograph.path == path)
    desk.wait_for_heatmap()
    gc.collect()
    services = desk.window.services
    readers = [pid for pid in (services.reader.pid, services.reader.aside_pid) if pid is not None]
    engine = services.analyst._engine.pid
    return _resident(None), sum(map(_resident, readers)), _resident(engine) if engine is not None else 0


def _resident(pid: int | None) -> int:
    return int(psutil.Process(pid).memory_info().rss)
