"""What a DICOM file is, from its header."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import FileDataset

from cxrviewer.imaging.dicom.badges import badges
from cxrviewer.imaging.dicom.frame_tags import frame_tags
from cxrviewer.imaging.dicom.grayscale_tags import read_grayscale
from cxrviewer.imaging.dicom.header import read_header_part
from cxrviewer.imaging.dicom.header_tags import read_header
from cxrviewer.imaging.dicom.orientation_tags import read_directions
from cxrviewer.imaging.dicom.overlay_tags import read_planes
from cxrviewer.imaging.dicom.parse import no_pixels
from cxrviewer.imaging.dicom.pixel_format import PixelFormat, pixel_format
from cxrviewer.imaging.dicom.pixels import is_little_endian, transfer_syntax
from cxrviewer.imaging.dicom.spacing_tags import read_aspect, read_spacing
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.facts import Facts
from cxrviewer.imaging.presets import Preset, file_presets


def read_dicom_facts(path: Path, file: BinaryIO) -> Facts:
    """Return what a DICOM file is; of several frames, what holds for the first.

    Parameters
    ----------
    path : Path
        Where the file is.
    file : binary file
        At its beginning.

    Raises
    ------
    ImageReadError
        The file is damaged, or has nothing of an image.
    """
    dataset, has_pixels = read_header_part(path, file)
    if not has_pixels and "Rows" not in dataset:
        raise no_pixels(path, b"", dataset)
    tags = Tags(dataset)
    layout = pixel_format(path, tags)
    if layout.frames > 1:
        tags = frame_tags(tags, 0)
    if not has_pixels:
        tags.note("The file has no pixels.")
    header = read_header(tags, layout, transfer_syntax(dataset))
    spacing = read_spacing(tags)
    return Facts(
        path=path,
        file_format="DICOM",
        file_bytes=file.seek(0, os.SEEK_END),
        rows=layout.rows,
        columns=layout.columns,
        bits=header.bits if layout.samples == 1 else f"{layout.samples} × {header.bits}",
        photometric=layout.photometric,
        frames=layout.frames,
        presets=_presets(dataset, tags, layout),
        spacing=spacing,
        aspect=read_aspect(tags, spacing),
        directions=read_directions(tags),
        planes=len(read_planes(tags, 0, None, is_little_endian(dataset))),
        shutter=", ".join(text.lower() for text in tags.texts("ShutterShape")),
        badges=badges(tags, header.compression),
        notes=tuple(tags.notes),
        header=header,
    )


def _presets(dataset: FileDataset, tags: Tags, layout: PixelFormat) -> tuple[Preset, ...]:
    if not layout.photometric.startswith("MONOCHROME"):
        return ()
    little_endian = is_little_endian(dataset)
    return file_presets(read_grayscale(tags, layout.bits_stored, layout.signed, little_endian))
