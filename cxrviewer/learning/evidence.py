"""Where on a radiograph the positive evidence of a heatmap lies."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, apply_affine

_BORDER = 0.08
_CORNER = 0.18


class Place(StrEnum):
    """Parts of a chest radiograph; a corner is also border."""

    LUNGS = "inside the lungs"
    BELOW = "below the diaphragm"
    BORDER = "at the border"
    CORNERS = "in the corners"


def places(lungs: NDArray[np.bool_] | None, shape: tuple[int, int]) -> dict[Place, NDArray[np.bool_]]:
    """Return masks of the parts of an image, all of one shape.

    Parameters
    ----------
    lungs : (h, w) bool array, optional
        Mask over the whole image; without it, the border and the corners alone are known.
    shape : tuple of int
        Of the masks, where there is no mask of the lungs.
    """
    rows, columns = lungs.shape if lungs is not None else shape
    y, x = (np.abs((np.arange(count) + 0.5) / count - 0.5) for count in (rows, columns))
    at_edge = np.maximum.outer(y, x) > 0.5 - _BORDER
    found = {
        Place.BORDER: at_edge,
        Place.CORNERS: np.minimum.outer(y, x) > 0.5 - _CORNER,
    }
    if lungs is not None and lungs.any():
        found = {Place.LUNGS: lungs, Place.BELOW: _below(lungs), **found}
    return found


def shares(
    values: NDArray[np.float32],
    grid_to_stored: Affine,
    stored_shape: tuple[int, int],
    parts: dict[Place, NDArray[np.bool_]],
) -> dict[Place, tuple[float, float]]:
    """Return the share of a map's positive evidence in each part, and that of a map that is even.

    Parameters
    ----------
    values : (h, w) float array
        The map; what is negative does not count.
    grid_to_stored : (3, 3) float array
        Its place on the stored pixels; flips and turns by quarters aside.
    stored_shape : tuple of int
        Rows and columns of the stored pixels.
    parts : dict of Place to (H, W) bool array
        Masks over the whole image.

    Returns
    -------
    dict of Place to (float, float)
        Both NaN where the map has no positive evidence.
    """
    positive = np.maximum(values.astype(np.float64), 0)
    total = positive.sum()
    found = {}
    for place, mask in parts.items():
        covered = _covered(mask, values.shape, grid_to_stored, stored_shape)
        share = float((positive * covered).sum() / total) if total else float("nan")
        found[place] = share, float(covered.mean()) if total else float("nan")
    return found


def _covered(
    mask: NDArray[np.bool_], grid: tuple[int, ...], grid_to_stored: Affine, stored_shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Return the share of each cell's area that a mask covers, from the mask's sums from its corner on."""
    rows, columns = mask.shape
    sums = np.zeros((rows + 1, columns + 1))
    sums[1:, 1:] = mask.cumsum(axis=0).cumsum(axis=1)
    x = [apply_affine(grid_to_stored, edge - 0.5, 0)[0] for edge in range(grid[1] + 1)]
    y = [apply_affine(grid_to_stored, 0, edge - 0.5)[1] for edge in range(grid[0] + 1)]
    x = (np.array(x) + 0.5) / stored_shape[1] * columns
    y = (np.array(y) + 0.5) / stored_shape[0] * rows
    area = np.outer(np.diff(y), np.diff(x))
    corners = _between(sums, np.clip(y, 0, rows), np.clip(x, 0, columns))
    inside = corners[1:, 1:] - corners[:-1, 1:] - corners[1:, :-1] + corners[:-1, :-1]
    return np.asarray(inside / area)


def _between(
    sums: NDArray[np.float64], y: NDArray[np.float64], x: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return values of a table between its points: exact for a mask that is even within its pixels."""
    for axis, at in ((0, y), (1, x)):
        low = np.minimum(at.astype(int), sums.shape[axis] - 2)
        part = (at - low).reshape((-1, 1) if axis == 0 else (1, -1))
        sums = sums.take(low, axis) * (1 - part) + sums.take(low + 1, axis) * part
    return sums


def _below(lungs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what lies under the lowest lung of its column, or of all columns where it has none."""
    rows = np.arange(len(lungs))[:, None]
    lowest = np.where(lungs, rows, -1).max(axis=0)
    bottom = np.where(lowest >= 0, lowest, lowest.max())
    return np.asarray(rows > bottom)
