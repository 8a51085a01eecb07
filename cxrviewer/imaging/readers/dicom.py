"""DICOM images: CR, DX, secondary captures and whatever else has pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cxrviewer.imaging.element import Element
from cxrviewer.imaging.facts import Facts
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.reader_spec import ReaderSpec

if TYPE_CHECKING:
    from cxrviewer.imaging.dicom.file import DicomFile

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


def open_file(path: Path, data: bytes) -> DicomFile:
    """Return a file whose frames can be read, as `imaging.dicom.file.DicomFile`."""
    from cxrviewer.imaging.dicom.file import DicomFile

    return DicomFile(path, data)


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
    return open_file(path, data).read(frame)


def read_facts(path: Path, file: BinaryIO) -> Facts:
    """Return what the file is, as `imaging.dicom.facts.read_dicom_facts`."""
    from cxrviewer.imaging.dicom.facts import read_dicom_facts

    return read_dicom_facts(path, file)


def list_elements(path: Path, file: BinaryIO) -> tuple[Element, ...]:
    """Return all data elements, as `imaging.dicom.elements.read_elements`."""
    from cxrviewer.imaging.dicom.elements import read_elements

    return read_elements(path, file)
