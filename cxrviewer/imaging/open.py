"""Opening image files: the reader is chosen by a file's content, never by its name."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.grayscale import default_voi, index_image, presentation_table
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.registry import drop_ins

_HEAD = 4096


def _reader(head: bytes) -> ModuleType | None:
    readers = drop_ins("cxrviewer.imaging.readers").values()
    return next((reader for reader in readers if reader.SPEC.sniff(head)), None)


def read_radiograph(path: Path) -> Radiograph:
    """Read an image file.

    Parameters
    ----------
    path : Path
        A file of any format that has a reader.

    Raises
    ------
    ImageReadError
        The file cannot be read, or is not an image.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ImageReadError("The file does not exist.", "Check the name and the folder.", path) from error
    except OSError as error:
        raise ImageReadError("The file cannot be read.", "Check the permissions.", path) from error
    reader = _reader(data[:_HEAD])
    if reader is None:
        raise ImageReadError(
            "This is not an image of a known format.", "Open DICOM, PNG, JPEG or TIFF.", path
        )
    radiograph: Radiograph = reader.read(path, data)
    return radiograph


def is_image(path: Path) -> bool:
    """Tell from the first bytes of a file whether it is an image."""
    try:
        with path.open("rb") as file:
            return _reader(file.read(_HEAD)) is not None
    except OSError:
        return False


def read_thumbnail(path: Path, size: int) -> NDArray[np.uint8]:
    """Return a small picture of an image file, uint8 (h, w), its longest side `size` pixels.

    Raises
    ------
    ImageReadError
        The file cannot be read, or is not an image.
    """
    radiograph = read_radiograph(path)
    table = presentation_table(radiograph, default_voi(radiograph))
    rows, columns = radiograph.shape
    height = rows * radiograph.aspect
    scale = size / max(height, columns)
    target = (max(1, round(columns * scale)), max(1, round(height * scale)))
    small = cv2.resize(index_image(radiograph), target, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.LUT(small, table), dtype=np.uint8)
