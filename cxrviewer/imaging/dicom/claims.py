"""What a DICOM file claims of its pixels, checked against what it holds before a decoder believes it."""

from __future__ import annotations

from math import ceil
from pathlib import Path

from pydicom.dataset import FileDataset
from pydicom.encaps import get_frame
from pydicom.uid import (
    UID,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    RLELossless,
)

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.dicom.codestream import frame_header
from cxrviewer.imaging.dicom.pixel_format import PixelFormat
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.limits import check_expansion

_JPEG_END = b"\xff\xd9"
_EXPORT = "Export it again from its source."
_COPY = "Copy it again from its source."

_MOST_BYTES_A_BYTE = {
    RLELossless: 64,
    JPEGLossless: 16,
    JPEGLosslessSV1: 16,
    JPEGBaseline8Bit: 1024,
    JPEGExtended12Bit: 2048,
}
"""Decoded bytes that one coded byte can stand for.

A run of RLE takes two bytes (PS3.5 G.3.1). JPEG spends at least a bit on a sample where it is lossless, on a
block of 64 where it is not. JPEG-LS and JPEG 2000 have no such bound: all of a blank image is a few bytes.
"""


def check_claims(path: Path, dataset: FileDataset, syntax: UID, layout: PixelFormat, frame: int) -> None:
    """Refuse pixels that are not there, or that a decoder would take for an image of another size.

    Parameters
    ----------
    path : Path
        For messages.
    dataset : FileDataset
        With Pixel Data.
    syntax : UID
        Its transfer syntax.
    layout : PixelFormat
        What the header claims.
    frame : int
        The one that is to be decoded, from 0.

    Raises
    ------
    ImageReadError
        The header and the pixels contradict one another.
    """
    if not syntax.is_encapsulated:
        _check_length(path, layout, len(dataset.PixelData))
        return
    coded = _coded_frame(path, dataset, layout, frame)
    if "JPEG" in syntax.name:
        _check_codestream(path, syntax, layout, coded)
    most = _MOST_BYTES_A_BYTE.get(syntax)
    if most is not None:
        check_expansion(path, layout.frame_bytes, len(coded), most)


def _check_length(path: Path, layout: PixelFormat, length: int) -> None:
    samples = layout.rows * layout.columns * layout.samples * layout.frames
    promised = ceil(samples * layout.bits_allocated / 8)
    if layout.photometric == "YBR_FULL_422":
        promised = promised * 2 // 3
    if length < promised:
        raise ImageReadError(
            f"The DICOM file is truncated: it holds {length:,} of {promised:,} bytes of pixels.", _COPY, path
        )


def _coded_frame(path: Path, dataset: FileDataset, layout: PixelFormat, frame: int) -> bytes:
    """Return the bytes of one frame, its fragments joined (PS3.5 A.4)."""
    try:
        return get_frame(
            dataset.PixelData,
            frame,
            number_of_frames=layout.frames,
            extended_offsets=extended_offsets(dataset),
        )
    # Lengths and offsets that lead anywhere make the parser fail in any way.
    except Exception as error:
        raise ImageReadError(
            f"Frame {frame + 1} of the pixels is missing: the file is damaged or truncated.", _COPY, path
        ) from error


def extended_offsets(dataset: FileDataset) -> tuple[bytes, bytes] | None:
    """Return where compressed frames lie and their lengths, if a table says so (PS3.3 C.7.6.3.1.8)."""
    tags = Tags(dataset)
    offsets, lengths = tags.value("ExtendedOffsetTable"), tags.value("ExtendedOffsetTableLengths")
    return (offsets, lengths) if offsets and lengths else None


def _check_codestream(path: Path, syntax: UID, layout: PixelFormat, coded: bytes) -> None:
    """Require the size of the header, and the end marker, without which some decoders return half an image.

    No coded data contain it: JPEG stuffs the byte after FF, JPEG-LS its top bit, JPEG 2000 keeps it below 90.
    """
    found = frame_header(coded)
    if found is None:
        raise ImageReadError(
            f"The pixels are no {syntax.name}: the file is damaged or truncated.", _EXPORT, path
        )
    if (found.rows, found.columns) != (layout.rows, layout.columns):
        raise ImageReadError(
            f"The header says {layout.columns} x {layout.rows} pixels, the compressed image "
            f"{found.columns} x {found.rows}: the file is damaged.",
            _EXPORT,
            path,
        )
    if found.components != layout.samples:
        raise ImageReadError(
            f"The header says {layout.samples} sample(s) a pixel, the compressed image {found.components}: "
            "the file is damaged.",
            _EXPORT,
            path,
        )
    if _JPEG_END not in coded:
        raise ImageReadError(f"The pixels are truncated ({syntax.name}).", _COPY, path)
