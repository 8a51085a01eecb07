"""Two maps on one grid, so that they can be compared place by place."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, resize_affine
from cxrviewer.imaging.heatmap import interpolation_weights


@dataclass(frozen=True, eq=False)
class PlacedMap:
    """Values of a grid and their place on the stored pixels.

    Parameters
    ----------
    values : (h, w) float32 array
        In any unit.
    grid_to_stored : (3, 3) float64 array
        Cell centres to stored points; it only scales and moves.
    """

    values: NDArray[np.float32]
    grid_to_stored: Affine


@dataclass(frozen=True, eq=False)
class CommonGrid:
    """Two maps at the same places.

    Parameters
    ----------
    first, second : (h, w) float32 array
        The maps; 0 outside of `inside`.
    inside : (h, w) bool array
        Where both reach.
    grid_to_stored : (3, 3) float64 array
        Cell centres to stored points.
    """

    first: NDArray[np.float32]
    second: NDArray[np.float32]
    inside: NDArray[np.bool_]
    grid_to_stored: Affine


def common_grid(one: PlacedMap, other: PlacedMap, least: int = 1) -> CommonGrid:
    """Bring two maps to the finer of their grids, interpolated as they are drawn.

    Parameters
    ----------
    one, other : PlacedMap
        Of the same image.
    least : int
        Cells along each side; a coarser grid is divided into whole parts until it has as many.
    """
    finer = one if _cell_area(one) <= _cell_area(other) else other
    parts = tuple(ceil(least / cells) if cells < least else 1 for cells in finer.values.shape)
    rows, columns = (cells * part for cells, part in zip(finer.values.shape, parts, strict=True))
    place = finer.grid_to_stored @ resize_affine((rows, columns), finer.values.shape)
    first, reached = _resampled(one, (rows, columns), place)
    second, reached_too = _resampled(other, (rows, columns), place)
    inside = reached & reached_too
    return CommonGrid(np.where(inside, first, 0), np.where(inside, second, 0), inside, place)


def _cell_area(placed: PlacedMap) -> float:
    return float(abs(np.linalg.det(placed.grid_to_stored[:2, :2])))


def _resampled(
    placed: PlacedMap, shape: tuple[int, int], place: Affine
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return a map on another grid, and where it reaches."""
    to_own = np.linalg.inv(placed.grid_to_stored) @ place
    rows, columns = placed.values.shape
    across = interpolation_weights(_steps(to_own[0], 0, shape[1]), columns)
    down = interpolation_weights(_steps(to_own[1], 1, shape[0]), rows)
    inside = np.logical_and.outer(down.any(axis=1), across.any(axis=1))
    return np.asarray(down @ placed.values @ across.T, np.float32), inside


def _steps(axis: NDArray[np.float64], own: int, count: int) -> NDArray[np.float64]:
    # Rounded, so that a map on its own grid is left as it is: equal values stay equal.
    return np.asarray(np.round(axis[own] * np.arange(count) + axis[2], 9), np.float64)
