"""Repaint of a 3000×3000 16-bit radiograph with heatmap: the canvas alone, against pyqtgraph, and by mouse in
the real window, with all that follows the image there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.desk import open_desk
from benchmarks.measure import Row, at_most, interleaved, median_time, milliseconds
from benchmarks.radiographs import chest, write_dicom
from cxrviewer.imaging import grayscale
from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph, Window
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.state import Zoom
from cxrviewer.ui.canvas.canvas import Canvas

SIZE = 3000
GOAL = 0.010
MOVES = 240


def _radiograph() -> Radiograph:
    rng = np.random.default_rng(0)
    coarse = np.kron(rng.integers(0, 60000, (30, 30)), np.ones((SIZE // 30, SIZE // 30)))
    pixels = (coarse + rng.integers(0, 5000, (SIZE, SIZE))).astype(np.uint16)
    return Radiograph(pixels, GrayscaleInfo(16), Path("generated.png"), "PNG", "0" * 64)


def rows() -> list[Row]:
    """Measure and return the table."""
    application = QApplication.instance() or QApplication([])
    radiograph = _radiograph()
    canvas = Canvas()
    canvas.resize(1400, 1000)
    canvas.show()
    canvas.set_image(Renderer(radiograph), _table(radiograph, 0))
    values = np.random.default_rng(1).random((14, 14), dtype=np.float32)
    canvas.set_heatmap(Heatmap(values, resize_affine((14, 14), (SIZE, SIZE))))
    while canvas._picture is None:
        application.processEvents()
    table = [*_by_call(canvas, radiograph), *_beside_pyqtgraph(canvas, radiograph)]
    canvas.close()
    return table + _by_mouse()


def _table(radiograph: Radiograph, i: int) -> NDArray[np.uint8]:
    window = Window(30000 + 10 * (i % 64), 40000 + 20 * (i % 64))
    return grayscale.presentation_table(radiograph, window)


def _by_call(canvas: Canvas, radiograph: Radiograph) -> list[Row]:
    """Return the times from a change of what is shown to the end of the repaint."""

    def repainted(change: Callable[[int], None], warm_up: int = 3) -> float:
        def go(i: int) -> None:
            change(i)
            canvas.repaint()

        return median_time(go, 40, warm_up)

    opacity = repainted(lambda i: canvas.set_style(OverlayStyle(alpha=0.2 + 0.01 * (i % 60))))
    colors = repainted(
        lambda i: canvas.set_style(OverlayStyle(colormap=COLORMAPS[i % len(COLORMAPS)].id)), len(COLORMAPS)
    )
    window = repainted(lambda i: canvas.set_table(_table(radiograph, i)))
    pan = repainted(lambda i: canvas.set_view(Zoom(0.5, (0.4 + 0.002 * (i % 60), 0.5)), Orientation()))
    zoom = repainted(lambda i: canvas.set_view(Zoom(0.3 + 0.02 * (i % 60)), Orientation()))
    return [
        at_most("opacity to repaint", opacity, GOAL),
        at_most("colour map to repaint", colors, GOAL),
        at_most("window drag to repaint", window, GOAL),
        Row("pan to repaint", milliseconds(pan)),
        Row("zoom to repaint", milliseconds(zoom)),
    ]


def _beside_pyqtgraph(canvas: Canvas, radiograph: Radiograph) -> list[Row]:
    """Return the times of a window drag, with a picture of what is shown, here and there."""

    def drag_and_grab(i: int) -> None:
        canvas.set_table(_table(radiograph, i))
        canvas.grab()

    view, levels = _pyqtgraph(radiograph)
    ours, theirs = interleaved(40, drag_and_grab, levels)
    view.close()
    return [
        Row("window drag + grab", milliseconds(ours)),
        Row("pyqtgraph setLevels + grab", milliseconds(theirs)),
        Row("pyqtgraph / ours", f"{theirs / ours:.1f}×", "> 1×", theirs > ours),
    ]


def _by_mouse() -> list[Row]:
    """Return the times from a mouse event to the repaint, in the real window with the real heatmap."""
    with tempfile.TemporaryDirectory() as folder, open_desk() as desk:
        desk.open(write_dicom(Path(folder) / "large.dcm", chest(SIZE, SIZE, 16), 16))
        desk.wait_for_heatmap()
        desk.rest()
        times = {
            "window drag": desk.drags(Qt.MouseButton.LeftButton, MOVES),
            "pan": desk.drags(Qt.MouseButton.MiddleButton, MOVES),
            "zoom at the cursor": desk.zooms(MOVES),
        }
    table = []
    for name, taken in times.items():
        table.append(Row(f"{name} in the window, event to repaint, median", milliseconds(np.median(taken))))
        table.append(at_most("  its 95th percentile", float(np.percentile(taken, 95)), GOAL))
    return table


def _pyqtgraph(radiograph: Radiograph) -> tuple[QWidget, Callable[[int], object]]:
    """Return a view of pyqtgraph's, and what changes its levels and paints it."""
    import pyqtgraph

    view = pyqtgraph.GraphicsView()
    view.resize(1400, 1000)
    box = pyqtgraph.ViewBox(lockAspect=True)
    view.setCentralItem(box)
    item = pyqtgraph.ImageItem(radiograph.pixels, axisOrder="row-major")
    box.addItem(item)
    view.show()

    def levels(i: int) -> None:
        item.setLevels((10000 + 10 * (i % 64), 50000 + 20 * (i % 64)))
        view.grab()

    return view, levels
