"""The display agrees with DCMTK's within one grey level."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cxrviewer.imaging import grayscale
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph

pytestmark = pytest.mark.skipif(
    shutil.which("dcmj2pnm") is None, reason="DCMTK's dcmj2pnm (Debian package dcmtk) is not installed"
)

RAMP = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)


def dcmtk(path: Path, folder: Path, *options: str) -> np.ndarray:
    picture = folder / "oracle.pgm"
    subprocess.run(["dcmj2pnm", *options, "+op", str(path), str(picture)], check=True, capture_output=True)
    return cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)


def displayed(radiograph: Radiograph, voi: grayscale.Voi) -> np.ndarray:
    table = grayscale.presentation_table(radiograph, voi)
    return cv2.LUT(grayscale.index_image(radiograph), table)


def agree(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 1


@pytest.mark.parametrize(
    "name",
    [
        "gdcm-CR-MONO1-10-chest",
        "highdicom_dx_fuji_canine_MONO1_8bit",
        "wg04_RG2_UNC",
        "wg04_RG2_JPLL",
        "wg04_RG2_RLE",
    ],
)
def test_public_samples_with_a_window(shared_data, tmp_path, name):
    path = shared_data / "dicom" / f"{name}.dcm"
    radiograph = read_radiograph(path)
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk(path, tmp_path, "+Wi", "1"))


def test_public_sample_with_near_lossless_compression(shared_data, tmp_path):
    if shutil.which("dcmdjpls") is None:
        pytest.skip("DCMTK's dcmdjpls is not installed")
    raw = tmp_path / "raw.dcm"
    subprocess.run(["dcmdjpls", str(shared_data / "dicom" / "wg04_RG1_JLSN.dcm"), str(raw)], check=True)
    radiograph = read_radiograph(shared_data / "dicom" / "wg04_RG1_JLSN.dcm")
    assert np.array_equal(radiograph.pixels, read_radiograph(raw).pixels)
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk(raw, tmp_path, "+Wi", "1"))


def test_public_sample_with_a_voi_table(shared_data, tmp_path):
    path = shared_data / "dicom" / "vlut_04.dcm"
    radiograph = read_radiograph(path)
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk(path, tmp_path, "+Wl", "1"))


def test_public_sample_with_a_modality_table(shared_data, tmp_path):
    path = shared_data / "dicom" / "fodicom_CR-ModalityLUTSequence_JPLL.dcm"
    radiograph = read_radiograph(path)
    lut = radiograph.grayscale.modality.values
    center, width = (int(lut.max()) + int(lut.min()) + 1) // 2, int(lut.max()) - int(lut.min()) + 1
    window = grayscale.Window(center, width)
    agree(displayed(radiograph, window), dcmtk(path, tmp_path, "+Ww", str(center), str(width)))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("slope", [1, -1, -10, 0.5, 2.25])
@pytest.mark.parametrize("signed", [False, True])
def test_rescaled_windows(write_dicom, tmp_path, photometric, slope, signed):
    pixels = (RAMP.astype(np.int16) - 2048) if signed else RAMP
    path = write_dicom(
        pixels,
        BitsStored=12,
        HighBit=11,
        PhotometricInterpretation=photometric,
        RescaleSlope=slope,
        RescaleIntercept=-100,
        WindowCenter=slope * (0 if signed else 2048) - 100,
        WindowWidth=abs(slope) * 3000,
    )
    radiograph = read_radiograph(path)
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk(path, tmp_path, "+Wi", "1"))


@pytest.mark.parametrize(("center", "width"), [(2048, 2), (2047.5, 1), (100, 33), (4000, 9000), (-50, 400)])
def test_linear_windows(write_dicom, tmp_path, center, width):
    path = write_dicom(RAMP, BitsStored=12, HighBit=11, WindowCenter=center, WindowWidth=width)
    radiograph = read_radiograph(path)
    agree(displayed(radiograph, radiograph.grayscale.windows[0]), dcmtk(path, tmp_path, "+Wi", "1"))


def test_sigmoid_window(write_dicom, tmp_path):
    path = write_dicom(
        RAMP, BitsStored=12, HighBit=11, WindowCenter=2000, WindowWidth=1500, VOILUTFunction="SIGMOID"
    )
    radiograph = read_radiograph(path)
    agree(
        displayed(radiograph, radiograph.grayscale.windows[0]),
        dcmtk(path, tmp_path, "+Wi", "1", "--sigmoid-function"),
    )


@pytest.mark.parametrize("first", [0, 1000])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_voi_tables(write_dicom, tmp_path, first, bits):
    values = np.round(np.linspace(0, 1, 2048) ** 2 * ((1 << bits) - 1)).astype("<u2")
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [2048, first, bits])
    item.add_new("LUTData", "OW", values.astype(np.uint8).tobytes() if bits == 8 else values.tobytes())
    path = write_dicom(RAMP, BitsStored=12, HighBit=11, VOILUTSequence=Sequence([item]))
    radiograph = read_radiograph(path)
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk(path, tmp_path, "+Wl", "1"))
