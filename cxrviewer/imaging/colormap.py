"""Colour maps of the heatmap, as tables of 256 colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray


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


def load_colormaps() -> None:
    """Have the colours of all maps at hand, in a thread that may take its time."""
    for spec in COLORMAPS:
        colormap_table(spec.id)


@cache
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
    if colormap not in {spec.id for spec in COLORMAPS}:
        raise KeyError(colormap)
    from cmap import Colormap

    colors = np.asarray(Colormap(colormap).lut(256))[:, :3]
    table = np.round(colors * 255).astype(np.uint8)
    table.flags.writeable = False
    return table
