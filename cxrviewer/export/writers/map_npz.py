"""NumPy archive: a map on its native grid as it was computed, with its place and the logits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.target import target_name
from cxrviewer.export.annotated import DISCLAIMER
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.raw import grid_to_stored, map_preview
from cxrviewer.export.writer_spec import Group, Takes, WriterSpec

SPEC = WriterSpec(
    "map-npz",
    "Map as a NumPy archive",
    (".npz",),
    Takes.SCENE,
    Group.MAP,
    order=10,
    shows=("disclaimer",),
    sized=False,
    note="The map's own cells, signed, as they were computed.",
)


def write(scene: Scene, path: Path, options: ExportOptions) -> None:
    """Write the archive.

    ``attribution`` is float32 (h, w), signed, on the native grid; with it are the texts ``target``,
    ``method``, ``layer`` ("" for the input) and ``notice``, ``logit_factor`` (NaN where there is none),
    ``affine``, float64 (3, 3), of cell centres (column, row, 1) to stored points (x, y, 1), and ``logits``,
    float32 (K,).

    Raises
    ------
    OSError
        The folder cannot be written to, or the disk is full.
    """
    attribution = scene.result.attribution
    factor = attribution.logit_factor
    with path.open("wb") as stream:
        np.savez(
            stream,
            attribution=np.asarray(attribution.values, np.float32),
            affine=np.asarray(grid_to_stored(scene), np.float64),
            logits=np.asarray(scene.result.prediction.logits, np.float32),
            target=np.asarray(target_name(attribution.target, scene.card)),
            method=np.asarray(attribution.method),
            layer=np.asarray(attribution.layer),
            logit_factor=np.float64(np.nan if factor is None else factor),
            notice=np.asarray(DISCLAIMER if options.disclaimer else ""),
        )


def preview(scenes: Sequence[Scene], options: ExportOptions) -> NDArray[np.uint8]:
    """Return what the map looks like."""
    del options
    return map_preview(scenes[0])
