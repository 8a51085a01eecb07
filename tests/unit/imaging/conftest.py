"""Image files made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

WriteDicom = Callable[..., Path]


def dicom_dataset(pixels: NDArray[np.integer], syntax: str = ExplicitVRLittleEndian) -> FileDataset:
    """Return a minimal CR whose pixels fill their type."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    meta.TransferSyntaxUID = syntax
    encoding = meta.TransferSyntaxUID
    dataset = FileDataset(
        "",
        {},
        file_meta=meta,
        preamble=b"\0" * 128,
        is_implicit_VR=encoding.is_implicit_VR,
        is_little_endian=encoding.is_little_endian,
    )
    dataset.SOPClassUID = ComputedRadiographyImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 1 if pixels.ndim == 2 else pixels.shape[2]
    dataset.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else "RGB"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = 8 * pixels.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    dataset["PixelData"].VR = "OW" if pixels.itemsize == 2 else "OB"
    return dataset


@pytest.fixture
def write_dicom(tmp_path: Path) -> WriteDicom:
    """Return a function that writes pixels, with attributes by keyword, and returns the file."""

    def write(
        pixels: NDArray[np.integer],
        *,
        syntax: str = ExplicitVRLittleEndian,
        stream: bytes | None = None,
        **attributes: Any,
    ) -> Path:
        dataset = dicom_dataset(pixels, syntax)
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        if stream is not None:
            dataset.PixelData = encapsulate([stream])
            dataset["PixelData"].VR = "OB"
        path = tmp_path / "image.dcm"
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write
