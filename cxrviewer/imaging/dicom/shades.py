"""Decoded frames as shades of gray: monochrome ones as the file says, colours as their luminance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.pixels.processing import apply_color_lut

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.dicom.grayscale_tags import read_grayscale
from cxrviewer.imaging.dicom.pixels import is_little_endian
from cxrviewer.imaging.dicom.stored_values import DecodedFrame
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.luminance import COLOR_NOTE, luminance
from cxrviewer.imaging.radiograph import GrayscaleInfo


@dataclass(frozen=True, eq=False)
class Shades:
    """Stored values, (H, W), read-only, and what they mean."""

    pixels: NDArray[np.integer]
    grayscale: GrayscaleInfo


def shades(path: Path, dataset: FileDataset, tags: Tags, frame: DecodedFrame) -> Shades:
    """Return a frame as one value a pixel; where colour is lost, that is noted.

    Parameters
    ----------
    path : Path
        For messages.
    dataset : FileDataset
        With the palette, where there is one.
    tags : Tags
        The frame's attributes.
    frame : DecodedFrame
        As decoded.

    Raises
    ------
    ImageReadError
        The palette is damaged.
    """
    found = _shades(path, dataset, tags, frame)
    found.pixels.flags.writeable = False
    return found


def _shades(path: Path, dataset: FileDataset, tags: Tags, frame: DecodedFrame) -> Shades:
    if frame.photometric == "PALETTE COLOR":
        return _from_color(_palette_colors(path, dataset, frame), tags)
    if frame.pixels.ndim == 3:
        if frame.photometric.startswith("YBR"):
            return _from_ybr(frame, tags)
        colors: NDArray[np.unsignedinteger] = frame.pixels.view(f"u{frame.pixels.itemsize}")
        return _from_color(colors, tags, frame.bits_stored)
    signed = frame.pixels.dtype.kind == "i"
    little_endian = is_little_endian(dataset)
    grayscale = read_grayscale(tags, frame.bits_stored, signed, little_endian, frame.reduced)
    return Shades(frame.pixels, grayscale)


def _from_color(colors: NDArray[np.unsignedinteger], tags: Tags, bits: int | None = None) -> Shades:
    gray, colored = luminance(colors)
    if colored:
        tags.note(COLOR_NOTE)
    return Shades(gray, GrayscaleInfo(bits_stored=bits or 8 * gray.itemsize, full_range_default=True))


def _from_ybr(frame: DecodedFrame, tags: Tags) -> Shades:
    """Return Y, which is the luminance; the file has colour where Cb and Cr leave their middle."""
    middle = 1 << (frame.bits_stored - 1)
    chroma = frame.pixels[..., 1:].astype(np.int32) - middle
    if int(np.abs(chroma).max()) > middle // 16:
        tags.note(COLOR_NOTE)
    gray = np.ascontiguousarray(frame.pixels[..., 0])
    return Shades(gray, GrayscaleInfo(bits_stored=frame.bits_stored, full_range_default=True))


def _palette_colors(path: Path, dataset: FileDataset, frame: DecodedFrame) -> NDArray[np.unsignedinteger]:
    # The three tables may be missing, segmented or damaged; any failure leaves nothing to show.
    try:
        colors = apply_color_lut(frame.pixels, dataset)
    except Exception as error:
        raise ImageReadError(
            "The colour palette of the DICOM file is damaged.", "Export it as grayscale.", path
        ) from error
    return np.asarray(colors[..., :3])
