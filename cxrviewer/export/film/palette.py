"""Pictures of few colours that stay still where nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

_COLORS = 256
_SAMPLED = 250_000
"""Pixels of all pictures from which the colours are chosen."""
_SPREAD = 10.0
"""Of the dither, gray levels: near the distance of neighbouring colours."""


def indexed(frames: Sequence[NDArray[np.uint8]]) -> list[Image]:
    """Return pictures with one palette of 256 colours.

    The dither is ordered (Bayer 1973), not error diffusion: a pixel that does not change from one picture to
    the next keeps its colour, so that the image does not shimmer while the heatmap moves.

    Parameters
    ----------
    frames : sequence of (H, W, 3) uint8 arrays
        All of one size.
    """
    from PIL import Image

    pixels = np.concatenate([frame.reshape(-1, 3) for frame in frames])
    chosen = pixels[:: max(1, len(pixels) // _SAMPLED)]
    palette = Image.fromarray(chosen[np.newaxis]).quantize(_COLORS, method=Image.Quantize.MEDIANCUT, kmeans=1)
    pattern = _bayer(8)
    rows, columns = frames[0].shape[:2]
    tiled = np.tile(pattern, (rows // 8 + 1, columns // 8 + 1))[:rows, :columns, np.newaxis] * _SPREAD
    return [
        Image.fromarray(np.clip(frame + tiled, 0, 255).round().astype(np.uint8)).quantize(
            palette=palette, dither=Image.Dither.NONE
        )
        for frame in frames
    ]


def _bayer(side: int) -> NDArray[np.float64]:
    """Return the ordered dither matrix of a side, a power of two: every value once, -0.5 to 0.5."""
    matrix = np.zeros((1, 1))
    while len(matrix) < side:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return np.asarray((matrix + 0.5) / matrix.size - 0.5)
