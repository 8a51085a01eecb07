"""Image files made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_files import dicom_dataset
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian

WriteDicom = Callable[..., Path]


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
