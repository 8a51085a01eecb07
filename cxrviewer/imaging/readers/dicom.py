"""DICOM images: CR, DX, secondary captures and whatever else has pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.luminance import COLOR_NOTE, luminance
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.reader_spec import ReaderSpec

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

    from cxrviewer.imaging.dicom.pixels import DecodedFrame
    from cxrviewer.imaging.dicom.tags import Tags

_LOSSY_SYNTAXES = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81")
_DICOMDIR = b"1.2.840.10008.1.3.10"
_SQUARE = 0.005
"""Deviation from square pixels that nobody sees, but that would cost a resampling at 1:1."""


def _sniff(head: bytes) -> bool:
    """Tell a DICOM file by its prefix, or a bare data set by a first element of group 0002 or 0008.

    A DICOMDIR, the index of a disc, has the prefix but never an image.
    """
    if head[128:132] == b"DICM":
        return _DICOMDIR not in head
    group, element = head[:2], head[2:4]
    little = group in (b"\x02\x00", b"\x08\x00") and element[1:2] == b"\0"
    big = group == b"\x00\x08" and element[:1] == b"\0"
    if not (little or big) or len(head) < 16:
        return False
    explicit = head[4:6].isalpha() and head[4:6].isupper()
    return explicit or int.from_bytes(head[4:8], "little" if little else "big") <= 64


SPEC = ReaderSpec("dicom", "DICOM", _sniff)


@dataclass(frozen=True, eq=False)
class _Shades:
    pixels: NDArray[np.integer]
    grayscale: GrayscaleInfo


def read(path: Path, data: bytes) -> Radiograph:
    """Read the first frame of a DICOM file.

    Parameters
    ----------
    path : Path
        Where the bytes come from.
    data : bytes
        The whole file.

    Raises
    ------
    DecoderMissingError
        Nothing installed decodes the transfer syntax.
    ImageReadError
        The file has no image, or it is damaged or too large.
    """
    from cxrviewer.imaging.dicom.parse import parse
    from cxrviewer.imaging.dicom.pixels import decode_first_frame, pixel_format
    from cxrviewer.imaging.dicom.tags import Tags

    dataset = parse(path, data)
    tags = Tags(dataset)
    layout = pixel_format(path, tags)
    if layout.frames > 1:
        tags.note(f"Only the first of {layout.frames} frames is shown.")
    frame = decode_first_frame(path, dataset, tags, layout)
    shades = _shades(path, dataset, tags, frame)
    shades.pixels.flags.writeable = False
    return Radiograph(
        pixels=shades.pixels,
        grayscale=shades.grayscale,
        path=path,
        file_format="DICOM",
        digest=hashlib.sha256(data).hexdigest(),
        aspect=_aspect(tags),
        badges=_badges(dataset, tags),
        notes=tuple(tags.notes),
    )


def _shades(path: Path, dataset: FileDataset, tags: Tags, frame: DecodedFrame) -> _Shades:
    from cxrviewer.imaging.dicom.grayscale_tags import read_grayscale

    if frame.photometric == "PALETTE COLOR":
        return _from_color(_palette_colors(path, dataset, frame), tags)
    if frame.pixels.ndim == 3:
        if frame.photometric.startswith("YBR"):
            return _from_ybr(frame, tags)
        colors: NDArray[np.unsignedinteger] = frame.pixels.view(f"u{frame.pixels.itemsize}")
        return _from_color(colors, tags, frame.bits_stored)
    signed = frame.pixels.dtype.kind == "i"
    little_endian = dataset.original_encoding[1] is not False
    return _Shades(frame.pixels, read_grayscale(tags, frame.bits_stored, signed, little_endian))


def _from_color(colors: NDArray[np.unsignedinteger], tags: Tags, bits: int | None = None) -> _Shades:
    gray, colored = luminance(colors)
    if colored:
        tags.note(COLOR_NOTE)
    return _Shades(gray, GrayscaleInfo(bits_stored=bits or 8 * gray.itemsize, full_range_default=True))


def _from_ybr(frame: DecodedFrame, tags: Tags) -> _Shades:
    """Return Y, which is the luminance; the file has colour where Cb and Cr leave their middle."""
    middle = 1 << (frame.bits_stored - 1)
    chroma = frame.pixels[..., 1:].astype(np.int32) - middle
    if int(np.abs(chroma).max()) > middle // 16:
        tags.note(COLOR_NOTE)
    gray = np.ascontiguousarray(frame.pixels[..., 0])
    return _Shades(gray, GrayscaleInfo(bits_stored=frame.bits_stored, full_range_default=True))


def _palette_colors(path: Path, dataset: FileDataset, frame: DecodedFrame) -> NDArray[np.unsignedinteger]:
    from pydicom.pixels.processing import apply_color_lut

    # The three tables may be missing, segmented or damaged; any failure leaves nothing to show.
    try:
        colors = apply_color_lut(frame.pixels, dataset)
    except Exception as error:
        raise ImageReadError(
            "The colour palette of the DICOM file is damaged.", "Export it as grayscale.", path
        ) from error
    return np.asarray(colors[..., :3])


def _aspect(tags: Tags) -> float:
    """Return the height of a pixel over its width; every attribute gives the vertical part first."""
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio"):
        values = tags.numbers(keyword)
        if len(values) != 2 or not all(value > 0 for value in values):
            continue
        aspect = values[0] / values[1]
        if not 0.1 <= aspect <= 10:
            tags.malformed(keyword)
            continue
        return 1.0 if abs(aspect - 1) < _SQUARE else aspect
    return 1.0


def _badges(dataset: FileDataset, tags: Tags) -> tuple[str, ...]:
    from cxrviewer.imaging.dicom.pixels import transfer_syntax

    lossy = tags.text("LossyImageCompression") == "01" or transfer_syntax(dataset) in _LOSSY_SYNTAXES
    said = (
        ("synthetic", tags.text("SyntheticData") == "YES"),
        ("lossy", lossy),
        ("for processing", tags.text("PresentationIntentType") == "FOR PROCESSING"),
        ("burned-in annotation", tags.text("BurnedInAnnotation") == "YES"),
    )
    return tuple(badge for badge, holds in said if holds)
