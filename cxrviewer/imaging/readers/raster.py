"""PNG, JPEG, TIFF, BMP and WebP pictures."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.reader_spec import ReaderSpec

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "BMP",
}


def _format(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def _sniff(head: bytes) -> bool:
    return _format(head) is not None


SPEC = ReaderSpec("raster", "PNG, JPEG, TIFF, BMP, WebP", _sniff, order=1)


def read(path: Path, data: bytes) -> Radiograph:
    """Read a picture."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_GRAYSCALE)
    if decoded is None or decoded.dtype not in (np.uint8, np.uint16):
        raise ImageReadError("The picture is damaged.", "Copy it again from its source.", path)
    pixels = np.ascontiguousarray(decoded)
    pixels.flags.writeable = False
    bits = 8 * pixels.itemsize
    return Radiograph(
        pixels=pixels,
        grayscale=GrayscaleInfo(bits_stored=bits, full_range_default=bits == 8),
        path=path,
        file_format=str(_format(data)),
        digest=hashlib.sha256(data).hexdigest(),
    )
