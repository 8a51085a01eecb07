"""The data set of a DICOM file up to its pixels."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import FileDataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.dicom.decoders import prepare_pydicom
from cxrviewer.imaging.dicom.parse import check_deflated

_HEAD = 4096
_PIXEL_DATA = 0x7FE00010


def read_header_part(path: Path, file: BinaryIO) -> tuple[FileDataset, bool]:
    """Return the elements before Pixel Data, and whether there is Pixel Data after them.

    Parameters
    ----------
    path : Path
        For messages.
    file : binary file
        At its beginning.

    Raises
    ------
    ImageReadError
        The file is damaged.
    """
    refuse_inflation(path, file)
    prepare_pydicom()
    has_pixels = False

    def at_pixels(tag: BaseTag, _vr: str | None, length: int) -> bool:
        nonlocal has_pixels
        has_pixels = has_pixels or (tag == _PIXEL_DATA and length > 0)
        return bool(tag >= _PIXEL_DATA)

    # A damaged file makes the parser fail in any way, deep recursion included.
    try:
        return read_partial(file, stop_when=at_pixels, force=True), has_pixels
    except Exception as error:
        raise ImageReadError(
            "The DICOM file is damaged.", "Export it again from its source.", path
        ) from error


def is_deflated(file: BinaryIO) -> bool:
    """Tell whether the data set is deflated (PS3.5 A.5); the file is left at its beginning."""
    head = file.read(_HEAD)
    file.seek(0)
    return DeflatedExplicitVRLittleEndian.encode() in head


def refuse_inflation(path: Path, file: BinaryIO) -> None:
    """Refuse a deflated data set that inflates without bound; the file is left at its beginning.

    Raises
    ------
    ImageReadError
        It is too large or damaged.
    """
    if is_deflated(file):
        check_deflated(path, file.read())
        file.seek(0)
