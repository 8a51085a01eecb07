"""Large radiographs as DICOM files, made on the spot."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrviewer.paths import resource

_EXPLICIT, _JPEG_LOSSLESS = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70"
_DX = "1.2.840.10008.5.1.4.1.1.1.1"


@cache
def chest(rows: int, columns: int, bits: int) -> NDArray[np.uint16]:
    """Return the phantom at a size and depth, with the noise of a detector, which is hard to pack."""
    phantom = cv2.imread(str(resource("samples", "phantom-opacity.png")), cv2.IMREAD_UNCHANGED)
    large = cv2.resize(phantom, (columns, rows), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    top = 2**bits - 1
    noise = np.random.default_rng(0).normal(0, top / 256, large.shape)
    return np.clip(large / 65535 * 0.9 * top + noise, 0, top).astype(np.uint16)


def write_dicom(path: Path, pixels: NDArray[np.uint16], bits: int, *, lossless_jpeg: bool = False) -> Path:
    """Write a DX image, uncompressed or as JPEG Lossless, and return its path."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import generate_uid

    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = _JPEG_LOSSLESS if lossless_jpeg else _EXPLICIT
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = _DX
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.Modality, made.PhotometricInterpretation, made.PresentationLUTShape = "DX", "MONOCHROME2", "IDENTITY"
    made.Rows, made.Columns = pixels.shape
    made.SamplesPerPixel, made.PixelRepresentation = 1, 0
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, bits, bits - 1
    if lossless_jpeg:
        import imagecodecs

        made.PixelData = encapsulate([imagecodecs.ljpeg_encode(pixels, bitspersample=bits)])
        made["PixelData"].VR = "OB"
    else:
        made.PixelData = pixels.tobytes()
    made.save_as(path, enforce_file_format=True)
    return path
