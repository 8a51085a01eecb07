"""A DICOM file whose frames are read one at a time."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.imaging.dicom.badges import badges
from cxrviewer.imaging.dicom.frame_tags import frame_tags
from cxrviewer.imaging.dicom.header_tags import read_header
from cxrviewer.imaging.dicom.orientation_tags import read_directions
from cxrviewer.imaging.dicom.overlay_tags import read_planes
from cxrviewer.imaging.dicom.parse import parse
from cxrviewer.imaging.dicom.pixel_format import pixel_format
from cxrviewer.imaging.dicom.pixels import decode_frame, is_little_endian, transfer_syntax
from cxrviewer.imaging.dicom.shades import shades
from cxrviewer.imaging.dicom.shutter_tags import read_shutter
from cxrviewer.imaging.dicom.spacing_tags import read_aspect, read_spacing
from cxrviewer.imaging.dicom.tags import Tags
from cxrviewer.imaging.digest import Digest
from cxrviewer.imaging.limits import check_frame
from cxrviewer.imaging.radiograph import Radiograph


class DicomFile:
    """A parsed file.

    Parameters
    ----------
    path : Path
        Where the bytes come from.
    data : bytes
        The whole file.

    Raises
    ------
    ImageReadError
        The file has no image, or its header is damaged.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self._digest = Digest(data)
        self._dataset = parse(path, data)
        self._notes: list[str] = []
        self._layout = pixel_format(path, Tags(self._dataset, self._notes))

    @property
    def frames(self) -> int:
        """How many images it has."""
        return self._layout.frames

    def read(self, frame: int) -> Radiograph:
        """Return one frame, counted from 0; the others are not decoded.

        Raises
        ------
        DecoderMissingError
            Nothing installed decodes the transfer syntax.
        ImageReadError
            There is no such frame, or its pixels are damaged or too large.
        """
        path, dataset, layout = self._path, self._dataset, self._layout
        check_frame(path, frame, layout.frames)
        tags = frame_tags(Tags(dataset, list(self._notes)), frame)
        decoded = decode_frame(path, dataset, tags, layout, frame)
        shown = shades(path, dataset, tags, decoded)
        header = read_header(tags, layout, transfer_syntax(dataset))
        spacing = read_spacing(tags)
        aspect = read_aspect(tags, spacing)
        planes = read_planes(tags, frame, decoded.words, is_little_endian(dataset))
        shutter = read_shutter(tags, (layout.rows, layout.columns), aspect, planes)
        return Radiograph(
            pixels=shown.pixels,
            grayscale=shown.grayscale,
            path=path,
            file_format="DICOM",
            digest=self._digest.text(),
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
