"""Pictures of few colours that stay still where nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

_COLORS, _GRAYS = 256, 64
_SAMPLED = 250_000
"""Pixels of all pictures from which the colours are chosen."""
_SPREADS = 8.0, 16.0
"""Of the dither of grays and of colours, levels: near the distance of neighbours in the palette."""
_GRAYISH = 16
"""Distance of the channels of a gray, at most, levels."""


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

    palette = _palette(frames)
    rows, columns = frames[0].shape[:2]
    tiled = np.tile(_bayer(8), (rows // 8 + 1, columns // 8 + 1))[:rows, :columns]
    return [
        Image.fromarray(_dithered(frame, tiled)).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame in frames
    ]


def _dithered(frame: NDArray[np.uint8], dither: NDArray[np.float64]) -> NDArray[np.uint8]:
    spread = np.where(np.ptp(frame, axis=2) <= _GRAYISH, *_SPREADS)
    dithered = frame + (dither * spread)[..., np.newaxis]
    return np.asarray(np.clip(dithered, 0, 255).round(), np.uint8)


def _palette(frames: Sequence[NDArray[np.uint8]]) -> Image:
    """Return a picture with the palette: even grays for the image, and colours that are there at all.

    Chosen by how often they are there, nearly all colours would be grays, and the heatmap would have steps.
    """
    from PIL import Image

    step = max(1, len(frames) * frames[0].shape[0] * frames[0].shape[1] // _SAMPLED)
    sampled = np.concatenate([frame.reshape(-1, 3)[::step] for frame in frames])
    distinct = np.unique(sampled >> 2, axis=0) << 2
    chosen = Image.fromarray(distinct[np.newaxis]).quantize(_COLORS - _GRAYS, kmeans=1)
    grays = np.linspace(0, 255, _GRAYS).round().astype(int).repeat(3)
    palette = Image.new("P", (1, 1))
    palette.putpalette([*grays.tolist(), *(chosen.getpalette() or [])[: 3 * (_COLORS - _GRAYS)]])
    return palette


def _bayer(side: int) -> NDArray[np.float64]:
    """Return the ordered dither matrix of a side, a power of two: every value once, -0.5 to 0.5."""
    matrix = np.zeros((1, 1))
    while len(matrix) < side:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return np.asarray((matrix + 0.5) / matrix.size - 0.5)
