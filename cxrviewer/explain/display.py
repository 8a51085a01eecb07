"""From a signed attribution to what is drawn: rectified or signed, and scaled, in this one place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.attribution import Attribution
from cxrviewer.imaging.heatmap import byte_of, byte_values

LOGIT = "logit"
"""Unit of a map whose method has one."""

_SMALLEST_SIDE = 112
_FINE = 10_000
"""Cells of a map from which single ones may stick out, as those of gradients at the input do."""
_CLIPPED = 0.99


class MapState(StrEnum):
    """Whether there is anything to draw."""

    SHOWN = "shown"
    EMPTY = "empty"
    ZERO = "zero"
    INVALID = "invalid"


STATE_TEXT = {
    MapState.SHOWN: "",
    MapState.EMPTY: "No region spoke for the target: the map has no positive value.",
    MapState.ZERO: "The map is zero everywhere: by this method nothing spoke for the target or against it.",
    MapState.INVALID: "The map has values that are not finite: it is not shown.",
}


@dataclass(frozen=True)
class Scale:
    """What the end of the colour bar stands for.

    Parameters
    ----------
    limit : float, optional
        Logits, above 0, at which the scale is locked, so that maps of several classes, methods and images can
        be compared; None where each map is stretched to its own maximum.
    """

    limit: float | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and not (math.isfinite(self.limit) and self.limit > 0):
            raise ValueError(f"a scale cannot end at {self.limit}")


STRETCHED = Scale()


@dataclass(frozen=True, eq=False)
class DisplayMap:
    """Values to draw, and what the ends of the colour bar stand for.

    Parameters
    ----------
    values : (h, w) float32 array
        0 to 1, or -1 to 1 where signed, on the native grid.
    maximum : float
        What 1 stands for, in `unit`; 0 where nothing is drawn. Greater values are drawn as 1.
    state : MapState
        Anything but SHOWN is announced in words.
    unit : str
        `LOGIT`, or "" where the method has no unit.
    locked : bool
        Whether the scale is the one asked for, and not the map's own.
    signed : bool
        Whether evidence against is among the values.
    clipped : bool
        Whether `maximum` is the 99th percentile of the map's sizes, and not its greatest.
    """

    values: NDArray[np.float32]
    maximum: float
    state: MapState
    unit: str = ""
    locked: bool = False
    signed: bool = False
    clipped: bool = False


def display_map(attribution: Attribution, scale: Scale = STRETCHED, signed: bool = False) -> DisplayMap:
    """Keep the evidence for the target, or for and against, and scale it.

    A fine map that is stretched ends at the 99th percentile of its sizes, as in the library of PAIR: at its
    greatest value a single pixel would be drawn, and nothing else.

    Parameters
    ----------
    attribution : Attribution
        Signed, unnormalised.
    scale : Scale
        A locked one needs a method with a unit; the maps of others are stretched all the same.
    signed : bool
        Whether to keep values under 0; else they become 0. A map that has no sign is never signed.
    """
    signed = signed and attribution.signed
    values, factor = attribution.values, attribution.logit_factor
    unit = LOGIT if factor is not None else ""
    locked = scale.limit is not None and factor is not None
    if not np.isfinite(values).all():
        return DisplayMap(np.zeros_like(values), 0.0, MapState.INVALID, unit, locked, signed)
    kept = values if signed else np.maximum(values, 0)
    greatest = float(np.abs(kept).max(initial=0.0))
    if greatest <= 0:
        state = MapState.EMPTY if values.any() else MapState.ZERO
        return DisplayMap(np.zeros_like(values), 0.0, state, unit, locked, signed)
    in_units = 1.0 if factor is None else factor
    clipped = False
    if values.size >= _FINE and not locked:
        usual = float(np.quantile(np.abs(values), _CLIPPED))
        clipped = 0 < usual < greatest
        greatest = usual if clipped else greatest
    maximum = greatest * in_units
    if locked and scale.limit is not None:
        maximum = scale.limit
        kept = np.clip(kept.astype(np.float64) * in_units / maximum, -1, 1)
    else:
        kept = np.clip(kept.astype(np.float64) / greatest, -1, 1)
    return DisplayMap(kept.astype(np.float32), maximum, MapState.SHOWN, unit, locked, signed, clipped)


def share_threshold(display: DisplayMap, share: float) -> float:
    """Return the share of the scale above which the strongest part of the map's area lies.

    Parameters
    ----------
    display : DisplayMap
        Its values are taken as they are drawn: in size, interpolated to at least 112 a side.
    share : float
        Part of the area of the model's input, 0 to 1.

    Returns
    -------
    float
        0 to 1, for `OverlayStyle.threshold`, one of the 256 values that are drawn; 1 for none of the area, 0
        for all of it. Where many places are equal, more than `share` of the area reaches it.
    """
    if share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    rows, columns = display.values.shape
    drawn = cv2.resize(display.values, (max(columns, _SMALLEST_SIDE), max(rows, _SMALLEST_SIDE)))
    sizes = np.abs(np.asarray(drawn)).reshape(-1)
    kept = math.ceil(share * sizes.size)
    lowest = min(float(np.partition(sizes, sizes.size - kept)[sizes.size - kept]), 1.0)
    # A threshold between two bytes would cut off the lower one, and with it all of a map that is nearly flat.
    return float(byte_values(display.signed)[byte_of(lowest, display.signed)])
