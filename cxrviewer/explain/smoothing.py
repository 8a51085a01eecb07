"""Test-time smoothing: the mean over the maps of slightly moved, scaled and brightened copies of an image.

A chest is not symmetric, so that nothing is flipped. The idea of averaging maps over augmentations is that of
the "aug smooth" of pytorch-grad-cam; the copies are drawn with a fixed seed, so that a map can be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.probe import ProbedImage
from cxrviewer.explain.steps import Floats

_SEED = 20170713
_SHIFT = 0.04
"""Greatest shift, as a share of the side."""
_SCALE = 0.06
_BRIGHTNESS = 0.1


@dataclass(frozen=True, eq=False)
class Copy:
    """A changed copy of an image.

    Parameters
    ----------
    image : ProbedImage
        What the model is given.
    moved : (2, 3) float64 array
        From points of the original to points of the copy, as fractions of width and height.
    """

    image: ProbedImage
    moved: NDArray[np.float64]

    def undone(self, values: Floats) -> Floats:
        """Return a map (h, w) of the copy as a map of the original; edges are continued."""
        return _warped(values, self.moved, inverse=True)


def copies(image: ProbedImage, count: int) -> tuple[Copy, ...]:
    """Return an image itself, followed by `count` - 1 changed copies; itself alone for 0.

    Parameters
    ----------
    image : ProbedImage
        The original.
    count : int
        How many maps are to be averaged.
    """
    still = np.eye(2, 3)
    made = [Copy(image, still)]
    draw = np.random.default_rng(_SEED)
    for _ in range(count - 1):
        scale = 1 + draw.uniform(-_SCALE, _SCALE)
        shift = draw.uniform(-_SHIFT, _SHIFT, 2)
        # Scaled about the middle of the image.
        moved = np.column_stack([np.eye(2) * scale, (1 - scale) / 2 + shift])
        gain = np.float32(1 + draw.uniform(-_BRIGHTNESS, _BRIGHTNESS))
        values = _warped(image.values[0], moved, inverse=False)
        # Brightness is a factor on gray, where black is 0.
        values = np.asarray(image.black + (values - image.black) * gain, np.float32)[None]
        made.append(Copy(ProbedImage(values, image.black, image.white), moved))
    return tuple(made)


def _warped(values: Floats, moved: NDArray[np.float64], *, inverse: bool) -> Floats:
    """Move an array (h, w) or (h, w, c); `inverse` undoes it."""
    rows, columns = values.shape[:2]
    # Fractions to points, whose first centre is (0, 0).
    to_points = np.array([[columns, 0, -0.5], [0, rows, -0.5], [0, 0, 1]])
    affine = to_points @ np.vstack([moved, [0, 0, 1]]) @ np.linalg.inv(to_points)
    flags = cv2.INTER_LINEAR | (cv2.WARP_INVERSE_MAP if inverse else 0)
    warped = cv2.warpAffine(values, affine[:2], (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32).reshape(values.shape)
