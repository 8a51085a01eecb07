"""Writes the colours of the heatmap's maps, taken from the library cmap, to ``resources/colormaps.npy``.

Usage: python packaging/draw_colormaps.py [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from cmap import Colormap

from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.paths import resource

_OF_SEVERAL = {"coolwarm": "matplotlib:coolwarm"}
"""Full names of maps whose short name cmap has more than one of."""


def main(target: Path) -> None:
    """Write one (256, 3) uint8 table a colour map, in the order of `COLORMAPS`."""
    names = [_OF_SEVERAL.get(spec.id, spec.id) for spec in COLORMAPS]
    tables = [np.asarray(Colormap(name).lut(256))[:, :3] for name in names]
    np.save(target, np.round(np.stack(tables) * 255).astype(np.uint8), allow_pickle=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else resource("colormaps.npy"))
