"""Iso-lines of a heatmap in a view.

Lines are where neighbouring pixels lie on different sides of a level. Of a map that is smooth in the view
that is the iso-line itself, at the price of two comparisons with the neighbourhood.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.heatmap import byte_of, byte_values

LEVELS = (0.25, 0.5, 0.75)
"""Shares of the scale at which lines are drawn; of a signed map also on its other side."""

_SIDES = 16


def contour_levels(threshold: float) -> tuple[float, ...]:
    """Return the shares of the scale at which lines are drawn, rising: the threshold, and those above it."""
    higher = tuple(level for level in LEVELS if level > threshold)
    return (threshold, *higher) if threshold > 0 else higher


def contour_lines(
    heat: NDArray[np.uint8], signed: bool, threshold: float, width: int = 2
) -> NDArray[np.uint8]:
    """Return the iso-lines of a heatmap.

    Parameters
    ----------
    heat : (H, W) uint8 array
        From `heatmap.resample`, cut to where the model's input reaches.
    signed : bool
        Whether it is one of a signed map.
    threshold : float
        Share of the scale under which there are no lines.
    width : int
        Of a line, in pixels of the view.

    Returns
    -------
    (H, W) uint8 array
        The byte of a line's level on the line, 0 elsewhere. Where lines meet, the one farther from 0.
    """
    levels = contour_levels(threshold)
    bands = np.asarray(cv2.LUT(heat, _band_table(levels, signed)), np.uint8)
    kernel = np.ones((width + 1, width + 1), np.uint8)
    highest, lowest = cv2.dilate(bands, kernel), cv2.erode(bands, kernel)
    sides = np.asarray(cv2.addWeighted(highest, _SIDES, lowest, 1, 0), np.uint8)
    return np.asarray(cv2.LUT(sides, _line_table(levels, signed)), np.uint8)


def _band_table(levels: tuple[float, ...], signed: bool) -> NDArray[np.uint8]:
    """Return for each byte how many levels it reaches, less than 0 for values against, from 0 upwards."""
    values = byte_values(signed)
    reached = np.searchsorted(np.asarray(levels, np.float32), np.abs(values), side="right")
    return np.asarray(len(levels) + np.sign(values) * reached, np.uint8)


def _line_table(levels: tuple[float, ...], signed: bool) -> NDArray[np.uint8]:
    """Return the byte of the line between a highest and a lowest band in a neighbourhood, 0 for none."""
    table = np.zeros((_SIDES, _SIDES), np.uint8)
    bottom = -len(levels) if signed else 0
    for high in range(bottom, len(levels) + 1):
        for low in range(bottom, high):
            band = high if high >= -low else low
            level = levels[abs(band) - 1] * (1 if band > 0 else -1)
            table[high + len(levels), low + len(levels)] = byte_of(level, signed)
    return table.reshape(-1)
