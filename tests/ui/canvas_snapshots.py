"""Grabs a canvas in many views and compares with what numpy says; run with QT_SCALE_FACTOR set.

Prints a JSON object: for each view the share of the pixels that are within one level.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from math import floor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget

from cxrviewer.imaging.colormap import colormap_table
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.imaging.grayscale import presentation_table
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph, VoiFunction, Window
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.paths import resource
from cxrviewer.session.state import FILL, FIT, Zoom
from cxrviewer.ui.canvas.canvas import Canvas

SIZE = (331, 263)
"""Of the canvas, odd on purpose."""
OFFSET = QPoint(13, 7)
"""In its window: half a device pixel off at some scale factors."""
STYLE = OverlayStyle("viridis", alpha=0.7, threshold=0.3)
SHAPE = (120, 100)
WINDOW = Window(2000, 3000, VoiFunction.LINEAR_EXACT)
UPRIGHT = Orientation()
VIEWS: dict[str, tuple[Zoom, Orientation, float, bool]] = {
    "1:1": (Zoom(1.0), UPRIGHT, 1.0, False),
    "1:1, heatmap": (Zoom(1.0), UPRIGHT, 1.0, True),
    "fit": (FIT, UPRIGHT, 1.0, False),
    "fit, heatmap": (FIT, UPRIGHT, 1.0, True),
    "fill": (FILL, UPRIGHT, 1.0, False),
    "turned and flipped, heatmap": (FIT, Orientation(True, 1), 1.0, True),
    "pixels that are not square": (Zoom(1.4), UPRIGHT, 1.5, True),
    "beside the middle": (Zoom(2.7, (0.3, 0.8)), UPRIGHT, 1.0, True),
    "squares": (Zoom(7.0, (0.523, 0.471)), Orientation(False, 2), 1.0, False),
    "squares, heatmap": (Zoom(5.3, (0.513, 0.487)), UPRIGHT, 1.0, True),
}


@cache
def image() -> Radiograph:
    """Return the phantom, reduced, its noise averaged away."""
    phantom = cv2.imread(str(resource("samples", "phantom-normal.png")), cv2.IMREAD_UNCHANGED) / 16
    rows, columns = phantom.shape[0] // SHAPE[0] * SHAPE[0], phantom.shape[1] // SHAPE[1] * SHAPE[1]
    parts = phantom[:rows, :columns].reshape(SHAPE[0], rows // SHAPE[0], SHAPE[1], columns // SHAPE[1])
    return Radiograph(parts.mean((1, 3)).astype(np.uint16), GrayscaleInfo(12), Path("a.png"), "PNG", "digest")


def heat() -> NDArray[np.float32]:
    """Return a map with one peak."""
    y, x = np.mgrid[:6, :5]
    return np.exp(-((x - 1.5) ** 2 + (y - 3) ** 2) / 3).astype(np.float32)


def interpolated(values: NDArray, x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Return values between the centres of their cells, straight lines between neighbours."""
    rows, columns = values.shape
    x, y = np.clip(x, 0, columns - 1), np.clip(y, 0, rows - 1)
    left, top = np.minimum(x.astype(int), columns - 2), np.minimum(y.astype(int), rows - 2)
    dx, dy = x - left, y - top
    upper = values[top, left] * (1 - dx) + values[top, left + 1] * dx
    lower = values[top + 1, left] * (1 - dx) + values[top + 1, left + 1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy)


