"""One map from those of several layers."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from cxrviewer.explain.question import Fusion
from cxrviewer.explain.steps import Floats

_GAIN = np.float32(2)


def fuse(maps: Sequence[Floats], rule: Fusion) -> Floats:
    """Fuse maps of several layers on the finest of their grids.

    Parameters
    ----------
    maps : sequence of (h, w) float32 array
        Signed, unnormalised, each on the grid of its layer; all over the same field of view.
    rule : Fusion
        MEAN: of the maps, each divided by its greatest absolute value, so that signs remain. MAXIMUM: of
        ``tanh(2 M / max M)`` of the positive parts, as in LayerCAM (Jiang et al. 2021, eq. 9). PRODUCT: of
        the positive parts, each divided by its maximum: what all layers agree on.

    Returns
    -------
    (h, w) float32 array
    """
    rows, columns = max((values.shape for values in maps), key=lambda shape: shape[0] * shape[1])
    scaled = [_scaled(values, signed=rule is Fusion.MEAN) for values in maps]
    if rule is Fusion.MAXIMUM:
        scaled = [np.tanh(_GAIN * values) for values in scaled]
    # Half-pixel centres, as everywhere.
    layers = np.stack(
        [cv2.resize(values, (columns, rows), interpolation=cv2.INTER_LINEAR) for values in scaled]
    )
    match rule:
        case Fusion.MEAN:
            fused = layers.mean(axis=0)
        case Fusion.MAXIMUM:
            fused = layers.max(axis=0)
        case Fusion.PRODUCT:
            fused = layers.prod(axis=0)
    return np.asarray(fused, np.float32)


def _scaled(values: Floats, *, signed: bool) -> Floats:
    part = values if signed else np.maximum(values, np.float32(0))
    highest = np.abs(part).max(initial=np.float32(0))
    return np.asarray(part / highest if highest > 0 else part, np.float32)
