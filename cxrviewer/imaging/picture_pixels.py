"""The pixels of a picture: decoded, gray and upright."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.luminance import COLOR_NOTE, luminance
from cxrviewer.imaging.picture_header import PictureHeader, damaged_picture, opened_picture

LYING = (5, 6, 7, 8)
"""EXIF orientations that swap rows and columns."""
_MAX_IS_BLACK_OR_RGB = (0, 1, 2)


def decode(path: Path, data: bytes, header: PictureHeader, frame: int) -> NDArray[Any]:
    """Return the values of a picture; decoders that fill up truncated pictures are not used.

    Returns
    -------
    (H, W) or (H, W, C) array
        8 or 16 bits, red first.

    Raises
    ------
    ImageReadError
        The picture is damaged, truncated, or of other values.
    """
    import imagecodecs

    try:
        match header.file_format:
            case "PNG":
                _check_png(data)
                decoded = imagecodecs.png_decode(data)
            case "TIFF" if header.photometric in _MAX_IS_BLACK_OR_RGB:
                decoded = imagecodecs.tiff_decode(data, index=frame)
            case "JPEG":
                decoded = _decode_jpeg(data)
            case _:
                with opened_picture(path, data) as image:
                    image.seek(frame)
                    wanted = "L" if header.mode in ("1", "L") else "RGB"
                    decoded = np.asarray(image.convert(wanted))
    except (ImageReadError, MemoryError):
        raise
    # Every decoder has its own exceptions.
    except Exception as error:
        raise damaged_picture(path, header.file_format) from error
    values = np.asarray(decoded)
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * 255
    if values.dtype not in (np.uint8, np.uint16, np.int8, np.int16) or values.ndim not in (2, 3):
        raise ImageReadError(
            f"Pictures with values of type {values.dtype} cannot be shown.",
            "Save it with 8 or 16 bits a channel.",
            path,
        )
    return values


def _check_png(data: bytes) -> None:
    """Require whole chunks with the right sums up to the last one: decoders let some damage pass."""
    position, kind = 8, b""
    while kind != b"IEND":
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        body = memoryview(data)[position + 4 : position + 8 + length]
        found = int.from_bytes(data[position + 8 + length : position + 12 + length], "big")
        if len(body) < 4 + length or zlib.crc32(body) != found:
            raise ValueError("a chunk is incomplete or its sum is wrong")
        position += 12 + length


def _decode_jpeg(data: bytes) -> NDArray[np.uint8]:
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None:
        raise ValueError("the JPEG decoder gave up")
    return np.asarray(decoded[..., ::-1] if decoded.ndim == 3 else decoded)


def to_gray(values: NDArray[Any], notes: list[str]) -> NDArray[Any]:
    """Return the luminance, (H, W), of values (H, W) or (H, W, C); what is lost is added to `notes`."""
    if values.ndim == 2:
        return values
    channels = values.shape[2]
    if channels in (2, 4) and values[..., -1].min() < np.iinfo(values.dtype).max:
        notes.append("The picture's transparency is not shown.")
    if channels < 3:
        return values[..., 0]
    gray, colored = luminance(values[..., :3])
    if colored:
        notes.append(COLOR_NOTE)
    return gray


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return a picture turned as its EXIF orientation says (EXIF 2.32, 4.6.4, tag 0x0112)."""
    if orientation in LYING:
        pixels = pixels.T
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
