"""Public samples, and windows at the edge of what is allowed, are shown as by DCMTK within one grey level."""

from __future__ import annotations

import cv2
import dcmtk
import numpy as np
import pytest

from cxrviewer.imaging import grayscale
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph

pytestmark = dcmtk.needed

RAMP = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)


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
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk.presentation(path, "+Wi", "1"))


def test_public_sample_with_near_lossless_compression(shared_data, tmp_path):
    raw = tmp_path / "raw.dcm"
    dcmtk.convert("dcmdjpls", shared_data / "dicom" / "wg04_RG1_JLSN.dcm", raw)
    radiograph = read_radiograph(shared_data / "dicom" / "wg04_RG1_JLSN.dcm")
    assert np.array_equal(radiograph.pixels, read_radiograph(raw).pixels)
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk.presentation(raw, "+Wi", "1"))


def test_public_sample_with_a_voi_table(shared_data, tmp_path):
    path = shared_data / "dicom" / "vlut_04.dcm"
    radiograph = read_radiograph(path)
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk.presentation(path, "+Wl", "1"))


def test_public_sample_with_a_modality_table(shared_data, tmp_path):
    path = shared_data / "dicom" / "fodicom_CR-ModalityLUTSequence_JPLL.dcm"
    radiograph = read_radiograph(path)
    lut = radiograph.grayscale.modality.values
    center, width = (int(lut.max()) + int(lut.min()) + 1) // 2, int(lut.max()) - int(lut.min()) + 1
    window = grayscale.Window(center, width)
    agree(displayed(radiograph, window), dcmtk.presentation(path, "+Ww", str(center), str(width)))


@pytest.mark.parametrize(("center", "width"), [(2048, 2), (2047.5, 1), (100, 33), (4000, 9000), (-50, 400)])
def test_linear_windows(write_dicom, tmp_path, center, width):
    path = write_dicom(RAMP, BitsStored=12, HighBit=11, WindowCenter=center, WindowWidth=width)
    radiograph = read_radiograph(path)
    agree(displayed(radiograph, radiograph.grayscale.windows[0]), dcmtk.presentation(path, "+Wi", "1"))


@pytest.mark.parametrize(("bits", "high"), [(12, 15), (10, 11), (8, 11), (12, 13)])
@pytest.mark.parametrize("signed", [False, True])
def test_stored_bits_that_lie_anywhere_in_their_words(write_dicom, bits, high, signed):
    """What lies beside them, an overlay say, is none of the image."""
    values = np.arange(64 * 64).reshape(64, 64) % (1 << bits)
    beside = np.random.default_rng(0).integers(0, 1 << 16, values.shape) & ~(
        ((1 << bits) - 1) << (high + 1 - bits)
    )
    words = ((values << (high + 1 - bits)) | beside).astype(np.uint16)
    path = write_dicom(
        words.view(np.int16) if signed else words,
        BitsStored=bits,
        HighBit=high,
        WindowCenter=(0 if signed else 1 << (bits - 1)) + 0.5,
        WindowWidth=1 << bits,
    )
    radiograph = read_radiograph(path)
    if signed:
        values = np.where(values >= 1 << (bits - 1), values - (1 << bits), values)
    assert np.array_equal(radiograph.pixels, values)
    agree(displayed(radiograph, grayscale.default_voi(radiograph)), dcmtk.presentation(path, "+Wi", "1"))


@pytest.mark.parametrize("width", [0.25, 0.5, 1, 1.5, 1000])
def test_exact_windows_by_a_linear_one_of_dcmtk(write_dicom, width):
    """DCMTK 3.6.7 has no LINEAR_EXACT: the LINEAR window a step wider maps alike (PS3.3 C.11.2.1.3.2)."""
    path = write_dicom(
        RAMP,
        BitsStored=12,
        HighBit=11,
        WindowCenter=2000.25,
        WindowWidth=width,
        VOILUTFunction="LINEAR_EXACT",
    )
    radiograph = read_radiograph(path)
    found = displayed(radiograph, radiograph.grayscale.windows[0])
    agree(found, dcmtk.presentation(path, "+Ww", "2000.75", str(width + 1)))
