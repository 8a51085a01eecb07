"""Modality and VOI tables together, and both statements of polarity, against DCMTK."""

from __future__ import annotations

import cv2
import dcmtk
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cxrviewer.imaging.grayscale import default_voi, index_image, presentation_table
from cxrviewer.imaging.open import read_radiograph

pytestmark = dcmtk.needed

WORDS = np.random.default_rng(8).integers(0, 1 << 12, (40, 40), np.uint16)
SIGNED = (WORDS.astype(np.int32) - (1 << 11)).astype(np.int16)


def table(entries: int, first: int, bits: int, *, falling: bool = False) -> Dataset:
    values = np.round(np.linspace(0, 1, entries) ** 1.7 * ((1 << bits) - 1))[:: -1 if falling else 1]
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [entries, first, bits])
    item.add_new("LUTData", "OW", values.astype("<u2").tobytes())
    return item


def agrees(path, *options: str) -> bool:
    radiograph = read_radiograph(path)
    found = cv2.LUT(index_image(radiograph), presentation_table(radiograph, default_voi(radiograph)))
    expected = dcmtk.presentation(path, *options)
    return bool(np.abs(found.astype(int) - expected).max() <= 1)


@pytest.mark.parametrize("pixels", [WORDS, SIGNED], ids=["unsigned", "signed"])
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("entries", [4096, 700])
@pytest.mark.parametrize("falling", [False, True])
def test_a_window_behind_a_modality_table(write_dicom, pixels, bits, entries, falling):
    item = table(entries, int(pixels.min()) + 30, bits, falling=falling)
    item.ModalityLUTType = "US"
    top = 1 << bits
    path = write_dicom(
        pixels,
        BitsStored=12,
        HighBit=11,
        ModalityLUTSequence=Sequence([item]),
        WindowCenter=top // 3,
        WindowWidth=top // 2,
        RescaleSlope=7,
    )
    assert agrees(path, "+Wi", "1")


@pytest.mark.parametrize("first", [0, 90])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_voi_table_behind_a_modality_table(write_dicom, first, bits):
    modality = table(4096, 0, 10)
    modality.ModalityLUTType = "US"
    path = write_dicom(
        WORDS,
        BitsStored=12,
        HighBit=11,
        ModalityLUTSequence=Sequence([modality]),
        VOILUTSequence=Sequence([table(800, first, bits)]),
    )
    assert agrees(path, "+Wl", "1")


@pytest.mark.parametrize("first", [-2048, -500, 0, 100])
@pytest.mark.parametrize("slope", [1, -1, 2])
def test_voi_tables_of_negative_values(write_dicom, first, slope):
    path = write_dicom(
        SIGNED,
        BitsStored=12,
        HighBit=11,
        RescaleSlope=slope,
        RescaleIntercept=-24,
        VOILUTSequence=Sequence([table(1500, first, 12)]),
    )
    assert agrees(path, "+Wl", "1")


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("shape", [None, "IDENTITY", "INVERSE"])
def test_polarity(write_dicom, photometric, shape):
    attributes = {} if shape is None else {"PresentationLUTShape": shape}
    path = write_dicom(
        WORDS,
        BitsStored=12,
        HighBit=11,
        PhotometricInterpretation=photometric,
        WindowCenter=2000,
        WindowWidth=3000,
        **attributes,
    )
    assert agrees(path, "+Wi", "1")
    contradicts = photometric == "MONOCHROME1" and shape == "IDENTITY"
    assert bool(read_radiograph(path).notes) is contradicts
