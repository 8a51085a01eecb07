"""Colour maps of the heatmap, as tables of 256 colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cxrviewer.paths import resource


@dataclass(frozen=True)
class ColormapSpec:
    """Id, name for people, and whether equal steps of value look like equal steps of colour."""

    id: str
    name: str
    perceptual: bool


COLORMAPS = (
    ColormapSpec("inferno", "Inferno", True),
    ColormapSpec("magma", "Magma", True),
    ColormapSpec("plasma", "Plasma", True),
    ColormapSpec("viridis", "Viridis", True),
    ColormapSpec("cividis", "Cividis", True),
    ColormapSpec("turbo", "Turbo", False),
    ColormapSpec("hot", "Hot", False),
    ColormapSpec("jet", "Jet", False),
)
DEFAULT_COLORMAP = "inferno"

_ROWS = {spec.id: row for row, spec in enumerate(COLORMAPS)}


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
