"""Overlay planes: drawings of one bit a pixel that a file carries beside its image (PS3.3 C.9.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class OverlayPlane:
    """One plane of graphics or one region of interest, of one frame.

    Parameters
    ----------
    bits : (h, w) bool array
        True where it is drawn; read-only. Its size may differ from the image's.
    origin : tuple of int
        Row and column of the stored pixel under its first bit, counted from 0; may be outside the image.
    group : int
        The group of its attributes, 0x6000 to 0x601E.
    region : bool
        Whether it marks a region of interest (Overlay Type R) and not graphics (G).
    label, description : str
        The file's words for it; may be empty.
    """

    bits: NDArray[np.bool_]
    origin: tuple[int, int] = (0, 0)
    group: int = 0x6000
    region: bool = False
    label: str = ""
    description: str = ""


def drawn_bits(planes: tuple[OverlayPlane, ...], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where any of some planes draws on an image: graphics as they are, regions as their outlines.

    Parameters
    ----------
    planes : tuple of OverlayPlane
        What reaches beyond the image is cut.
    shape : tuple of int
        Rows and columns of the image.

    Returns
    -------
    (H, W) bool array
    """
    drawn = np.zeros(shape, np.bool_)
    for plane in planes:
        (top, left), (height, width) = plane.origin, plane.bits.shape
        here = slice(max(top, 0), max(top + height, 0)), slice(max(left, 0), max(left + width, 0))
        part = drawn[here]
        rows, columns = max(-top, 0), max(-left, 0)
        bits = _outline(plane.bits) if plane.region else plane.bits
        part |= bits[rows : rows + part.shape[0], columns : columns + part.shape[1]]
    return drawn


def _outline(bits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the bits that have a neighbour, beside or above, that is not set."""
    padded = np.pad(bits, 1)
    inside = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return np.asarray(bits & ~inside)
