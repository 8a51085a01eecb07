"""PNG, JPEG, TIFF, BMP and WebP pictures of 8 or 16 bits."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.imaging.facts import Facts
from cxrviewer.imaging.picture_header import (
    PictureHeader,
    damaged_picture,
    opened_picture,
    picture_format,
    read_header,
)
from cxrviewer.imaging.picture_pixels import LYING, decode, to_gray, upright
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.reader_spec import ReaderSpec

_MODES = {
    "1": "bilevel",
    "L": "grayscale",
    "I": "grayscale",
    "I;16": "grayscale",
    "LA": "grayscale with transparency",
    "P": "palette",
    "RGBA": "RGB with transparency",
}
"""Pillow's modes in words, where they are none."""
_MIN_IS_WHITE = 0


def _sniff(head: bytes) -> bool:
    return picture_format(head) is not None


SPEC = ReaderSpec("raster", "PNG, JPEG, TIFF, BMP, WebP", _sniff, order=1)


def read(path: Path, data: bytes, frame: int = 0) -> Radiograph:
    """Read a picture; of several pages one.

    Parameters
    ----------
    path : Path
        Where the bytes come from.
    data : bytes
        The whole file.
    frame : int
        Page of a TIFF, counted from 0.

    Raises
    ------
    ImageReadError
        The picture is damaged, truncated, too large, or of more than 16 bits; it has no such page.
    """
    header = read_header(path, data, frame)
    notes: list[str] = []
    gray = to_gray(decode(path, data, header, frame), notes)
    pixels = np.ascontiguousarray(upright(gray, header.orientation))
    pixels.flags.writeable = False
    bits = 8 * pixels.itemsize
    return Radiograph(
        pixels=pixels,
        grayscale=GrayscaleInfo(
            bits_stored=bits,
            signed=pixels.dtype.kind == "i",
            inverted=header.photometric == _MIN_IS_WHITE,
            full_range_default=bits == 8,
        ),
        path=path,
        file_format=header.file_format,
        digest=hashlib.sha256(data).hexdigest(),
        notes=tuple(notes),
        badges=_badges(header),
        frame=frame,
        frames=header.pages,
    )


def read_facts(path: Path, file: BinaryIO) -> Facts:
    """Return what a picture is, from its header.

    Parameters
    ----------
    path : Path
        Where the file is.
    file : binary file
        At its beginning.

    Raises
    ------
    ImageReadError
        The picture is damaged or too large.
    """
    data = file.read()
    header = read_header(path, data, 0)
    lying = header.orientation in LYING
    return Facts(
        path=path,
        file_format=header.file_format,
        file_bytes=len(data),
        rows=header.columns if lying else header.rows,
        columns=header.rows if lying else header.columns,
        bits=f"{header.bits} bits" if header.channels == 1 else f"{header.channels} × {header.bits} bits",
        photometric=_MODES.get(header.mode, header.mode),
        frames=header.pages,
        badges=_badges(header),
    )


def _badges(header: PictureHeader) -> tuple[str, ...]:
    said = (("synthetic", header.synthetic), ("lossy", header.file_format == "JPEG"))
    return tuple(badge for badge, holds in said if holds)


def read_preview(path: Path, data: bytes, size: int) -> NDArray[np.uint8] | None:
    """Return a reduced JPEG of at least `size` pixels on its longest side, None where there is no short cut.

    Raises
    ------
    ImageReadError
        The picture is damaged, truncated or too large.
    """
    if picture_format(data) != "JPEG":
        return None
    with opened_picture(path, data) as image:
        factor = max(image.size) // max(size, 1)
    flag = next((flag for least, flag in _REDUCED if factor >= least), None)
    if flag is None:
        return None
    reduced = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    if reduced is None:
        raise damaged_picture(path, "JPEG")
    return np.asarray(reduced, dtype=np.uint8)


_REDUCED = (
    (8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
    (4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
    (2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
)
