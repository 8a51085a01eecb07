"""Pictures of the program as Qt has them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """Return an (H, W, 3) uint8 array of red, green, blue as an image of its own."""
    rows, columns = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    # Copied: the image would else point into the array, which may go.
    return QImage(data.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
