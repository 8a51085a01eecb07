"""The look of a scene as it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.radiograph import Radiograph, VoiFunction, Window
from cxrviewer.imaging.viewport import Viewport

_MOST_PIXELS = 1 << 28
_MOST_SCALED = 1e4
_MOST_MOVED = 1e7
"""View pixels."""


def recorded_style(look: Mapping[str, Any]) -> OverlayStyle:
    """Return how the heatmap was laid over the image."""
    colormap, shares = str(look["colormap"]), (float(look["alpha"]), float(look["threshold"]))
    if colormap not in {spec.id for spec in COLORMAPS} or not all(0 <= share <= 1 for share in shares):
        raise ValueError("no look")
    return OverlayStyle(
        colormap,
        *shares,
        bool(look["visible"]),
        HeatmapView(look["view"]),
        bool(look["signed"]),
    )


def recorded_viewport(view: Mapping[str, Any]) -> Viewport:
    """Return what was seen of the image."""
    shape = int(view["rows"]), int(view["columns"])
    matrix = np.array(view["stored_to_view"], np.float64)
    viewport = Viewport(shape, matrix)
    if not (_is_placed(matrix) and min(shape) >= 1 and shape[0] * shape[1] <= _MOST_PIXELS):
        raise ValueError("no view")
    return viewport


def _is_placed(matrix: NDArray[np.float64]) -> bool:
    """Return whether a matrix scales, flips, turns by quarters and moves, by what can be drawn."""
    if matrix.shape != (3, 3) or not np.array_equal(matrix[2], (0, 0, 1)):
        return False
    scales = np.abs(matrix[:2, :2])
    along = [np.count_nonzero(scales, axis=axis).tolist() for axis in (0, 1)] == [[1, 1], [1, 1]]
    each = scales.max(axis=0)
    within = (each >= 1 / _MOST_SCALED) & (each <= _MOST_SCALED) & (np.abs(matrix[:2, 2]) <= _MOST_MOVED)
    return bool(along and within.all())


def recorded_voi(window: Mapping[str, Any], radiograph: Radiograph) -> Voi:
    """Return what the image was shown through."""
    if "table" in window:
        return radiograph.grayscale.voi_luts[int(window["table"])]
    found = Window(float(window["center"]), float(window["width"]), VoiFunction(window["function"]))
    if not (isfinite(found.center) and 0 < found.width < inf):
        raise ValueError("no window")
    return found
