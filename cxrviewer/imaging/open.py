"""Opening image files: the reader is chosen by a file's content, never by its name."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.grayscale import default_voi, index_image, presentation_table
from cxrviewer.imaging.limits import MAX_FILE_BYTES
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.registry import drop_ins

_HEAD = 4096


def read_radiograph(path: Path) -> Radiograph:
    """Read an image file.

    Parameters
    ----------
    path : Path
        A file of any format that has a reader.

    Raises
    ------
    ImageReadError
        The file cannot be read, is no image, or is damaged.
    DecoderMissingError
        Nothing installed decodes the image.
    """
    reader, data = _read_file(path)
    radiograph: Radiograph = reader.read(path, data)
    return radiograph


def is_image(path: Path) -> bool:
    """Tell from the first bytes of a file whether it looks like an image; False where it cannot be read."""
    try:
        with path.open("rb") as file:
            return _reader(file.read(_HEAD)) is not None
    except OSError:
        return False


def read_thumbnail(path: Path, size: int) -> NDArray[np.uint8]:
    """Return a small picture of an image file with its default window and polarity.

    Parameters
    ----------
    path : Path
        The file.
    size : int
        Pixels of the longest side.

    Returns
    -------
    (h, w) uint8 array
        0 is black.

    Raises
    ------
    ImageReadError
        As for `read_radiograph`.
    """
    reader, data = _read_file(path)
    if hasattr(reader, "read_preview"):
        preview = reader.read_preview(path, data, size)
        if preview is not None:
            return _resized(preview, size, 1.0)
    radiograph = reader.read(path, data)
    table = presentation_table(radiograph, default_voi(radiograph))
    small = _resized(index_image(radiograph), size, radiograph.aspect)
    return np.asarray(cv2.LUT(small, table), dtype=np.uint8)


def _resized(image: NDArray[np.unsignedinteger], size: int, aspect: float) -> NDArray[np.uint8]:
    rows, columns = image.shape
    scale = size / max(rows * aspect, columns)
    target = (max(1, round(columns * scale)), max(1, round(rows * aspect * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, target, interpolation=how))


def _read_file(path: Path) -> tuple[ModuleType, bytes]:
    """Return the bytes of a file and the reader for them; the whole is only read where there is a reader."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            reader = _reader(head)
            if reader is not None and path.stat().st_size <= MAX_FILE_BYTES:
                file.seek(0)
                return reader, file.read()
    except OSError as error:
        raise _unreadable(path, error) from error
    if reader is not None:
        raise ImageReadError(
            f"The file is larger than {MAX_FILE_BYTES // 1024**3} GiB.",
            "Export a single image from it.",
            path,
        )
    if not head:
        raise ImageReadError("The file is empty.", "Copy it again from its source.", path)
    raise ImageReadError(
        "This is not an image that can be read.", "Open a DICOM, PNG, JPEG or TIFF file.", path
    )


def _reader(head: bytes) -> ModuleType | None:
    readers = drop_ins("cxrviewer.imaging.readers").values()
    return next((reader for reader in readers if reader.SPEC.sniff(head)), None)


def _unreadable(path: Path, error: OSError) -> ImageReadError:
    if isinstance(error, FileNotFoundError):
        return ImageReadError("The file does not exist.", "Check the name and the folder.", path)
    # Windows reports a folder as one without permission.
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return ImageReadError("This is a folder, not an image.", "Open one of the files in it.", path)
    if isinstance(error, PermissionError):
        return ImageReadError(
            "There is no permission to read the file.", "Ask its owner, or copy it elsewhere.", path
        )
    return ImageReadError(f"The file cannot be read ({error.strerror}).", "Check the disk it is on.", path)
