"""Reduced copies of an image, for views that are smaller than it.

Where a file has pixels that are no image, padding or under a shutter, they have no part in the copies: an
average of them and of their neighbours would draw a line along their edge that is nowhere in the file.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, resize_affine
from cxrviewer.imaging.grayscale import index_image, no_image
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import Viewport

NEAREST_ABOVE = 3.0
"""Magnification beyond which single pixels are shown as squares."""

_SMALLEST_LEVEL = 64
_MOST_LEVELS = 16

Index = NDArray[np.unsignedinteger]


class Pyramid:
    """The index of an image at its own size, at half of it, and so on, each made when it is first wanted.

    Parameters
    ----------
    radiograph : Radiograph
        The image; its pixels are shared where all of them are image.
    """

    def __init__(self, radiograph: Radiograph) -> None:
        index = index_image(radiograph)
        outside = no_image(radiograph)
        self._shape = radiograph.shape
        self._masks: list[NDArray[np.uint8]] = []
        if outside is not None:
            seen = (~outside).astype(np.uint8)
            index, self._masks = _extended(index, seen), [seen]
        self._levels: list[Index] = [index]
        self._own = index if not np.may_share_memory(index, radiograph.pixels) else None

    @property
    def nbytes(self) -> int:
        """Bytes of the copies, without those of the image itself."""
        own = [self._own] if self._own is not None else []
        return sum(each.nbytes for each in (*own, *self._levels[1:], *self._masks))

    def prepare(self) -> None:
        """Make all copies."""
        self._level(_MOST_LEVELS)

    def in_view(self, viewport: Viewport) -> Index:
        """Return the index in a view, from the copy just finer than the view."""
        if viewport.shape == self._shape and np.allclose(viewport.stored_to_view, np.eye(3)):
            return self._levels[0]
        scale = smaller_scale(viewport)
        level = self._level(levels_below(scale))
        flags = cv2.INTER_NEAREST if scale > NEAREST_ABOVE else cv2.INTER_LINEAR
        to_stored = resize_affine((level.shape[0], level.shape[1]), self._shape)
        return np.asarray(warped(level, viewport.stored_to_view @ to_stored, viewport.shape, flags))

    def _level(self, wanted: int) -> Index:
        while len(self._levels) <= wanted and min(self._levels[-1].shape) > _SMALLEST_LEVEL:
            self._reduce()
        return self._levels[min(wanted, len(self._levels) - 1)]

    def _reduce(self) -> None:
        finest = self._levels[-1]
        half = (finest.shape[1] // 2, finest.shape[0] // 2)
        if not self._masks:
            self._levels.append(np.asarray(cv2.resize(finest, half, interpolation=cv2.INTER_AREA)))
            return
        share = self._masks[-1].astype(np.float32)
        weighed = cv2.resize(finest * share, half, interpolation=cv2.INTER_AREA)
        share = np.asarray(cv2.resize(share, half, interpolation=cv2.INTER_AREA), np.float32)
        mean = np.rint(weighed / np.maximum(share, 1e-6)).astype(finest.dtype)
        seen = (share > 0).astype(np.uint8)
        self._levels.append(_extended(mean, seen))
        self._masks.append(seen)


def smaller_scale(viewport: Viewport) -> float:
    """Return view pixels along a step of that axis of the stored pixels along which there are fewer."""
    return float(np.abs(viewport.stored_to_view[:2, :2]).max(axis=0).min())


def levels_below(scale: float) -> int:
    """Return how often an image may be halved before it is smaller than a view of that scale."""
    return max(0, int(np.floor(np.log2(1 / max(scale, 1e-6)) + 1e-9)))


def warped(
    image: NDArray[np.generic], to_view: Affine, shape: tuple[int, int], flags: int
) -> NDArray[np.generic]:
    """Return an image in a view of a shape, its edges repeated beyond it."""
    return np.asarray(
        cv2.warpAffine(image, to_view[:2], shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def _extended(index: Index, seen: NDArray[np.uint8]) -> Index:
    """Return an index in which the mean of what is seen goes on one pixel into what is not."""
    window = (3, 3)
    share = cv2.blur(seen.astype(np.float32), window)
    mean = cv2.blur(index * seen.astype(np.float32), window) / np.maximum(share, 1e-6)
    edge = (share > 1e-3) & (seen == 0)
    extended = index.copy()
    extended[edge] = np.rint(mean[edge])
    return extended
