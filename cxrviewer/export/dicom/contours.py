"""Iso-lines of a heatmap as lines of points on the stored pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from cxrviewer.export.dicom.sampling import Array, interpolated
from cxrviewer.imaging.contour import contour_levels
from cxrviewer.imaging.heatmap import Heatmap

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
    points: Array

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

    x, y = (_samples(heatmap, axis, shape) for axis in (0, 1))
    if not (len(x) and len(y)):
        return ()
    found = contour_generator(x, y, interpolated(heatmap, x, y), line_type=LineType.Separate).lines(level)
    lines = [_simplified(np.asarray(points)) for points in found]
    lines.sort(key=lambda points: -len(points))
    return tuple(Contour(level, points) for points in lines if len(points) > _SHORTEST)


def _samples(heatmap: Heatmap, axis: int, shape: tuple[int, int]) -> Array:
    """Return points along an axis, x or y, from edge to edge of the map's area on the image."""
    scale, offset = heatmap.grid_to_stored[axis, axis], heatmap.grid_to_stored[axis, 2]
    ends = sorted((offset - 0.5 * scale, offset + (heatmap.values.shape[1 - axis] - 0.5) * scale))
    low, high = max(ends[0], -0.5), min(ends[1], shape[1 - axis] - 0.5)
    if low >= high:
        return np.empty(0)
    count = round((high - low) * min(1.0, _FINEST / max(shape))) + 1
    return np.linspace(low, high, max(count, 2))


def _simplified(points: Array) -> Array:
    """Return a line without the points that lie almost on the straight between others."""
    closed = bool((points[0] == points[-1]).all())
    line = points[:-1] if closed else points
    if len(line) <= _SHORTEST:
        return points
    kept = cv2.approxPolyDP(line.astype(np.float32)[:, np.newaxis], _TOLERANCE, closed)
    few = np.asarray(kept, np.float64).reshape(-1, 2)
    return np.vstack([few, few[:1]]) if closed else few
