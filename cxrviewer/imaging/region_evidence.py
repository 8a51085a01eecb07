"""How much of an attribution lies in a region: cells weighed by the part of them that the region covers.

The values are those of the attribution on its own grid, whatever colours it is drawn in; the parts are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, apply_affine
from cxrviewer.imaging.region import Region

_TOUCHED = 1e-9
"""Share of a cell under which it is taken for untouched."""


@dataclass(frozen=True)
class RegionEvidence:
    """What the cells of an attribution in a region amount to.

    Parameters
    ----------
    mean : float
        Of the values, weighed by area.
    peak : float
        Greatest value of the cells that the region touches.
    share : float, optional
        Part of the map's positive evidence that is in the region, 0 to 1; None where it has none.
    """

    mean: float
    peak: float
    share: float | None


def evidence_in(region: Region, values: NDArray[np.float32], grid_to_stored: Affine) -> RegionEvidence | None:
    """Return what an attribution amounts to in a region; None where the region lies beside its grid.

    Parameters
    ----------
    region : Region
        In stored coordinates.
    values : (h, w) float32 array
        Positive where evidence is for the target.
    grid_to_stored : (3, 3) float64 array
        Cell centres to stored points, axis-aligned.
    """
    parts = covered_parts(region, (values.shape[0], values.shape[1]), grid_to_stored)
    reached = parts.sum()
    touched = parts > _TOUCHED
    if not touched.any():
        return None
    exact = values.astype(np.float64)
    positive = np.maximum(exact, 0)
    total = positive.sum()
    share = float((parts * positive).sum() / total) if total > 0 else None
    return RegionEvidence(float((parts * exact).sum() / reached), float(exact[touched].max()), share)


def covered_parts(region: Region, grid_shape: tuple[int, int], grid_to_stored: Affine) -> NDArray[np.float64]:
    """Return which part of each cell a region covers, 0 to 1, (h, w) float64."""
    to_grid = np.asarray(np.linalg.inv(grid_to_stored), np.float64)
    one = apply_affine(to_grid, region.left, region.top)
    other = apply_affine(to_grid, region.right, region.bottom)
    on_grid = Region.between(one, other, elliptic=region.elliptic)
    rows, columns = grid_shape
    x, y = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    if not on_grid.elliptic:
        across = np.diff(np.clip(x, on_grid.left, on_grid.right))
        down = np.diff(np.clip(y, on_grid.top, on_grid.bottom))
        return np.asarray(down[:, None] * across)
    half_width, half_height = (on_grid.right - on_grid.left) / 2, (on_grid.bottom - on_grid.top) / 2
    if not half_width or not half_height:
        return np.zeros(grid_shape)
    center_x, center_y = on_grid.center
    corner = _disc_up_to(
        np.asarray((x - center_x) / half_width, np.float64),
        np.asarray((y - center_y) / half_height, np.float64),
    )
    parts = np.diff(np.diff(corner, axis=0), axis=1) * half_width * half_height
    return np.clip(parts, 0.0, 1.0)


def _disc_up_to(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area of the unit disc left of each x and above each y, (len(y), len(x)).

    At every abscissa t the disc reaches from -s to s, s = sqrt(1 - t^2); clip(y, -s, s) + s of it is above y.
    The clipped part is y between the abscissas -c and c, c = sqrt(1 - y^2), and s or -s beyond them.
    """
    x, y = np.clip(x, -1, 1)[None, :], np.clip(y, -1, 1)[:, None]
    c = np.sqrt(1 - y * y)
    beyond = _half_disc(np.minimum(x, -c)) + _half_disc(np.maximum(x, c)) - _half_disc(c)
    return np.asarray(_half_disc(x) + np.sign(y) * beyond + y * (np.clip(x, -c, c) + c))


def _half_disc(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area of the upper half of the unit disc left of each x."""
    return np.asarray((x * np.sqrt(1 - x * x) + np.arcsin(x) + pi / 2) / 2)
