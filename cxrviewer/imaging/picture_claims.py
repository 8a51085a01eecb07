"""What a PNG, TIFF or JPEG claims of its size, checked before a decoder believes it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.imaging.limits import check_expansion, check_size

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_BYTES_A_BYTE = {"PNG": 1100, "JPEG": 2048}
"""Deflate makes at most 1032 bytes of one; JPEG spends at least a bit on four blocks of 64."""

_BITS_TAG = 258


def check_claims(path: Path, image: Image, held: int) -> None:
    """Refuse a picture that is too large, or larger than its file can hold.

    Parameters
    ----------
    path : Path
        For messages.
    image : Image
        Opened, not decoded.
    held : int
        Bytes of the file.

    Raises
    ------
    ImageReadError
        It cannot be opened.
    """
    columns, rows = image.size
    size = _bytes(image.mode) * len(image.getbands())
    check_size(path, rows, columns, size)
    check_expansion(path, rows * columns * size, held, _most_bytes_a_byte(image))


def _bytes(mode: str) -> int:
    """Return the bytes of a value, by Pillow's mode."""
    if mode in ("I", "F"):
        return 4
    return 2 if "16" in mode else 1


def _most_bytes_a_byte(image: Image) -> float:
    """Return how many decoded bytes a byte of the file stands for at most."""
    # One bit a pixel becomes a byte.
    unpacked = 8 if image.mode == "1" else 1
    if image.format == "TIFF" and image.info.get("compression") == "raw":
        return _raw_expansion(image)
    return unpacked * _MOST_BYTES_A_BYTE.get(str(image.format), math.inf)


def _raw_expansion(image: Image) -> float:
    """Return the decoded bytes of a byte of an uncompressed TIFF; its samples may have fewer than 8 bits."""
    bits = getattr(image, "tag_v2", {}).get(_BITS_TAG, 1)
    fewest = min(bits) if isinstance(bits, tuple) else bits
    return 8 * _bytes(image.mode) / max(1.0, float(fewest))
