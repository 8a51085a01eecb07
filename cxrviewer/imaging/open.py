"""Opening image files: the reader is chosen by a file's content, never by its name."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging import archive
from cxrviewer.imaging.dicomdir import is_directory
from cxrviewer.imaging.grayscale import default_voi, presentation_table
from cxrviewer.imaging.limits import MAX_FILE_BYTES, within_memory
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.recent import RecentFile
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import fitted
from cxrviewer.registry import drop_ins

HEAD = 4096
"""Bytes by which a format is told."""
_recent = RecentFile()
"""Of this process, which reads one file at a time."""


def read_radiograph(path: Path, frame: int = 0) -> Radiograph:
    """Read an image file.

    Parameters
    ----------
    path : Path
        A file of any format that has a reader; it may lie in a zip archive, `/a/b.zip/inner/file.dcm`.
    frame : int
        Which of its frames, from 0.

    Raises
    ------
    ImageReadError
        The file cannot be read, is no image, or is damaged.
    DecoderMissingError
        Nothing installed decodes the image.
    """
    with within_memory(path):
        file = _recent.find(path)
        if file is None:
            reader, data = _read_file(path)
            if not hasattr(reader, "open_file"):
                radiograph: Radiograph = reader.read(path, data, frame)
                return radiograph
            file = reader.open_file(path, data)
            _recent.keep(path, file, len(data))
        return file.read(frame)


@contextmanager
def opened(path: Path) -> Iterator[tuple[ModuleType, BinaryIO]]:
    """Yield the reader for a file, and the file at its beginning: for what needs only a part of it.

    Raises
    ------
    ImageReadError
        The file cannot be read, or there is no reader for it.
    """
    try:
        inside = archive.split(path)
        with _stream(path) if inside is None else io.BytesIO(archive.read_member(*inside)) as file:
            head = file.read(HEAD)
            reader = _reader(head)
            if reader is None:
                raise _no_image(path, head)
            file.seek(0)
            yield reader, file
    except OSError as error:
        raise _unreadable(path, error) from error


def is_image(path: Path) -> bool:
    """Tell from the first bytes of a file whether it looks like an image; False where it cannot be read."""
    try:
        return looks_like_image(read_head(path, HEAD))
    except (OSError, ImageReadError):
        return False


def looks_like_image(head: bytes) -> bool:
    """Tell by the first `HEAD` bytes of a file whether there is a reader for it."""
    return _reader(head) is not None


def read_head(path: Path, limit: int) -> bytes:
    """Return the first bytes of a file, which may lie in a zip archive.

    Raises
    ------
    OSError
        The file cannot be read.
    ImageReadError
        The archive that it lies in cannot be read, or it is a pipe.
    """
    inside = archive.split(path)
    if inside is not None:
        return archive.read_member(*inside, limit)
    with _stream(path) as file:
        return file.read(limit)


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
    with within_memory(path):
        reader, data = _read_file(path)
        if hasattr(reader, "read_preview"):
            preview = reader.read_preview(path, data, size)
            if preview is not None:
                return _resized(preview, size)
        radiograph = reader.read(path, data)
    table = presentation_table(radiograph, default_voi(radiograph))
    viewport = fitted(radiograph.shape, size, radiograph.aspect)
    return Renderer(radiograph).gray(viewport, table)


def _stream(path: Path) -> BinaryIO:
    """Open a file to be read; what is opened of a pipe would be gone for who reads it next, or never come."""
    if path.is_fifo():
        raise ImageReadError(
            "This is a pipe, not a file.", "Save what comes through it, and open that.", path
        )
    return path.open("rb")


def _resized(picture: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    scale = size / max(picture.shape)
    rows, columns = (max(1, round(side * scale)) for side in picture.shape)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (columns, rows), interpolation=how), np.uint8)


def _read_file(path: Path) -> tuple[ModuleType, bytes]:
    """Return the bytes of a file and the reader for them; the whole is only read where there is a reader."""
    if "\0" in str(path):
        raise ImageReadError("No file can have this name.", "Check the name.", path)
    try:
        inside = archive.split(path)
        head = read_head(path, HEAD)
        reader = _reader(head)
        if reader is not None and inside is not None:
            return reader, archive.read_member(*inside)
        if reader is not None and path.stat().st_size <= MAX_FILE_BYTES:
            return reader, path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    if reader is not None:
        raise ImageReadError(
            f"The file is larger than {MAX_FILE_BYTES // 1024**3} GiB.",
            "Export a single image from it.",
            path,
        )
    raise _no_image(path, head)


def _no_image(path: Path, head: bytes) -> ImageReadError:
    if not head:
        return ImageReadError("The file is empty.", "Copy it again from its source.", path)
    if is_directory(head):
        return ImageReadError(
            "This is the index of a disc (DICOMDIR), not an image.", "Open the images that it lists.", path
        )
    return ImageReadError(
        "This is not an image that can be read.", "Open a DICOM, PNG, JPEG or TIFF file.", path
    )


def _reader(head: bytes) -> ModuleType | None:
    readers = drop_ins("cxrviewer.imaging.readers").values()
    return next((reader for reader in readers if reader.SPEC.sniff(head)), None)


def _unreadable(path: Path, error: OSError) -> ImageReadError:
    if isinstance(error, FileNotFoundError):
        return ImageReadError("The file does not exist.", "Check the name and the folder.", path)
    # Windows reports a folder as one without permission.
    if isinstance(error, IsADirectoryError) or os.path.isdir(path):  # noqa: PTH112 (which may raise anew)
        return ImageReadError("This is a folder, not an image.", "Open one of the files in it.", path)
    if isinstance(error, PermissionError):
        return ImageReadError(
            "There is no permission to read the file.", "Ask its owner, or copy it elsewhere.", path
        )
    return ImageReadError(f"The file cannot be read ({error.strerror}).", "Check the disk it is on.", path)
