"""The one blend of radiograph and heatmap, for the screen and for every export.

A pixel of the picture depends on two bytes: its presentation value and its heatmap value. All 65,536 pairs
are worked out once into a table of colours; blending an image is then one table look-up a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.colormap import (
    DEFAULT_COLORMAP,
    DEFAULT_DIVERGING,
    colormap_table,
    is_diverging,
)
from cxrviewer.imaging.heatmap import byte_values

RAMP = 0.6
"""Share of the heatmap's scale over which it fades in: weak evidence must not veil the image."""

_GRAYS = (np.arange(256, dtype=np.uint32) * np.uint32(0x010101) | np.uint32(0xFF000000)).view(np.int32)


class HeatmapView(StrEnum):
    """How the values between the centres of cells are drawn: interpolated, not at all, or as iso-lines."""

    SMOOTH = "smooth"
    CELLS = "cells"
    CONTOURS = "contours"


@dataclass(frozen=True)
class OverlayStyle:
    """How a heatmap is laid over the image.

    Parameters
    ----------
    colormap : str
        Id of a colour map; `effective_colormap` is the one drawn with.
    alpha : float
        Greatest opacity, 0 to 1.
    threshold : float
        Values under this share of the scale, in size, are not drawn, 0 to 1; the value 0 never is.
    visible : bool
        Whether the heatmap is drawn at all.
    view : HeatmapView
        Smooth, native cells, or contours.
    signed : bool
        Whether evidence against is drawn too, with 0 in the middle of a diverging colour map.
    """

    colormap: str = DEFAULT_COLORMAP
    alpha: float = 0.5
    threshold: float = 0.0
    visible: bool = True
    view: HeatmapView = HeatmapView.SMOOTH
    signed: bool = False


def effective_colormap(style: OverlayStyle) -> str:
    """Return the id of the colour map in use: the style's where it goes with its sign, else a default."""
    if is_diverging(style.colormap) == style.signed:
        return style.colormap
    return DEFAULT_DIVERGING if style.signed else DEFAULT_COLORMAP


def opacity(style: OverlayStyle) -> NDArray[np.float32]:
    """Return the opacity of the 256 bytes of a heatmap, float32 (256,) in 0 to 1.

    Exactly 0 for the value 0 and where the model's input does not reach. Contours are lines of the style's
    alpha throughout: the map under a threshold has none (`contour.contour_lines`).
    """
    size = np.abs(byte_values(style.signed))
    if not style.visible:
        return np.zeros(256, np.float32)
    if style.view is HeatmapView.CONTOURS:
        return np.where(size > 0, style.alpha, 0).astype(np.float32)
    shown = (size > 0) & (size >= style.threshold)
    return np.where(shown, style.alpha * np.clip(size / RAMP, 0, 1), 0).astype(np.float32)


@lru_cache(maxsize=8)
def blend_table(style: OverlayStyle) -> NDArray[np.int32]:
    """Return the colour of every (heatmap value, presentation value) pair; panes and colour bar share it.

    Returns
    -------
    (65536,) int32 array
        Read-only. Entry ``heat * 256 + gray`` is 0xFFRRGGBB. Rows of zero opacity are exactly gray.
    """
    alpha = opacity(style)[:, None]
    gray = np.arange(256, dtype=np.float32)[None, :]
    table = np.full((256, 256), 0xFF000000, np.uint32)
    if not alpha.any():
        table |= np.arange(256, dtype=np.uint32) * np.uint32(0x010101)
        return _finished(table)
    for shift, channel in zip((16, 8, 0), colormap_table(effective_colormap(style)).T, strict=True):
        color = channel.astype(np.float32)[:, None]
        blended = np.round(gray + alpha * (color - gray)).astype(np.uint32)
        table |= blended << np.uint32(shift)
    return _finished(table)


def _finished(table: NDArray[np.uint32]) -> NDArray[np.int32]:
    colors = table.reshape(-1).view(np.int32)
    colors.flags.writeable = False
    return colors


def blend(
    gray: NDArray[np.uint8], heat_rows: NDArray[np.uint16], table: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Blend presentation values and heatmap values.

    Parameters
    ----------
    gray : (H, W) uint8 array
        Presentation values.
    heat_rows : (H, W) uint16 array
        Heatmap values times 256, as `heat_to_rows` returns them.
    table : (65536,) int32 array
        From `blend_table`.

    Returns
    -------
    (H, W) int32 array
        0xFFRRGGBB.
    """
    return np.asarray(cv2.LUT(np.bitwise_or(heat_rows, gray), table), dtype=np.int32)


def plain(gray: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return presentation values as colours: uint8 (H, W) to 0xFFRRGGBB, int32 (H, W)."""
    return np.asarray(cv2.LUT(gray, _GRAYS), dtype=np.int32)


def heat_to_rows(heat: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return heatmap values as the row offsets of a blend table, uint16 (H, W)."""
    return heat.astype(np.uint16) << np.uint16(8)


def to_rgb(packed: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Unpack 0xFFRRGGBB, int32 (...) without gaps, into an (..., 3) uint8 array of red, green, blue."""
    # Of a word, the byte of blue comes first in memory.
    octets = packed.astype("<i4", copy=False).view(np.uint8).reshape(-1, 1, 4)
    return np.asarray(cv2.cvtColor(octets, cv2.COLOR_BGRA2RGB), np.uint8).reshape(*packed.shape, 3)
