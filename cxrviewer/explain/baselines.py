"""Images that show nothing: where integration starts, and what covers a part of an image."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cxrviewer.explain.steps import Floats

if TYPE_CHECKING:
    from cxrviewer.explain.probe import ProbedImage

_BLUR = 0.1
"""Standard deviation of the blur as a share of the shorter side: what is smaller than a lobe is gone."""


class Baseline(StrEnum):
    """What stands for nothing."""

    BLACK = "black"
    WHITE = "white"
    BLURRED = "blurred"
    MEAN = "mean"


def image_of_nothing(image: ProbedImage, kind: str) -> Floats:
    """Return an image of the same size that shows nothing.

    Parameters
    ----------
    image : ProbedImage
        The image that it stands for.
    kind : str
        Of `Baseline`. BLURRED: the image, its detail gone. MEAN: the mean of the image, channel by channel.

    Returns
    -------
    (1, H, W, C) float32 array
    """
    values = image.values
    match Baseline(kind):
        case Baseline.BLACK:
            return np.zeros_like(values) + image.black
        case Baseline.WHITE:
            return np.zeros_like(values) + image.white
        case Baseline.MEAN:
            mean = values.mean(axis=(1, 2), dtype=np.float64)
            return np.asarray(np.zeros_like(values) + mean, np.float32)
        case Baseline.BLURRED:
            blur = _BLUR * min(values.shape[1:3])
            blurred = cv2.GaussianBlur(values[0], (0, 0), blur, borderType=cv2.BORDER_REFLECT)
            return np.asarray(blurred, np.float32).reshape(values.shape)
