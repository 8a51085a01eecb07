"""Run by test_pane_alignment at a scale factor: a planted blob must be at one place in all panes of a layout.

Where the blob, the heatmap's peak and the cross of the linked cursor are is measured in what is painted.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from answering_engine import SIDE, AnsweringEngine
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from cxrviewer import app
from cxrviewer.engine.reader import Reader
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.panes import Layout
from cxrviewer.session.state import FIT, Zoom
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.pane import Pane

ROWS, COLUMNS = 300, 420
CELL = (21, 12)
"""Column and row of the map's cell in whose middle the blob is."""
SHARE = ((CELL[0] + 0.5) / SIDE, (CELL[1] + 0.5) / SIDE)
PATIENCE = 60.0

VIEWS = (
    (FIT, Orientation()),
    (FIT, Orientation(True, 1)),
    (Zoom(1.7, SHARE), Orientation(False, 2)),
    (Zoom(3.3, (SHARE[0] + 0.02, SHARE[1] - 0.03)), Orientation(True, 3)),
)

Wait = Callable[[Callable[[], bool]], None]


def write_blob(path: Path, rows: int, columns: int) -> Path:
    """Write a dark picture with a bright blob at `SHARE`."""
    y, x = np.mgrid[:rows, :columns]
    distance = np.hypot(x + 0.5 - SHARE[0] * columns, y + 0.5 - SHARE[1] * rows)
    pixels = (40 + 200 * np.exp(-((distance / (0.045 * columns)) ** 2))).astype(np.uint8)
    assert cv2.imwrite(str(path), pixels)
    return path


def as_array(image: QImage) -> NDArray[np.uint8]:
    """Return a picture, (H, W, 3) uint8, red, green, blue."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    buffer = np.frombuffer(image.constBits(), np.uint8)
    pixels = buffer.reshape(image.height(), image.bytesPerLine() // 4, 4)
    return pixels[:, : image.width(), 2::-1].copy()


def middle(weights: NDArray) -> NDArray[np.float64]:
    """Return (x, y) of the middle of the strongest part."""
    y, x = np.nonzero(weights >= weights.max() * 0.97)
    return np.array([x.mean(), y.mean()])


def places(window: MainWindow, pane: Pane) -> tuple[NDArray, NDArray]:
    """Return where the blob and where the heatmap's peak are in the picture of a pane, device pixels."""
    controller = pane.controller
    found = []
    for visible in (False, True):
        window.panes.activate(pane)
        window.commands.style(visible=visible, alpha=1.0, threshold=0.0, colormap="viridis")
        window.commands.style(view=HeatmapView.SMOOTH)
        picture = as_array(pane.canvas.picture())
        red = picture[..., 0].astype(np.int16)
        # The last colours of the map have more red than blue, the others less.
        found.append(middle(red - picture[..., 2] if visible else red))
    assert controller.shown.heatmap is not None
    return found[0], found[1]


def check(window: MainWindow, what: str) -> None:
    """Check every pane of the layout as it is."""
    rows, columns = window.controller.shown.radiograph.shape
    stored = (SHARE[0] * columns - 0.5, SHARE[1] * rows - 0.5)
    seen = []
    for pane in window.panes:
        blob, peak = places(window, pane)
        ratio = pane.canvas.devicePixelRatioF()
        there = pane.canvas.to_view(*stored)
        expected = np.array([there.x(), there.y()]) * ratio - 0.5
        cell = pane.canvas.scale() * np.array([columns, rows]) / SIDE
        if pane.controller.state.orientation.quarter_turns % 2:
            cell = cell[::-1]
        near = max(1.5, pane.canvas.scale())
        assert np.abs(blob - expected).max() <= near, f"{what}: blob at {blob}, expected at {expected}"
        assert (np.abs(peak - blob) <= 0.5 * cell).all(), f"{what}: peak at {peak}, blob at {blob}"
        seen.append(blob)
    apart = np.ptp(np.array(seen), axis=0).max()
    assert apart <= 1.0, f"{what}: the blob is at {seen}"
    check_cursor(window, stored, seen, what)


