"""From a signed attribution to what is drawn: rectified and scaled, in this one place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.attribution import Attribution


class MapState(StrEnum):
    """Whether there is anything to draw."""

    SHOWN = "shown"
    EMPTY = "empty"
    INVALID = "invalid"


STATE_TEXT = {
    MapState.SHOWN: "",
    MapState.EMPTY: "No region spoke for this class: the map has no positive value.",
    MapState.INVALID: "The map has values that are not finite: it is not shown.",
}


@dataclass(frozen=True, eq=False)
class DisplayMap:
    """Values to draw, and what the ends of the colour bar stand for.

    Parameters
    ----------
    values : (h, w) float32 array
        0 to 1, on the native grid.
    maximum : float
        Attribution value that 1 stands for; 0 where nothing is drawn.
    state : MapState
        Anything but SHOWN is announced in words.
    """

    values: NDArray[np.float32]
    maximum: float
    state: MapState


def display_map(attribution: Attribution) -> DisplayMap:
    """Keep the evidence for the class and scale it to its own maximum (per-image stretch).

    Parameters
    ----------
    attribution : Attribution
        Signed, unnormalised.
    """
    values = attribution.values
    if not np.isfinite(values).all():
        return DisplayMap(np.zeros_like(values), 0.0, MapState.INVALID)
    positive = np.maximum(values, 0)
    maximum = float(positive.max(initial=0.0))
    if maximum <= 0:
        return DisplayMap(np.zeros_like(values), 0.0, MapState.EMPTY)
    return DisplayMap((positive / np.float32(maximum)).astype(np.float32), maximum, MapState.SHOWN)
