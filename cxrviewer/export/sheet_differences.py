"""What each map of a comparison shows more or less than one of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from cxrviewer.explain.display import LOGIT, DisplayMap, MapState
from cxrviewer.export.comparison_sheet import Sheet, SheetMap
from cxrviewer.imaging.common_grid import PlacedMap, common_grid
from cxrviewer.imaging.heatmap import Heatmap

_SIDE = 56
"""Cells a side of a difference: interpolating it must not smooth away what interpolating the maps shows."""


@dataclass(frozen=True, eq=False)
class Differences:
    """The maps less one of them.

    Parameters
    ----------
    reference : int
        Which one.
    heatmaps : tuple of Heatmap or None
        One a map, signed, on one scale; None of the reference and of maps that do not meet it.
    display : DisplayMap
        What the scale's ends stand for.
    """

    reference: int
    heatmaps: tuple[Heatmap | None, ...]
    display: DisplayMap


def differences(sheet: Sheet, reference: int = 0) -> Differences:
    """Return what each map shows more (above 0) or less than one of them.

    They are differences of what is drawn: in logits where all maps are on one scale, else in shares of the
    full scale of each. The scale of all of them ends at the greatest difference.

    Parameters
    ----------
    sheet : Sheet
        Its maps.
    reference : int
        Which of them the others are compared with.
    """
    first = sheet.maps[reference].drawn
    maps = [None if place == reference else _less(each, first) for place, each in enumerate(sheet.maps)]
    greatest = max((float(np.abs(each.values).max()) for each in maps if each is not None), default=0.0)
    if not sheet.one_scale:
        greatest = ceil(greatest * 10) / 10
    scaled = tuple(
        None
        if each is None
        else Heatmap((each.values / np.float32(greatest or 1)), each.grid_to_stored, signed=True)
        for each in maps
    )
    end, unit = (sheet.shown[0].display.maximum, LOGIT) if sheet.one_scale else (1.0, "")
    state = MapState.SHOWN if greatest > 0 else MapState.ZERO
    values = np.zeros((1, 1), np.float32)
    return Differences(reference, scaled, DisplayMap(values, greatest * end, state, unit, True, True))


def _less(one: SheetMap, first: PlacedMap) -> PlacedMap | None:
    maps = common_grid(one.drawn, first, _SIDE)
    if not maps.inside.any():
        return None
    return PlacedMap(maps.first - maps.second, maps.grid_to_stored)
