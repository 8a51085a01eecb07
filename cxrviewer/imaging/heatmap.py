"""A heatmap laid on a view: separable linear interpolation with half-pixel centres.

Views only scale, flip, turn by quarters and move, so that interpolation is a product of two small weight
matrices: exact, and several times as fast as a general warp.

What is drawn is a byte a pixel, 0 where the model's input does not reach. Of an unsigned map it is 255 times
the value; of a signed one 128 plus 127 times the value, so that exactly 0 is 128.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, apply_affine
from cxrviewer.imaging.viewport import Viewport

_SIGNED_ZERO = 128
_SIGNED_STEPS = 127
_UNSIGNED_STEPS = 255
_BLOCK = 128
"""Rows of a view that are interpolated at a time."""


@dataclass(frozen=True, eq=False)
class Heatmap:
    """Values of a grid and their place on the stored pixels.

    Parameters
    ----------
    values : (h, w) float32 array
        0 to 1; -1 to 1 where signed.
    grid_to_stored : (3, 3) float64 array
        Cell centres to stored points, axis-aligned.
    signed : bool
        Whether values under 0 are drawn: evidence against.
    """

    values: NDArray[np.float32]
    grid_to_stored: Affine
    signed: bool = False


def byte_of(value: float, signed: bool) -> int:
    """Return the byte that a value is drawn as."""
    return _SIGNED_ZERO + round(_SIGNED_STEPS * value) if signed else round(_UNSIGNED_STEPS * value)


def byte_values(signed: bool) -> NDArray[np.float32]:
    """Return the values that the 256 bytes stand for, float32 (256,); 0 for byte 0 of a signed map too."""
    steps = np.arange(256, dtype=np.float32)
    if not signed:
        return steps / np.float32(_UNSIGNED_STEPS)
    values = (steps - np.float32(_SIGNED_ZERO)) / np.float32(_SIGNED_STEPS)
    values[0] = 0
    return values


def interpolation_weights(coordinates: NDArray[np.float64], cells: int) -> NDArray[np.float32]:
    """Return the weights of linear interpolation along one axis of a grid, as it is drawn.

    Parameters
    ----------
    coordinates : (N,) float64 array
        Places on the grid; the centre of the first cell is 0.
    cells : int
        How many there are.

    Returns
    -------
    (N, cells) float32 array
        Rows of places outside the cells' area are zero.
    """
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


def _nearest(coordinates: NDArray[np.float64], cells: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the cell at each coordinate, and whether it is inside the cells' area."""
    inside = (coordinates >= -0.5) & (coordinates <= cells - 0.5)
    return np.clip(np.floor(coordinates + 0.5), 0, cells - 1).astype(np.intp), inside


def resample(heatmap: Heatmap, viewport: Viewport, cells: bool = False) -> NDArray[np.uint8]:
    """Return the heatmap as seen in a view.

    Parameters
    ----------
    heatmap : Heatmap
        Values and their place.
    viewport : Viewport
        What is seen.
    cells : bool
        Whether each cell is a rectangle of one value, instead of interpolated between the centres.

    Returns
    -------
    (H, W) uint8 array
        Unsigned: value times 255, rounded. Signed: 128 plus value times 127, rounded, 1 to 255. Both are 0
        where the model's input does not reach.
    """
    grid = heatmap.values * np.float32(_UNSIGNED_STEPS)
    if heatmap.signed:
        grid = heatmap.values * np.float32(_SIGNED_STEPS) + np.float32(_SIGNED_ZERO)
    turned, along_x, along_y = _coordinates(heatmap, viewport)
    grid = np.ascontiguousarray(grid.T if turned else grid)
    rows, columns = grid.shape
    if cells:
        at_x, inside_x = _nearest(along_x, columns)
        at_y, inside_y = _nearest(along_y, rows)
        seen_columns = np.asarray(cv2.convertScaleAbs(grid), np.uint8)[:, at_x] * inside_x
        return np.asarray(seen_columns[at_y] * inside_y[:, None], np.uint8)
    columns_seen = _product(interpolation_weights(along_x, columns), grid.T).T
    return np.asarray(
        cv2.convertScaleAbs(_product(interpolation_weights(along_y, rows), columns_seen)), dtype=np.uint8
    )


def covered_rectangle(heatmap: Heatmap, viewport: Viewport) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) of what the model's input reaches, in view pixels, ends excluded."""
    turned, along_x, along_y = _coordinates(heatmap, viewport)
    rows, columns = heatmap.values.shape[::-1] if turned else heatmap.values.shape
    inside_x = np.flatnonzero(_nearest(along_x, columns)[1])
    inside_y = np.flatnonzero(_nearest(along_y, rows)[1])
    if len(inside_x) == 0 or len(inside_y) == 0:
        return 0, 0, 0, 0
    return int(inside_x[0]), int(inside_y[0]), int(inside_x[-1]) + 1, int(inside_y[-1]) + 1


def _coordinates(
    heatmap: Heatmap, viewport: Viewport
) -> tuple[bool, NDArray[np.float64], NDArray[np.float64]]:
    """Return whether rows of the grid are columns of the view, and where on the grid those and these lie."""
    view_to_grid = np.linalg.inv(viewport.stored_to_view @ heatmap.grid_to_stored)
    x = np.arange(viewport.shape[1], dtype=np.float64)
    y = np.arange(viewport.shape[0], dtype=np.float64)
    turned = bool(abs(view_to_grid[0, 0]) < abs(view_to_grid[0, 1]))
    across, down = (1, 0) if turned else (0, 1)
    return (
        turned,
        view_to_grid[across, 0] * x + view_to_grid[across, 2],
        view_to_grid[down, 1] * y + view_to_grid[down, 2],
    )


def _product(weights: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the product of interpolation weights and values, a block of rows at a time.

    Only a band of the cells has a part in each block, so that fine grids cost little more than coarse ones.
    """
    values = np.ascontiguousarray(values)
    product = np.empty((len(weights), values.shape[1]), np.float32)
    for start in range(0, len(weights), _BLOCK):
        block = slice(start, start + _BLOCK)
        used = np.flatnonzero(weights[block].any(axis=0))
        if len(used) == 0:
            product[block] = 0
            continue
        band = slice(used[0], used[-1] + 1)
        some = np.ascontiguousarray(weights[block, band])
        # Not numpy's product: its threads wait for one another up to 20 ms where the processors are busy.
        cv2.gemm(some, values[band], 1.0, None, 0.0, product[block])
    return product


def value_at(values: NDArray[np.float32], grid_to_stored: Affine, x: float, y: float) -> float | None:
    """Return the interpolated value of a grid at the stored point (x, y); None outside the grid's area."""
    gx, gy = apply_affine(np.asarray(np.linalg.inv(grid_to_stored), np.float64), x, y)
    rows, columns = values.shape
    across = interpolation_weights(np.array([gx]), columns)
    down = interpolation_weights(np.array([gy]), rows)
    if not across.any() or not down.any():
        return None
    return float((down @ values @ across.T)[0, 0])
