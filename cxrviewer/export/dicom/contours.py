"""Iso-lines of a heatmap as lines of points on the stored pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.contour import contour_levels
from cxrviewer.imaging.heatmap import Heatmap

_Array = NDArray[np.float64]

_FINEST = 1024
"""Most samples along the longer side, between which a line is straight; else one a stored pixel."""
_TOLERANCE = 0.25
"""How far points that are left out lie from the line, stored pixels."""
_SHORTEST = 3


@dataclass(frozen=True, eq=False)
class Contour:
    """One line.

    Parameters
    ----------
    level : float
        Share of the scale; under 0 for evidence against.
    points : (N, 2) float64 array
        Stored points (x, y); the first again at the end where it is closed.
    """

    level: float
    points: _Array

    @property
    def closed(self) -> bool:
        """Whether it goes round a region; else it ends at the edge of what the model's input reaches."""
        return bool((self.points[0] == self.points[-1]).all())


def contours(heatmap: Heatmap, shape: tuple[int, int], threshold: float) -> tuple[Contour, ...]:
    """Return the lines that `imaging.contour.contour_lines` draws, from the lowest level to the highest.

    Parameters
    ----------
    heatmap : Heatmap
        Values and their place.
    shape : tuple of int
        Rows and columns of the stored pixels.
    threshold : float
        Share of the scale under which there are no lines.
    """
    levels = contour_levels(threshold)
    if heatmap.signed:
        levels = (*(-level for level in reversed(levels)), *levels)
    return tuple(line for level in levels for line in lines_at(heatmap, shape, level))


def lines_at(heatmap: Heatmap, shape: tuple[int, int], level: float) -> tuple[Contour, ...]:
    """Return the lines of one level, the longest first."""
    from contourpy import LineType, contour_generator

    x, y, values = _sampled(heatmap, shape)
    if values.size == 0:
        return ()
    found = contour_generator(x, y, values, line_type=LineType.Separate).lines(level)
    lines = [_simplified(np.asarray(points)) for points in found]
    lines.sort(key=lambda points: -len(points))
    return tuple(Contour(level, points) for points in lines if len(points) > _SHORTEST)


def _sampled(heatmap: Heatmap, shape: tuple[int, int]) -> tuple[_Array, _Array, _Array]:
    """Return stored columns, stored rows and the interpolated values there, over the area of the map.

    Interpolated as in `heatmap.resample`, but not rounded to bytes: lines on a flat slope would be stairs.
    """
    place, (rows, columns) = heatmap.grid_to_stored, heatmap.values.shape
    x, across = _along(place[0, 0], place[0, 2], columns, shape[1], max(shape))
    y, down = _along(place[1, 1], place[1, 2], rows, shape[0], max(shape))
    if len(x) < 2 or len(y) < 2:
        return x, y, np.empty((0, 0))
    return x, y, _interpolated(_interpolated(heatmap.values.astype(np.float64), down).T, across).T


def _along(scale: float, offset: float, cells: int, pixels: int, longest: int) -> tuple[_Array, _Array]:
    """Return samples along one axis in stored points and in cells, from edge to edge."""
    ends = sorted((offset - 0.5 * scale, offset + (cells - 0.5) * scale))
    low, high = max(ends[0], -0.5), min(ends[1], pixels - 0.5)
    if low >= high:
        return np.empty(0), np.empty(0)
    count = round((high - low) * min(1.0, _FINEST / longest)) + 1
    stored = np.linspace(low, high, max(count, 2))
    return stored, (stored - offset) / scale


def _interpolated(values: _Array, at: _Array) -> _Array:
    """Return rows between the rows of a grid."""
    clamped = np.clip(at, 0, len(values) - 1)
    lower = np.minimum(clamped.astype(np.intp), max(len(values) - 2, 0))
    upper = np.minimum(lower + 1, len(values) - 1)
    part = (clamped - lower)[:, np.newaxis]
    return np.asarray(values[lower] * (1 - part) + values[upper] * part)


def _simplified(points: _Array) -> _Array:
    """Return a line without the points that lie almost on the straight between others."""
    closed = bool((points[0] == points[-1]).all())
    line = points[:-1] if closed else points
    if len(line) <= _SHORTEST:
        return points
    kept = cv2.approxPolyDP(line.astype(np.float32)[:, np.newaxis], _TOLERANCE, closed)
    few = np.asarray(kept, np.float64).reshape(-1, 2)
    return np.vstack([few, few[:1]]) if closed else few
