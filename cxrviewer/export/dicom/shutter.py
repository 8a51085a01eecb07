"""What a file wants covered, as a presentation state says it."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset

from cxrviewer.imaging.radiograph import Radiograph

_GROUP = 0x6000
_WHITE = 0xFFFF


def cover(dataset: Dataset, radiograph: Radiograph) -> None:
    """Cover in a presentation state what is covered in the window (PS3.3 C.7.6.15, C.9.2).

    The state's shutter counts, not the image's (PS3.4 N.2.3): without this, nothing would be covered. It is a
    bitmap, as shapes come together, and as those of a copy are known by what they cover alone.
    """
    if radiograph.shutter is None:
        return
    dataset.ShutterShape = "BITMAP"
    dataset.ShutterOverlayGroup = _GROUP
    dataset.ShutterPresentationValue = round(radiograph.shutter_value / 255 * _WHITE)
    rows, columns = radiograph.shape
    bits = np.packbits(radiograph.shutter, bitorder="little").tobytes()
    for element, representation, value in (
        (0x0010, "US", rows),
        (0x0011, "US", columns),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", bits + bytes(len(bits) % 2)),
    ):
        dataset.add_new((_GROUP, element), representation, value)
