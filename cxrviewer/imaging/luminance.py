"""Colour pictures as shades of gray."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

COLOR_NOTE = "Colour image, shown and analysed as its luminance."

_TINT = 0.03
"""Share of the range by which channels may differ in a gray picture: JPEG's chroma is not exact."""


def luminance(colors: NDArray[np.unsignedinteger]) -> tuple[NDArray[np.unsignedinteger], bool]:
    """Return the luminance (ITU-R BT.601) of a picture and whether it has any colour.

    Parameters
    ----------
    colors : (H, W, 3) uint8 or uint16 array
        Red, green, blue.
    """
    red, green, blue = cv2.split(np.ascontiguousarray(colors))
    tint = max(
        float(cv2.norm(red, green, cv2.NORM_INF)),
        float(cv2.norm(green, blue, cv2.NORM_INF)),
    )
    if tint == 0:
        return np.asarray(green), False
    gray = np.asarray(cv2.cvtColor(np.ascontiguousarray(colors), cv2.COLOR_RGB2GRAY))
    return gray, tint > _TINT * float(np.iinfo(colors.dtype).max)
