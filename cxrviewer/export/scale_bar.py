"""The colour bar of a heatmap, with what its ends stand for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.display import DisplayMap
from cxrviewer.export.column import BACKGROUND, ColorBar
from cxrviewer.export.words import number
from cxrviewer.imaging import compose
from cxrviewer.imaging.colormap import colormap_table
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.contour import contour_levels
from cxrviewer.imaging.heatmap import byte_of

_LINE = 2
"""Half the width of a contour's mark on the bar, of its 256 values."""


def scale_bar(display: DisplayMap, style: OverlayStyle, method: str) -> ColorBar:
    """Return the scale of a heatmap that is drawn.

    The bar fades out as the heatmap does and is empty below the threshold; of contours it has the lines.

    Parameters
    ----------
    display : DisplayMap
        What the ends of the scale stand for.
    style : OverlayStyle
        As the heatmap is drawn.
    method : str
        Name of the method for people.
    """
    # Byte 0 of a signed map is outside of it: its scale begins with the next one.
    first = 1 if style.signed else 0
    share = compose.opacity(replace(style, alpha=1.0))
    if style.view is HeatmapView.CONTOURS:
        share = share * _near_lines(style)
    background = np.asarray(BACKGROUND, np.float32)
    table = colormap_table(compose.effective_colormap(style))
    colors = background + share[first:, None] * (table[first:] - background)
    caption = f"{method}, {scale_text(display)}"
    return ColorBar(np.round(colors).astype(np.uint8), _ticks(display), caption)


def scale_text(display: DisplayMap) -> str:
    """Return in words what full scale is: the maximum of the image or near it, or so many logits."""
    value = number(display.maximum)
    if display.locked:
        sign = "±" if display.signed else ""
        return f"locked at {sign}{value} {_unit(display)}"
    end = "99th percentile" if display.clipped else "maximum"
    return f"scaled to the {end} of this image{f', {value} {_unit(display)}' if display.unit else ''}"


def _unit(display: DisplayMap) -> str:
    return display.unit if display.maximum == 1 else f"{display.unit}s"


def _ticks(display: DisplayMap) -> tuple[tuple[float, str], ...]:
    greatest = display.maximum
    if display.signed:
        return ((0.0, number(-greatest)), (0.5, "0"), (1.0, f"+{number(greatest)}"))
    return ((0.0, "0"), (0.5, number(greatest / 2)), (1.0, number(greatest)))


def _near_lines(style: OverlayStyle) -> NDArray[np.bool_]:
    """Return which of the 256 bytes are marked as a contour."""
    levels = contour_levels(style.threshold)
    marks = [byte_of(level, style.signed) for level in levels]
    if style.signed:
        marks += [byte_of(-level, True) for level in levels]
    return np.asarray(np.abs(np.arange(256)[:, None] - np.array(marks)).min(axis=1) <= _LINE)
