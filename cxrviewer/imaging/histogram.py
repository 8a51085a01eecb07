"""How many pixels of an image have which modality value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.grayscale import index_counts, index_offset, modality_values
from cxrviewer.imaging.radiograph import Radiograph

BINS = 256
_TAIL = 0.001
"""Share of the pixels at either end that say nothing of the range: burned-in text, single hot pixels."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """Pixels counted by modality value, without padding and what a shutter covers.

    Parameters
    ----------
    counts : (B,) float64 array
        Pixels a bin, read-only; the bins divide the values from `low` to `high` evenly.
    low, high : float
        Modality values at the ends of the bins, at least half a step beyond the least and the greatest.
    spread : float
        How far its values reach, without the thousandth of the pixels at either end; above 0.
    """

    counts: NDArray[np.float64]
    low: float
    high: float
    spread: float


def histogram(radiograph: Radiograph, bins: int = BINS) -> Histogram | None:
    """Count the pixels of an image; None where nothing of it is to be seen.

    Parameters
    ----------
    radiograph : Radiograph
        The image.
    bins : int
        At most so many; fewer where there are not that many different values.
    """
    by_index = index_counts(radiograph)
    present = np.flatnonzero(by_index)
    if not len(present):
        return None
    weights = by_index[present].astype(np.float64)
    values = modality_values(radiograph, present.astype(np.float64) + index_offset(radiograph))
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    step = _smallest_step(values)
    # Each bin holds equally many of the possible values: else some are twice as high as their neighbours.
    possible = round((values[-1] - values[0]) / step) + 1
    bin_width = step * math.ceil(possible / bins)
    low = float(values[0]) - step / 2
    high = low + bin_width * math.ceil(possible * step / bin_width - 1e-9)
    counts, _ = np.histogram(values, round((high - low) / bin_width), (low, high), weights=weights)
    counts.setflags(write=False)
    below = np.cumsum(weights) / weights.sum()
    inner = values[np.searchsorted(below, (_TAIL, 1 - _TAIL))]
    return Histogram(counts, low, high, max(float(inner[1] - inner[0]), step))


def _smallest_step(values: NDArray[np.float64]) -> float:
    """Return the least distance between two values that rise; 1 where there is but one."""
    steps = np.diff(values)
    steps = steps[steps > 0]
    return float(steps.min()) if len(steps) else 1.0
