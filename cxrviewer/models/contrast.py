"""What some models expect to be done to the contrast of the whole image first."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.models.card import ContrastRule

_PERCENT = 0.05
_CLIP_LIMIT = 2.0
_TILES = (8, 8)


def adjust_contrast(gray: NDArray[np.float32], rule: ContrastRule) -> NDArray[np.float32]:
    """Apply a contrast rule to an image.

    Parameters
    ----------
    gray : (H, W) float32 array
        In 0 to 1.
    rule : ContrastRule
        WHITE_BALANCE maps the percentiles 0.05 and 99.95 to 0 and 1 and clips what is beyond, as is done to
        each channel in articles on COVID-19; an image of one value is left as it is. CLAHE is OpenCV's with
        clip limit 2 and 8×8 tiles, on 8 bits as in the programs that models are trained with: with the bins
        of 16 bits the clip limit leaves an 8-bit image almost as it was.

    Returns
    -------
    (H, W) float32 array
        In 0 to 1.
    """
    match rule:
        case ContrastRule.NONE:
            return gray
        case ContrastRule.WHITE_BALANCE:
            low, high = np.percentile(gray, (_PERCENT, 100 - _PERCENT)).astype(np.float32)
            return np.clip((gray - low) / (high - low), 0, 1) if high > low else gray
        case ContrastRule.CLAHE:
            levels = np.rint(np.clip(gray, 0, 1) * 255).astype(np.uint8)
            equalised = cv2.createCLAHE(_CLIP_LIMIT, _TILES).apply(levels)
            return np.asarray(equalised, np.float32) / np.float32(255)
