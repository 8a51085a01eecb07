"""DICOM images."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph, Window
from cxrviewer.imaging.reader_spec import ReaderSpec


def _sniff(head: bytes) -> bool:
    return head[128:132] == b"DICM"


SPEC = ReaderSpec("dicom", "DICOM", _sniff)


def read(path: Path, data: bytes) -> Radiograph:
    """Read a DICOM image."""
    import pydicom

    try:
        dataset = pydicom.dcmread(io.BytesIO(data))
        pixels = np.array(dataset.pixel_array)
    except Exception as error:
        raise ImageReadError("The DICOM file could not be read.", "Export it again.", path) from error
    pixels.flags.writeable = False
    inverted = dataset.PhotometricInterpretation == "MONOCHROME1"
    windows: tuple[Window, ...] = ()
    if dataset.get("WindowWidth") and isinstance(dataset.WindowCenter, float):
        windows = (Window(float(dataset.WindowCenter), float(dataset.WindowWidth)),)
    return Radiograph(
        pixels=pixels,
        grayscale=GrayscaleInfo(
            bits_stored=int(dataset.BitsStored),
            signed=bool(dataset.PixelRepresentation),
            inverted=inverted,
            windows=windows,
        ),
        path=path,
        file_format="DICOM",
        digest=hashlib.sha256(data).hexdigest(),
    )
