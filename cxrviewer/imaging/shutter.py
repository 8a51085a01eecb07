"""What a display shutter covers (PS3.3 C.7.6.11)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
"""Row and column of a stored pixel, counted from 0."""


def outside_rectangle(
    shape: tuple[int, int], top: float, left: float, bottom: float, right: float
) -> NDArray[np.bool_]:
    """Return what lies beyond a rectangle; the pixels on its edges are seen.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the image.
    top, left, bottom, right : float
        Rows and columns counted from 0; they may lie beyond the image.

    Returns
    -------
    (H, W) bool array
    """
    covered = np.ones(shape, np.bool_)
    rows = slice(max(round(top), 0), max(round(bottom) + 1, 0))
    columns = slice(max(round(left), 0), max(round(right) + 1, 0))
    covered[rows, columns] = False
    return covered


def outside_circle(
    shape: tuple[int, int], center: Point, radius: float, aspect: float = 1.0
) -> NDArray[np.bool_]:
    """Return what lies beyond a circle, (H, W) bool.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the image.
    center : tuple of float
        Row and column.
    radius : float
        In pixels along a row.
    aspect : float
        Height of a pixel over its width: where it is not 1, the circle is an ellipse on the stored pixels.
    """
    down = (np.arange(shape[0], dtype=np.float64) - center[0]) * aspect
    across = np.arange(shape[1], dtype=np.float64) - center[1]
    # Rows against columns, so that no number is held for every pixel.
    return np.asarray(across[None, :] ** 2 > (radius**2 - down**2)[:, None])


def outside_polygon(shape: tuple[int, int], vertices: list[Point]) -> NDArray[np.bool_]:
    """Return what lies beyond a polygon, (H, W) bool; the pixels on its edges are seen."""
    covered = np.ones(shape, np.uint8)
    corners = np.rint([(column, row) for row, column in vertices]).astype(np.int32)
    cv2.fillPoly(covered, [corners], (0,))
    return covered.astype(np.bool_)
