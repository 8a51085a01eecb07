"""Colour maps of the heatmap, as tables of 256 colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cxrviewer.paths import resource


@dataclass(frozen=True)
class ColormapSpec:
    """A colour map by name.

    Parameters
    ----------
    id : str
        As in settings, on the command line, and (but for a prefix) in the library cmap.
    name : str
        For people.
    perceptual : bool
        Whether equal steps of value look like equal steps of colour.
    diverging : bool
        Whether it goes from blue through a neutral middle to red: for signed maps alone.
    """

    id: str
    name: str
    perceptual: bool
    diverging: bool = False


COLORMAPS = (
    ColormapSpec("inferno", "Inferno", True),
    ColormapSpec("magma", "Magma", True),
    ColormapSpec("plasma", "Plasma", True),
    ColormapSpec("viridis", "Viridis", True),
    ColormapSpec("cividis", "Cividis", True),
    ColormapSpec("turbo", "Turbo", False),
    ColormapSpec("hot", "Hot", False),
    ColormapSpec("jet", "Jet", False),
    ColormapSpec("coolwarm", "Cool to warm", True, diverging=True),
    ColormapSpec("icefire", "Ice to fire", True, diverging=True),
)
DEFAULT_COLORMAP = "inferno"
DEFAULT_DIVERGING = "coolwarm"

_ROWS = {spec.id: row for row, spec in enumerate(COLORMAPS)}


def is_diverging(colormap: str) -> bool:
    """Return whether a map is one for signed values; KeyError where there is no such map."""
    return COLORMAPS[_ROWS[colormap]].diverging


def colormap_table(colormap: str) -> NDArray[np.uint8]:
    """Return the colours of a map.

    Parameters
    ----------
    colormap : str
        Id of one of `COLORMAPS`.

    Returns
    -------
    (256, 3) uint8 array
        Red, green, blue; read-only.

    Raises
    ------
    KeyError
        There is no such colour map.
    """
    table: NDArray[np.uint8] = _tables()[_ROWS[colormap]]
    return table


@cache
def _tables() -> NDArray[np.uint8]:
    """Return all tables, (maps, 256, 3): made by ``packaging/draw_colormaps.py`` from the library cmap."""
    tables: NDArray[np.uint8] = np.load(resource("colormaps.npy"), allow_pickle=False)
    tables.flags.writeable = False
    return tables
