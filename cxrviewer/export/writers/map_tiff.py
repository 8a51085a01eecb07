"""32-bit floating-point TIFF: a map on the pixels of the image, for ImageJ and the like."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer import __version__
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.raw import map_facts, map_on_image, map_preview
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "map-tiff",
    "Map as 32-bit TIFF",
    (".tif", ".tiff"),
    Takes.SCENE,
    Group.MAP,
    order=11,
    shows=("disclaimer",),
    sized=False,
)


def write(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write the map: float32, signed, NaN outside of the model's input; facts in the description.

    Raises
    ------
    OSError
        The folder cannot be written to, or the disk is full.
    """
    import tifffile

    tifffile.imwrite(
        path,
        map_on_image(scene),
        photometric="minisblack",
        compression="zlib",
        software=f"CXR Viewer {__version__}",
        description=json.dumps(map_facts(scene, options)),
        metadata=None,
    )


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return what the map looks like."""
    del options
    return map_preview(scenes[0])