def check_cursor(window: MainWindow, stored: tuple[float, float], seen: list[NDArray], what: str) -> None:
    """Check that the cross of the linked cursor is drawn on the blob."""
    lead, *others = window.panes.panes
    before = [as_array(pane.canvas.grab().toImage()) for pane in others]
    lead.canvas.hovered.emit(stored)
    for pane, former, blob in zip(others, before, seen[1:], strict=True):
        changed = (as_array(pane.canvas.grab().toImage()) != former).any(axis=2)
        y, x = np.nonzero(changed)
        cross = np.array([x.min() + x.max(), y.min() + y.max()]) / 2
        near = max(2.0, pane.canvas.scale())
        assert np.abs(cross - blob).max() <= near, f"{what}: cross at {cross}, blob at {blob}"
    lead.canvas.hovered.emit(None)


def check_other_image(window: MainWindow, path: Path, wait: Wait) -> None:
    """Check that an image of another shape shows its blob where the first one does."""
    window.arrangement.lay_out(Layout.SIDE_BY_SIDE)
    window.actions_table["reset"].trigger()
    left, right = window.panes.panes
    window.panes.activate(right)
    window.commands.open_image(path)
    wait(
        lambda: right.controller.shown.radiograph.path == path and right.controller.shown.heatmap is not None
    )
    right.controller.update(_turned(right, Orientation(False, 1)))
    window.panes.activate(left)
    window.commands.choose(zoom=Zoom(2.0, SHARE))
    blobs = [places(window, pane)[0] for pane in (left, right)]
    sizes = [pane.canvas.size() for pane in (left, right)]
    assert sizes[0] == sizes[1]
    # Turned, the other image shows another part of itself in the same place of the view.
    x, y = SHARE[0] - 0.5, SHARE[1] - 0.5
    zoom = right.controller.state.zoom
    assert np.allclose(np.array(zoom.center) - 0.5, (y, -x)), zoom
    assert np.abs(blobs[0] - np.array([sizes[0].width(), sizes[0].height()]) / 2 * _ratio(left)).max() <= 2


def _turned(pane: Pane, orientation: Orientation):
    from dataclasses import replace

    return replace(pane.controller.state, orientation=orientation)


def _ratio(pane: Pane) -> float:
    return pane.canvas.devicePixelRatioF()


def checks(window: MainWindow, folder: Path, wait: Wait) -> Iterator[str]:
    """Run all checks; tells each one that has passed."""
    path = write_blob(folder / "blob.png", ROWS, COLUMNS)
    other = write_blob(folder / "other.png", 500, 340)
    window.commands.open_image(path)
    wait(lambda: window.controller.shown.heatmap is not None)
    arrange = {
        "beside": lambda: window.actions_table["beside"].trigger(),
        "methods": lambda: window.actions_table["compare_methods"].trigger(),
        **{layout.name: lambda layout=layout: window.arrangement.lay_out(layout) for layout in Layout},
    }
    for name, lay_out in arrange.items():
        lay_out()
        wait(lambda: all(pane.controller.shown.heatmap is not None for pane in window.panes))
        for zoom, orientation in VIEWS:
            window.commands.choose(zoom=zoom, orientation=orientation)
            # Layouts take effect with the events.
            wait(lambda: True)
            check(window, f"{name} {zoom} {orientation}")
        yield name
    check_other_image(window, other, wait)
    yield "another image"


def main() -> None:
    folder = Path(sys.argv[1])
    engine = AnsweringEngine()
    application = app.make_application()
    window = app.make_window(engine, engine.ready, Reader())
    window.resize(1400, 900)
    window.show()
    ratio = float(os.environ["QT_SCALE_FACTOR"])
    assert window.devicePixelRatioF() == ratio

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        application.processEvents()
        while not condition():
            assert time.monotonic() < end, "waited too long"
            application.processEvents()
            time.sleep(0.005)
        application.processEvents()

    for passed in checks(window, folder, wait):
        sys.stdout.write(f"{passed}\n")
    window.close()


if __name__ == "__main__":
    main()
