"""Bytes of a DICOM file to a pydicom data set."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.dicom.decoders import prepare_pydicom
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.limits import MAX_FILE_BYTES, MAX_IMAGE_BYTES

_INFLATED_AT_ONCE = 16 * 1024**2
_PIXEL_DATA_TAGS = (b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10")


def parse(path: Path, data: bytes) -> FileDataset:
    """Return the data set of a file that has pixel data.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The whole file.

    Raises
    ------
    ImageReadError
        The bytes are not DICOM, are damaged, or hold no image.
    """
    prepare_pydicom()
    check_deflated(path, data)
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        usable = all(keyword in dataset for keyword in ("SOPClassUID", "Rows", "Columns"))
        pixels = dataset.PixelData if "PixelData" in dataset else b""
        has_pixels = len(memoryview(pixels)) > 0
    except MemoryError:
        raise
    # A damaged file makes the parser fail in any way, deep recursion included.
    except Exception as error:
        raise ImageReadError(
            "The DICOM file is damaged.", "Export it again from its source.", path
        ) from error
    if not has_pixels:
        raise no_pixels(path, data, dataset)
    if not usable:
        raise ImageReadError(
            "The DICOM file does not say what its pixels are (SOP class, rows, columns).",
            "Export it again from its source.",
            path,
        )
    return dataset


def no_pixels(path: Path, data: bytes, dataset: FileDataset) -> ImageReadError:
    """Return why a data set without pixels has none, to be raised."""
    if any(tag in data for tag in _PIXEL_DATA_TAGS):
        return ImageReadError(
            "The DICOM file is truncated within its pixels.", "Copy it again from its source.", path
        )
    if data[128:132] != b"DICM" and "SOPClassUID" not in dataset:
        return ImageReadError(
            "This is not an image that can be read.", "Open a DICOM, PNG, JPEG or TIFF file.", path
        )
    kind = getattr(Tags(dataset).value("SOPClassUID"), "name", "") or "unknown kind"
    if any(keyword in dataset for keyword in ("FloatPixelData", "DoubleFloatPixelData")):
        return ImageReadError(
            f"The DICOM file holds floating-point values, not a radiograph ({kind}).",
            "Open the image that it was computed from.",
            path,
        )
    return ImageReadError(
        f"The DICOM file contains no image ({kind}).",
        "Open a file with pixels; this one may be a report, a header or an incomplete copy.",
        path,
    )


def check_deflated(path: Path, data: bytes) -> None:
    """Refuse a deflated data set (PS3.5 A.5) that inflates without bound: pydicom inflates all at once."""
    head = data[:4096]
    # The group length (0002,0000) UL opens the meta information and tells where the deflated part begins.
    if head[132:136] != b"\x02\x00\x00\x00" or DeflatedExplicitVRLittleEndian.encode() not in head:
        return
    start = 144 + int.from_bytes(head[140:144], "little")
    limit = min(MAX_FILE_BYTES, 2 * MAX_IMAGE_BYTES)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated, left = 0, data[start:]
    try:
        while left and inflated < limit:
            inflated += len(inflater.decompress(left, _INFLATED_AT_ONCE))
            left = inflater.unconsumed_tail
    except zlib.error as error:
        raise ImageReadError(
            "The DICOM file is damaged.", "Export it again from its source.", path
        ) from error
    if inflated >= limit:
        raise ImageReadError(
            "The deflated DICOM file is too large when inflated.", "Export it uncompressed.", path
        )
