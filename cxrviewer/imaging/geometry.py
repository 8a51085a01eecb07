"""Affine maps between model grid, model input and stored pixels: the only thing that places a heatmap.

Points are (x, y) = (column, row); the centre of the first pixel or cell is (0, 0), so a resize from
W to w pixels maps x_w to ``(x_w + 0.5) * W / w - 0.5`` (half-pixel centres).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]
"""A 3x3 matrix that acts on column vectors (x, y, 1)."""


def resize_affine(from_shape: tuple[int, int], to_shape: tuple[int, int]) -> Affine:
    """Return the map of points of a grid to points of another grid over the same area.

    Parameters
    ----------
    from_shape, to_shape : tuple of int
        Rows and columns of the two grids.
    """
    sy = to_shape[0] / from_shape[0]
    sx = to_shape[1] / from_shape[1]
    return np.array([[sx, 0.0, (sx - 1) / 2], [0.0, sy, (sy - 1) / 2], [0.0, 0.0, 1.0]])


def translation(dx: float, dy: float) -> Affine:
    """Return the map that moves points by (dx, dy)."""
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy], [0.0, 0.0, 1.0]])


def apply_affine(affine: Affine, x: float, y: float) -> tuple[float, float]:
    """Return the image of the point (x, y)."""
    px, py, _ = affine @ np.array([x, y, 1.0])
    return float(px), float(py)


@dataclass(frozen=True, eq=False)
class Geometry:
    """How a model input lies on the stored pixels.

    Parameters
    ----------
    stored_shape : tuple of int
        Rows and columns of the stored pixels.
    input_shape : tuple of int
        Rows and columns of the model input.
    input_to_stored : (3, 3) float64 array
        Points of the model input to points of the stored pixels.
    """

    stored_shape: tuple[int, int]
    input_shape: tuple[int, int]
    input_to_stored: Affine

    def grid_to_stored(self, grid_shape: tuple[int, int]) -> Affine:
        """Return the map of cell centres of a feature map to points of the stored pixels.

        The cells are taken to tile the model input evenly.
        """
        return self.input_to_stored @ resize_affine(grid_shape, self.input_shape)
