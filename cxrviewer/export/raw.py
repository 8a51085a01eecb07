"""The numbers behind a heatmap, for other programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.attribution import Attribution
from cxrviewer.export.save import check_destination, write_errors
from cxrviewer.imaging.geometry import Affine
from cxrviewer.paths import atomic_path

RAW_SUFFIXES = (".npz",)


def save_raw(
    path: Path,
    attribution: Attribution,
    grid_to_stored: Affine,
    logits: NDArray[np.float32],
    *,
    target: str,
    source: Path | None = None,
) -> None:
    """Write a NumPy archive with an attribution as it was computed, atomically.

    Parameters
    ----------
    path : Path
        Ends in ".npz"; replaced when it exists.
    attribution : Attribution
        Its values are stored as ``attribution``: float32 (h, w), signed, on the native grid; with them as
        texts ``method`` and ``layer`` ("" for the input), and ``logit_factor``, NaN where there is none.
    grid_to_stored : (3, 3) float64 array
        Stored as ``affine``: cell centres (column, row, 1) to stored pixels (x, y, 1).
    logits : (K,) float32 array
        Stored as ``logits``.
    target : str
        What was explained, in words; stored as ``target``.
    source : Path, optional
        The image: never written over.

    Raises
    ------
    ExportError
        As `save.save_picture`.
    """
    check_destination(path, RAW_SUFFIXES, source)
    factor = attribution.logit_factor
    with write_errors(path), atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream,
            attribution=np.asarray(attribution.values, np.float32),
            affine=np.asarray(grid_to_stored, np.float64),
            logits=np.asarray(logits, np.float32),
            target=np.asarray(target),
            method=np.asarray(attribution.method),
            layer=np.asarray(attribution.layer),
            logit_factor=np.float64(np.nan if factor is None else factor),
        )
