"""A linked drag in one of several panes: from the mouse event until all of them are painted."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QApplication

from benchmarks.desk import Desk, open_desk
from benchmarks.measure import Row, at_most, milliseconds
from benchmarks.radiographs import chest, write_dicom
from cxrviewer.session.panes import Layout

SIZE = 3000
GOAL = 0.016
MOVES = 120


def rows() -> list[Row]:
    """Measure and return the table."""
    table = []
    with tempfile.TemporaryDirectory() as folder, open_desk() as desk:
        desk.window.resize(1280, 800)
        desk.open(write_dicom(Path(folder) / "large.dcm", chest(SIZE, SIZE, 16), 16))
        desk.wait_for_heatmap()
        for layout in (Layout.ONE, Layout.SIDE_BY_SIDE, Layout.FOUR):
            desk.window.arrangement.lay_out(layout)
            desk.rest()
            for name, button in (("window", Qt.MouseButton.LeftButton), ("pan", Qt.MouseButton.MiddleButton)):
                wall, own = _drags(desk, button)
                panes = "one pane" if layout is Layout.ONE else f"{layout.count} linked panes"
                what = f"{name} drag in {panes}"
                table.append(at_most(f"{what}, median", float(np.median(wall)), GOAL))
                table.append(Row("  its 95th percentile", milliseconds(float(np.percentile(wall, 95)))))
                table.append(Row("  of it the window's own work", milliseconds(float(np.median(own)))))
        # Which is what the next window begins with.
        desk.window.arrangement.lay_out(Layout.ONE)
    return table


def _drags(desk: Desk, button: Qt.MouseButton) -> tuple[list[float], list[float]]:
    """Return the seconds, and the seconds of work in the main thread, of each move."""
    middle = QPointF(desk.canvas.rect().center())
    desk.mouse(QEvent.Type.MouseButtonPress, middle, button)
    wall, own = [], []
    for number in range(MOVES):
        step = abs((number + 30) % 120 - 60) - 30
        began, worked = time.perf_counter(), time.thread_time()
        desk.mouse(QEvent.Type.MouseMove, middle + QPointF(2 * step, 2 * step), button)
        # Paints all that has changed, once, as the event loop would.
        QApplication.sendEvent(desk.window, QEvent(QEvent.Type.UpdateRequest))
        wall.append(time.perf_counter() - began)
        own.append(time.thread_time() - worked)
    desk.mouse(QEvent.Type.MouseButtonRelease, middle, button, held=False)
    return wall, own
