"""DICOM images: CR, DX, secondary captures and whatever else has pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.element import Element
from cxrviewer.imaging.facts import Facts
from cxrviewer.imaging.limits import check_frame
from cxrviewer.imaging.luminance import COLOR_NOTE, luminance
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.reader_spec import ReaderSpec

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

    from cxrviewer.imaging.dicom.stored_values import DecodedFrame
    from cxrviewer.imaging.dicom.tags import Tags

_DICOMDIR = b"1.2.840.10008.1.3.10"


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


def read(path: Path, data: bytes, frame: int = 0) -> Radiograph:
    """Read one frame of a DICOM file.

    Parameters
    ----------
    path : Path
        Where the bytes come from.
    data : bytes
        The whole file.
    frame : int
        Counted from 0.

    Raises
    ------
    DecoderMissingError
        Nothing installed decodes the transfer syntax.
    ImageReadError
        The file has no image or no such frame, or it is damaged or too large.
    """
    from cxrviewer.imaging.dicom.badges import badges
    from cxrviewer.imaging.dicom.frame_tags import frame_tags
    from cxrviewer.imaging.dicom.header_tags import read_header
    from cxrviewer.imaging.dicom.orientation_tags import read_directions
    from cxrviewer.imaging.dicom.overlay_tags import read_planes
    from cxrviewer.imaging.dicom.parse import parse
    from cxrviewer.imaging.dicom.pixel_format import pixel_format
    from cxrviewer.imaging.dicom.pixels import decode_frame, is_little_endian, transfer_syntax
    from cxrviewer.imaging.dicom.shutter_tags import read_shutter
    from cxrviewer.imaging.dicom.spacing_tags import read_aspect, read_spacing
    from cxrviewer.imaging.dicom.tags import Tags

    dataset = parse(path, data)
    tags = Tags(dataset)
    layout = pixel_format(path, tags)
    check_frame(path, frame, layout.frames)
    tags = frame_tags(tags, frame)
    decoded = decode_frame(path, dataset, tags, layout, frame)
    shades = _shades(path, dataset, tags, decoded)
    shades.pixels.flags.writeable = False
    header = read_header(tags, layout, transfer_syntax(dataset))
    spacing = read_spacing(tags)
    aspect = read_aspect(tags, spacing)
    planes = read_planes(tags, frame, decoded.words, is_little_endian(dataset))
    shutter = read_shutter(tags, (layout.rows, layout.columns), aspect, planes)
    return Radiograph(
        pixels=shades.pixels,
        grayscale=shades.grayscale,
        path=path,
        file_format="DICOM",
        digest=hashlib.sha256(data).hexdigest(),
        aspect=aspect,
        frame=frame,
        frames=layout.frames,
        spacing=spacing,
        directions=read_directions(tags),
        shutter=shutter.covered if shutter is not None else None,
        shutter_value=shutter.value if shutter is not None else 0,
        planes=tuple(plane for plane in planes if shutter is None or plane.group != shutter.group),
        header=header,
        badges=badges(tags, header.compression),
        notes=tuple(tags.notes),
    )


def read_facts(path: Path, file: BinaryIO) -> Facts:
    """Return what the file is, as `imaging.dicom.facts.read_dicom_facts`."""
    from cxrviewer.imaging.dicom.facts import read_dicom_facts

    return read_dicom_facts(path, file)


def list_elements(path: Path, file: BinaryIO) -> tuple[Element, ...]:
    """Return all data elements, as `imaging.dicom.elements.read_elements`."""
    from cxrviewer.imaging.dicom.elements import read_elements

    return read_elements(path, file)


def _shades(path: Path, dataset: FileDataset, tags: Tags, frame: DecodedFrame) -> _Shades:
    from cxrviewer.imaging.dicom.grayscale_tags import read_grayscale
    from cxrviewer.imaging.dicom.pixels import is_little_endian

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
    return _Shades(frame.pixels, grayscale)


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
