"""Which bits of a file are the image."""

from __future__ import annotations

import dcmtk
import imagecodecs
import numpy as np
import pytest
from dicom_files import dicom_dataset
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from cxrviewer.imaging.grayscale import auto_window, modality_value
from cxrviewer.imaging.open import read_radiograph

SHAPE = (32, 48)
VALUES = np.random.default_rng(4).integers(0, 1 << 12, SHAPE, np.uint16)
RUBBISH = np.random.default_rng(5).integers(0, 16, SHAPE, np.uint16)


def pack(values: np.ndarray, bits: int) -> bytes:
    """Return values without gaps, the lowest bit of each first."""
    single = (values.astype(np.uint32).ravel()[:, None] >> np.arange(bits)) & 1
    data = np.packbits(single.astype(np.uint8).ravel(), bitorder="little").tobytes()
    return data + b"\0" * (len(data) % 2)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("signed", [False, True])
def test_packed_pixels(tmp_path, syntax, bits, signed):
    frames = np.stack([VALUES, VALUES[::-1], VALUES[:, ::-1]])[:, :31, :47] & ((1 << bits) - 1)
    data = pack(frames, bits)
    if syntax == ExplicitVRBigEndian:
        data = np.frombuffer(data, "<u2").astype(">u2").tobytes()
    dataset = dicom_dataset(np.ascontiguousarray(frames[0]), syntax)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation, dataset.NumberOfFrames, dataset.PixelData = int(signed), 3, data
    dataset.save_as(tmp_path / "packed.dcm", enforce_file_format=True)
    for frame in range(3):
        found = read_radiograph(tmp_path / "packed.dcm", frame)
        expected = frames[frame].astype(int)
        if signed:
            expected = np.where(expected >= 1 << (bits - 1), expected - (1 << bits), expected)
        assert np.array_equal(found.pixels, expected)
        assert found.grayscale.bits_stored == bits


@dcmtk.needed
def test_packed_pixels_are_those_of_dcmtk(tmp_path):
    dataset = dicom_dataset(VALUES)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 12, 12, 11
    dataset.PixelData = pack(VALUES, 12)
    dataset.save_as(tmp_path / "packed.dcm", enforce_file_format=True)
    seen = dcmtk.presentation(tmp_path / "packed.dcm", "+Ww", "2048", "4096")
    pixels = read_radiograph(tmp_path / "packed.dcm").pixels
    assert np.abs(np.clip(pixels / 4095 * 255, 0, 255) - seen).max() <= 1


@pytest.mark.parametrize("dtype", [np.uint32, np.int32])
@pytest.mark.parametrize("spread", [1000, 1 << 30])
def test_values_of_32_bits_keep_their_meaning(tmp_path, dtype, spread):
    rng = np.random.default_rng(6)
    low = -(1 << 29) if dtype is np.int32 else 1 << 20
    values = rng.integers(low, low + spread, SHAPE, dtype)
    dataset = dicom_dataset(VALUES)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 32, 32, 31
    dataset.PixelRepresentation = int(dtype is np.int32)
    dataset.RescaleSlope, dataset.RescaleIntercept = "0.5", "3"
    dataset.PixelPaddingValue = 0
    dataset.PixelData = values.tobytes()
    dataset.save_as(tmp_path / "wide.dcm", enforce_file_format=True)
    radiograph = read_radiograph(tmp_path / "wide.dcm")
    found = np.array([modality_value(radiograph, float(stored)) for stored in radiograph.pixels[0]])
    tolerance = 0 if spread <= 1 << 16 else spread / (1 << 16)
    assert np.abs(found - (values[0] * 0.5 + 3)).max() <= tolerance
    assert bool(radiograph.notes) is (tolerance > 0)
    window = auto_window(radiograph)
    assert abs(window.width - 0.99 * 0.5 * spread) < 0.02 * spread


ENCODERS = {
    JPEGLosslessSV1: lambda words: imagecodecs.jpeg8_encode(words, lossless=True, bitspersample=16),
    JPEGLSLossless: imagecodecs.jpegls_encode,
    JPEG2000Lossless: lambda words: imagecodecs.jpeg2k_encode(words, codecformat="j2k", reversible=True),
}


@pytest.mark.parametrize("high_bit", [11, 15])
@pytest.mark.parametrize("syntax", ENCODERS)
def test_whole_words_in_a_lossless_codestream_are_cut(write_dicom, syntax, high_bit):
    words = (VALUES << 4 | RUBBISH) if high_bit == 15 else (VALUES | RUBBISH << 12)
    stream = bytes(ENCODERS[syntax](words))
    radiograph = read_radiograph(
        write_dicom(words, syntax=syntax, stream=stream, BitsStored=12, HighBit=high_bit)
    )
    assert np.array_equal(radiograph.pixels, VALUES)
    assert (radiograph.grayscale.bits_stored, radiograph.notes) == (12, ())


@pytest.mark.parametrize("high_bit", [11, 15])
def test_whole_words_of_run_lengths_are_cut(tmp_path, high_bit):
    words = (VALUES << 4 | RUBBISH) if high_bit == 15 else (VALUES | RUBBISH << 12)
    dataset = dicom_dataset(words)
    dataset.compress(RLELossless, encoding_plugin="pydicom")
    dataset.BitsStored, dataset.HighBit = 12, high_bit
    dataset.save_as(tmp_path / "rle.dcm", enforce_file_format=True)
    assert np.array_equal(read_radiograph(tmp_path / "rle.dcm").pixels, VALUES)


def test_a_codestream_deeper_than_the_header_says_is_believed(write_dicom):
    stream = bytes(imagecodecs.jpeg8_encode(VALUES, lossless=True, bitspersample=12))
    radiograph = read_radiograph(
        write_dicom(VALUES, syntax=JPEGLosslessSV1, stream=stream, BitsStored=10, HighBit=9)
    )
    assert np.array_equal(radiograph.pixels, VALUES)
    assert any("12 bits, not 10" in note for note in radiograph.notes)
