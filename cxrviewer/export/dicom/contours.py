"""Iso-lines and regions of a heatmap as lines of points on the stored pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.export.dicom.sampling import Array, interpolated
from cxrviewer.imaging.contour import contour_levels
from cxrviewer.imaging.heatmap import Heatmap

if TYPE_CHECKING:
    from contourpy import ContourGenerator

_FINEST = 1024
"""Most samples along the longer side, between which a line is straight; else one a stored pixel."""
_TOLERANCE = 0.25
"""How far points that are left out lie from the line, stored pixels; more where there are too many."""
_MOST_POINTS = 8000
"""Of a line: 64 kB hold 8,191 points, which is what its value representation can say (PS3.5 7.1.2, FL)."""
_SHORTEST = 3
MOST_LINES = 100
"""Of a level: the many specks of a fine map would take viewers minutes, and tell nobody anything."""


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
    """Return the lines of one level, the longest first, at most `MOST_LINES`."""
    from contourpy import LineType

    generator = _generator(heatmap, shape, line_type=LineType.Separate)
    found = [] if generator is None else [np.asarray(points, np.float32) for points in generator.lines(level)]
    found = [points for points in found if len(points) > _SHORTEST]
    found.sort(key=lambda points: -cv2.arcLength(points, closed=False))
    return tuple(Contour(level, _simplified(points)) for points in found[:MOST_LINES])


def regions_at(heatmap: Heatmap, shape: tuple[int, int], level: float, most: int) -> tuple[Contour, ...]:
    """Return the outlines of the regions above a level, closed along the image's edge, the largest first.

    Parameters
    ----------
    heatmap, shape
        As of `contours`.
    level : float
        Share of the scale.
    most : int
        How many at most.
    """
    from contourpy import FillType

    generator = _generator(heatmap, shape, fill_type=FillType.OuterOffset)
    if generator is None:
        return ()
    polygons, ends = cast("tuple[list[Array], list[NDArray[np.uint32]]]", generator.filled(level, np.inf))
    # The first line of each is its outer boundary, the others go round holes.
    outer = [np.asarray(line[: end[1]], np.float32) for line, end in zip(polygons, ends, strict=True)]
    outer.sort(key=lambda points: -cv2.contourArea(points))
    return tuple(Contour(level, _simplified(points)) for points in outer[:most] if len(points) > _SHORTEST)


def _generator(heatmap: Heatmap, shape: tuple[int, int], **kind: Any) -> ContourGenerator | None:
    """Return what finds contours; None where no part of the map is on the image."""
    from contourpy import contour_generator

    x, y = (_samples(heatmap, axis, shape) for axis in (0, 1))
    return contour_generator(x, y, interpolated(heatmap, x, y), **kind) if len(x) and len(y) else None


def _samples(heatmap: Heatmap, axis: int, shape: tuple[int, int]) -> Array:
    """Return points along an axis, x or y, from edge to edge of the map's area on the image."""
    scale, offset = heatmap.grid_to_stored[axis, axis], heatmap.grid_to_stored[axis, 2]
    ends = sorted((offset - 0.5 * scale, offset + (heatmap.values.shape[1 - axis] - 0.5) * scale))
    low, high = max(ends[0], -0.5), min(ends[1], shape[1 - axis] - 0.5)
    if low >= high:
        return np.empty(0)
    count = round((high - low) * min(1.0, _FINEST / max(shape))) + 1
    return np.linspace(low, high, max(count, 2))


def _simplified(points: NDArray[np.float32]) -> Array:
    """Return a line without the points that lie almost on the straight between others."""
    closed = bool((points[0] == points[-1]).all())
    line = points[:-1] if closed else points
    if len(line) <= _SHORTEST:
        return points.astype(np.float64)
    tolerance = _TOLERANCE
    while len(kept := cv2.approxPolyDP(line[:, np.newaxis], tolerance, closed)) > _MOST_POINTS:
        tolerance *= 2
    few = np.asarray(kept, np.float64).reshape(-1, 2)
    return np.vstack([few, few[:1]]) if closed else few
