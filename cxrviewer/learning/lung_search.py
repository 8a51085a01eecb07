"""Masks of the lungs for training images, found by the segmenter that comes with the program."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.lungs import is_plausible, two_lungs

_BATCH = 16


def lungs_of(images: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return masks of the lungs, and for how many images there is none.

    Parameters
    ----------
    images : (N, H, W, 1) uint8 array
        Low = black.

    Returns
    -------
    masks : (N, H, W, 1) uint8 array
        0 or 255; all 255 where nothing that looks like two lungs was found.
    missing : int
        How many of those there are.
    """
    from cxrviewer.models.lungs import LungSegmenter, lung_card

    segmenter, card = LungSegmenter(), lung_card()
    size = (card.input.width, card.input.height)
    masks = np.full_like(images, 255)
    missing = 0
    for start in range(0, len(images), _BATCH):
        batch = images[start : start + _BATCH, ..., 0]
        sized = np.stack([cv2.resize(image, size) for image in batch])[..., None]
        for index, found in enumerate(segmenter.probabilities(np.asarray(sized / 255, np.float32)), start):
            mask = two_lungs(found >= card.thresholds[0])
            if is_plausible(mask):
                small = (images.shape[2], images.shape[1])
                masks[index, ..., 0] = cv2.resize(
                    mask.astype(np.uint8) * 255, small, interpolation=cv2.INTER_AREA
                )
            else:
                missing += 1
    return masks, missing
