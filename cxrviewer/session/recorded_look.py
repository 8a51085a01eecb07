"""The look of a scene as it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.radiograph import Radiograph, VoiFunction, Window
from cxrviewer.imaging.viewport import Viewport

_MOST_PIXELS = 1 << 28


def recorded_style(look: Mapping[str, Any]) -> OverlayStyle:
    """Return how the heatmap was laid over the image."""
    return OverlayStyle(
        str(look["colormap"]),
        float(look["alpha"]),
        float(look["threshold"]),
        bool(look["visible"]),
        HeatmapView(look["view"]),
        bool(look["signed"]),
    )


def recorded_viewport(view: Mapping[str, Any]) -> Viewport:
    """Return what was seen of the image."""
    shape = int(view["rows"]), int(view["columns"])
    matrix = np.array(view["stored_to_view"], np.float64)
    if matrix.shape != (3, 3) or min(shape) < 1 or shape[0] * shape[1] > _MOST_PIXELS:
        raise ValueError("no view")
    return Viewport(shape, matrix)


def recorded_voi(window: Mapping[str, Any], radiograph: Radiograph) -> Voi:
    """Return what the image was shown through."""
    if "table" in window:
        return radiograph.grayscale.voi_luts[int(window["table"])]
    return Window(float(window["center"]), float(window["width"]), VoiFunction(window["function"]))
