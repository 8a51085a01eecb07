"""Values of a heatmap between its cells, not rounded to the bytes that are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.heatmap import Heatmap

Array = NDArray[np.float64]

_SLACK = 1e-9
"""Of a cell: edges are worked out by other ways than points on them."""


def interpolated(heatmap: Heatmap, x: Array, y: Array) -> Array:
    """Return a heatmap at the crossings of columns and rows, interpolated as in `heatmap.resample`.

    Parameters
    ----------
    heatmap : Heatmap
        Values and their place, which is not turned.
    x : (W,) float64 array
        Stored points of columns.
    y : (H,) float64 array
        Of rows.

    Returns
    -------
    (H, W) float64 array
        0 where the model's input does not reach.
    """
    place = heatmap.grid_to_stored
    across, down = (x - place[0, 2]) / place[0, 0], (y - place[1, 2]) / place[1, 1]
    values = heatmap.values.astype(np.float64)
    found = _rows_at(_rows_at(values, down).T, across).T
    found[~_inside(down, values.shape[0])] = 0
    found[:, ~_inside(across, values.shape[1])] = 0
    return found


def _inside(at: Array, cells: int) -> NDArray[np.bool_]:
    return (at >= -0.5 - _SLACK) & (at <= cells - 0.5 + _SLACK)


def _rows_at(values: Array, at: Array) -> Array:
    """Return rows between the rows of a grid; beyond its last centres, those at its ends."""
    clamped = np.clip(at, 0, len(values) - 1)
    lower = np.minimum(clamped.astype(np.intp), max(len(values) - 2, 0))
    upper = np.minimum(lower + 1, len(values) - 1)
    part = (clamped - lower)[:, np.newaxis]
    return np.asarray(values[lower] * (1 - part) + values[upper] * part)
