"""Masks of an image as seen in a view."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import resize_affine, translation
from cxrviewer.imaging.grayscale import padding_pixels
from cxrviewer.imaging.pyramid import levels_below, smaller_scale, warped
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import Viewport

_SMALLEST_LEVEL = 64
_MOST_LEVELS = 16
_IMAGE, _PADDING, _SHUTTER = range(3)


class Drawing:
    """Bits that are drawn over an image, of which none vanishes in a view that is smaller.

    Parameters
    ----------
    bits : (H, W) bool array
        True where it is drawn, on the stored pixels.
    """

    def __init__(self, bits: NDArray[np.bool_]) -> None:
        self._levels: list[NDArray[np.uint8]] = [bits.view(np.uint8)]
        self._wide: dict[int, NDArray[np.uint8]] = {}

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return sum(level.nbytes for level in (*self._levels, *self._wide.values()))

    def prepare(self) -> None:
        """Make all reduced copies."""
        self._level(_MOST_LEVELS)

    def in_view(self, viewport: Viewport) -> NDArray[np.uint8]:
        """Return 1 where it is drawn, else 0, uint8.

        As stored, or in squares, where the view is not smaller than the image. Where it is, from a copy less
        than twice as large, in which bits are two pixels wide: every second place of it meets every bit.
        """
        scale = smaller_scale(viewport)
        level = self._level(levels_below(scale))
        factor = 1 << level
        to_stored = resize_affine((1, 1), (factor, factor))
        bits = self._levels[level]
        if scale < 1:
            bits = self._widened(level)
            to_stored = to_stored @ translation(-0.5, -0.5)
        return np.asarray(
            warped(bits, viewport.stored_to_view @ to_stored, viewport.shape, cv2.INTER_NEAREST), np.uint8
        )

    def _widened(self, level: int) -> NDArray[np.uint8]:
        if level not in self._wide:
            square = np.ones((2, 2), np.uint8)
            self._wide[level] = np.asarray(cv2.dilate(self._levels[level], square, anchor=(1, 1)), np.uint8)
        return self._wide[level]

    def _level(self, wanted: int) -> int:
        """Make copies up to the wanted one, and return the number of the one that comes closest."""
        while len(self._levels) <= wanted and min(self._levels[-1].shape) > _SMALLEST_LEVEL:
            finest = self._levels[-1]
            even = np.pad(finest, [(0, size % 2) for size in finest.shape])
            self._levels.append(even[::2, ::2] | even[1::2, ::2] | even[::2, 1::2] | even[1::2, 1::2])
        return min(wanted, len(self._levels) - 1)


class Cover:
    """What is shown in place of pixels that are no image: black for padding, its own value for a shutter.

    Parameters
    ----------
    radiograph : Radiograph
        The image.
    """

    def __init__(self, radiograph: Radiograph) -> None:
        self._levels = _halved(_kinds(radiograph))
        self._keeps = np.zeros(256, np.uint8)
        self._keeps[_IMAGE] = 255
        self._adds = np.zeros(256, np.uint8)
        self._adds[_SHUTTER] = radiograph.shutter_value

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return sum(level.nbytes for level in self._levels)

    def in_view(self, viewport: Viewport) -> CoverInView | None:
        """Return what is to be laid over a view; None where all pixels are image."""
        if not self._levels:
            return None
        number = min(levels_below(smaller_scale(viewport)), len(self._levels) - 1)
        to_stored = np.diag([2.0**number, 2.0**number, 1.0])
        to_view = viewport.stored_to_view @ to_stored
        kinds = warped(self._levels[number], to_view, viewport.shape, cv2.INTER_NEAREST)
        keeps, adds = cv2.LUT(kinds, self._keeps), cv2.LUT(kinds, self._adds)
        return CoverInView(np.asarray(keeps, np.uint8), np.asarray(adds, np.uint8))


@dataclass(frozen=True, eq=False)
class CoverInView:
    """Bits of the presentation values that stay, and those that are set; (H, W) uint8 arrays."""

    keeps: NDArray[np.uint8]
    adds: NDArray[np.uint8]

    def lay_over(self, gray: NDArray[np.uint8]) -> None:
        """Change presentation values in place, (H, W) uint8."""
        cv2.bitwise_and(gray, self.keeps, gray)
        cv2.bitwise_or(gray, self.adds, gray)


def _kinds(radiograph: Radiograph) -> NDArray[np.uint8] | None:
    """Return what each pixel is, (H, W) uint8; None where all are image."""
    padding, shutter = padding_pixels(radiograph), radiograph.shutter
    if padding is None and shutter is None:
        return None
    kinds = np.full(radiograph.shape, _IMAGE, np.uint8)
    if padding is not None:
        kinds[padding] = _PADDING
    if shutter is not None:
        kinds[shutter] = _SHUTTER
    return kinds


def _halved(kinds: NDArray[np.uint8] | None) -> list[NDArray[np.uint8]]:
    """Return every pixel, every second one, every fourth one and so on."""
    levels = [kinds] if kinds is not None else []
    while levels and min(levels[-1].shape) > _SMALLEST_LEVEL:
        levels.append(np.ascontiguousarray(levels[-1][::2, ::2]))
    return levels