def expected(name: str, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return what should be on the screen's pixels, (rows, columns, 3), from first principles."""
    zoom, orientation, aspect, with_heat = VIEWS[name]
    radiograph = image()
    height, width = SHAPE[0] * aspect, float(SHAPE[1])
    seen = (width, height) if orientation.quarter_turns % 2 else (height, width)
    ratios = shape[0] / seen[0], shape[1] / seen[1]
    scale = zoom.scale if zoom.scale is not None else max(ratios) if zoom.fills else min(ratios)
    down, right = np.mgrid[: shape[0], : shape[1]].astype(float)
    dx, dy = right - (shape[1] - 1) / 2, down - (shape[0] - 1) / 2
    for _ in range(orientation.quarter_turns):
        dx, dy = dy, -dx
    dx = -dx if orientation.flipped else dx
    x = zoom.center[0] * SHAPE[1] - 0.5 + dx / scale
    y = zoom.center[1] * SHAPE[0] - 0.5 + dy / (scale * aspect)
    if scale == 1.0:
        # On whole pixels of the screen, so that nothing is interpolated.
        x, y = right - np.round((shape[1] - SHAPE[1]) / 2), down - np.round((shape[0] - SHAPE[0]) / 2)
    inside = (x >= -0.5) & (x < SHAPE[1] - 0.5) & (y >= -0.5) & (y < SHAPE[0] - 0.5)
    if scale > 3:
        stored = radiograph.pixels[
            np.clip(np.floor(y + 0.5), 0, SHAPE[0] - 1).astype(int),
            np.clip(np.floor(x + 0.5), 0, SHAPE[1] - 1).astype(int),
        ].astype(float)
    else:
        stored = interpolated(radiograph.pixels.astype(float), x, y)
    gray = np.clip((stored - WINDOW.center) / WINDOW.width + 0.5, 0, 1) * 255
    colors = np.repeat(gray[..., None], 3, 2)
    if with_heat:
        values = heat()
        rows, columns = values.shape
        grid = interpolated(values, (x + 0.5) * columns / SHAPE[1] - 0.5, (y + 0.5) * rows / SHAPE[0] - 0.5)
        level = np.rint(np.clip(grid, 0, 1) * 255).astype(int)
        shares = level / 255
        opacity = np.where(shares >= STYLE.threshold, STYLE.alpha * np.clip(shares / 0.6, 0, 1), 0)[..., None]
        colors += opacity * (colormap_table(STYLE.colormap)[level] - colors)
    return np.where(inside[..., None], colors, 0)


def grabbed(window: QWidget, canvas: Canvas) -> NDArray[np.uint8]:
    """Return the canvas as it is on the screen of its window."""
    format_, ratio = canvas.picture().format(), canvas.devicePixelRatioF()
    picture = window.grab().toImage().convertToFormat(format_)
    words = np.frombuffer(picture.constBits(), np.uint8).reshape(
        picture.height(), picture.bytesPerLine() // 4, 4
    )
    left, top = floor(OFFSET.x() * ratio + 0.5), floor(OFFSET.y() * ratio + 0.5)
    size = canvas.picture().size()
    return words[top : top + size.height(), left : left + size.width(), 2::-1].copy()


def main() -> None:
    """Compare all views."""
    application = QApplication([])
    window = QWidget()
    window.resize(400, 300)
    canvas = Canvas(window)
    canvas.setGeometry(QRect(OFFSET.x(), OFFSET.y(), *SIZE))
    window.show()
    application.processEvents()
    shares = {}
    for name, (zoom, orientation, aspect, with_heat) in VIEWS.items():
        radiograph = image()
        radiograph = Radiograph(
            radiograph.pixels, radiograph.grayscale, radiograph.path, "PNG", "digest", aspect=aspect
        )
        canvas.set_image(Renderer(radiograph), presentation_table(radiograph, WINDOW))
        canvas.set_style(STYLE)
        values = heat()
        canvas.set_heatmap(Heatmap(values, resize_affine(values.shape, SHAPE)) if with_heat else None)
        canvas.set_view(zoom, orientation)
        seen = grabbed(window, canvas).astype(float)
        wanted = expected(name, (seen.shape[0], seen.shape[1]))
        if len(sys.argv) > 1:
            _write(Path(sys.argv[1]), name, seen, wanted)
        close = (np.abs(seen - wanted) <= 1.01).all(2)
        shares[name] = float(close.mean())
    json.dump({"ratio": canvas.devicePixelRatioF(), "shares": shares}, sys.stdout)


def _write(folder: Path, name: str, seen: NDArray, wanted: NDArray) -> None:
    difference = np.clip(np.abs(seen - wanted) * 20, 0, 255)
    cv2.imwrite(
        str(folder / f"{name}.png"), np.hstack((seen, wanted, difference)).astype(np.uint8)[..., ::-1]
    )


if __name__ == "__main__":
    main()
