"""A heatmap laid on a view: separable linear interpolation with half-pixel centres.

Views only scale, flip, turn by quarters and move, so that interpolation is a product of two small weight
matrices: exact, and several times as fast as a general warp.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, apply_affine
from cxrviewer.imaging.viewport import Viewport


@dataclass(frozen=True, eq=False)
class Heatmap:
    """Values of a grid and their place on the stored pixels.

    Parameters
    ----------
    values : (h, w) float32 array
        0 to 1.
    grid_to_stored : (3, 3) float64 array
        Cell centres to stored points, axis-aligned.
    """

    values: NDArray[np.float32]
    grid_to_stored: Affine


def _weights(coordinates: NDArray[np.float64], cells: int) -> NDArray[np.float32]:
    """Return the (N, cells) interpolation weights; rows outside the cells' area are zero."""
    inside = (coordinates >= -0.5) & (coordinates <= cells - 0.5)
    clamped = np.clip(coordinates, 0, cells - 1)
    lower = np.minimum(clamped.astype(np.intp), max(cells - 2, 0))
    fraction = clamped - lower
    rows = np.arange(len(coordinates))
    weights = np.zeros((len(coordinates), max(cells, 2)), np.float32)
    weights[rows, lower] = 1 - fraction
    weights[rows, lower + 1] += fraction
    weights[~inside] = 0
    return weights[:, :cells]


def resample(heatmap: Heatmap, viewport: Viewport) -> NDArray[np.uint8]:
    """Return the heatmap as seen in a view.

    Returns
    -------
    (H, W) uint8 array
        Value times 255, rounded; 0 where the model's input does not reach.
    """
    view_to_grid = np.linalg.inv(viewport.stored_to_view @ heatmap.grid_to_stored)
    x = np.arange(viewport.shape[1], dtype=np.float64)
    y = np.arange(viewport.shape[0], dtype=np.float64)
    rows, columns = heatmap.values.shape
    grid = heatmap.values * np.float32(255)
    if abs(view_to_grid[0, 0]) > abs(view_to_grid[0, 1]):
        along_x = _weights(view_to_grid[0, 0] * x + view_to_grid[0, 2], columns)
        along_y = _weights(view_to_grid[1, 1] * y + view_to_grid[1, 2], rows)
    else:
        grid = grid.T
        along_x = _weights(view_to_grid[1, 0] * x + view_to_grid[1, 2], rows)
        along_y = _weights(view_to_grid[0, 1] * y + view_to_grid[0, 2], columns)
    # Not numpy's product: its threads wait for one another up to 20 ms where the processors are busy.
    columns_seen = cv2.gemm(np.ascontiguousarray(grid), along_x, 1.0, None, 0.0, flags=cv2.GEMM_2_T)
    seen = cv2.gemm(along_y, columns_seen, 1.0, None, 0.0)
    return np.asarray(cv2.convertScaleAbs(seen), dtype=np.uint8)


def value_at(values: NDArray[np.float32], grid_to_stored: Affine, x: float, y: float) -> float | None:
    """Return the interpolated value of a grid at the stored point (x, y); None outside the grid's area."""
    gx, gy = apply_affine(np.asarray(np.linalg.inv(grid_to_stored), np.float64), x, y)
    rows, columns = values.shape
    across = _weights(np.array([gx]), columns)
    down = _weights(np.array([gy]), rows)
    if not across.any() or not down.any():
        return None
    return float((down @ values @ across.T)[0, 0])
