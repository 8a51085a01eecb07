"""How far two maps of one image agree: in the order of their values, their strongest area, their peaks.

The three are those by which Ghorbani, Abid and Zou (AAAI 2019, "Interpretation of Neural Networks is
Fragile") tell how far an explanation has moved; the rank correlation is also that of Adebayo et al. (NeurIPS
2018, "Sanity Checks for Saliency Maps"). What cannot be said of a map, because it is constant, has no
evidence or is not finite, is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.common_grid import CommonGrid, PlacedMap, common_grid
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.measure import Point, distance
from cxrviewer.imaging.spacing import Spacing

TOP_SHARE = 0.1
"""Part of the area that counts as the strongest."""

_DRAWN_SIDE = 112
"""Cells a side from which an area is measured, as where the window chooses a threshold by area."""


@dataclass(frozen=True)
class Agreement:
    """Numbers on two maps; None where one is not defined.

    Parameters
    ----------
    rank_correlation : float, optional
        Spearman's, over the cells of the finer grid, -1 to 1; equal values share their mean rank.
    overlap : float, optional
        Intersection over union of the strongest tenths of the area, 0 to 1 (Jaccard's index).
    peak_share : float, optional
        Distance of the greatest values, as a share of the image's diagonal.
    peak_distance : float, optional
        The same in the unit of the image's spacing.
    """

    rank_correlation: float | None
    overlap: float | None
    peak_share: float | None
    peak_distance: float | None


NOTHING = Agreement(None, None, None, None)


def agreement(one: PlacedMap, other: PlacedMap, shape: tuple[int, int], spacing: Spacing) -> Agreement:
    """Compare two maps of one image.

    Parameters
    ----------
    one, other : PlacedMap
        What speaks for the target is above 0.
    shape : tuple of int
        Rows and columns of the image.
    spacing : Spacing
        Of its pixels.
    """
    if not (np.isfinite(one.values).all() and np.isfinite(other.values).all()):
        return NOTHING
    apart = _peaks_apart(one, other, spacing)
    diagonal = distance((0, 0), (shape[1], shape[0]), spacing)
    return Agreement(
        rank_correlation(common_grid(one, other)),
        overlap(common_grid(one, other, _DRAWN_SIDE)),
        None if apart is None else apart / diagonal,
        apart,
    )


def rank_correlation(maps: CommonGrid) -> float | None:
    """Return Spearman's rank correlation, -1 to 1; None where a map is constant.

    The correlation of the ranks (Spearman, Am. J. Psychol. 1904); equal values share the mean of their ranks.
    """
    first, second = (_ranks(values[maps.inside]) for values in (maps.first, maps.second))
    if first.size == 0:
        return None
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(np.clip(first @ second / spread, -1, 1)) if spread > 0 else None


def overlap(maps: CommonGrid, share: float = TOP_SHARE) -> float | None:
    """Return intersection over union of the strongest areas, 0 to 1; None where a map has none."""
    first, second = (_strongest(values[maps.inside], share) for values in (maps.first, maps.second))
    if first is None or second is None:
        return None
    return float((first & second).sum() / (first | second).sum())


def peak(placed: PlacedMap) -> Point | None:
    """Return the stored point of the greatest value; None where it is shared, or not above 0."""
    greatest = placed.values.max(initial=0.0)
    places = np.argwhere(placed.values == greatest)
    if greatest <= 0 or len(places) != 1:
        return None
    row, column = places[0]
    return apply_affine(placed.grid_to_stored, float(column), float(row))


def _peaks_apart(one: PlacedMap, other: PlacedMap, spacing: Spacing) -> float | None:
    first, second = peak(one), peak(other)
    return None if first is None or second is None else distance(first, second, spacing)


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the rank of each value, from 1; the mean rank of equal ones."""
    _, places, counts = np.unique(_evened(values), return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places], np.float64)


def _strongest(values: NDArray[np.float32], share: float) -> NDArray[np.bool_] | None:
    """Return the strongest part that is above 0; equal values at its border are all in it."""
    if values.size == 0 or values.max() <= 0:
        return None
    shares = _evened(values)
    if shares.min() == shares.max():
        return None
    kept = ceil(share * shares.size)
    lowest = np.partition(shares, shares.size - kept)[shares.size - kept]
    return np.asarray((shares >= lowest) & (shares > 0))


def _evened(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return values as shares of the greatest size; those that only interpolation has set apart are equal."""
    greatest = float(np.abs(values).max(initial=0.0))
    return np.asarray(np.round(values / (greatest or 1.0), 6), np.float64)
