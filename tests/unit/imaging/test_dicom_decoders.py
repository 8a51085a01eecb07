"""Every transfer syntax gives the stored values."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from pydicom import uid
from pydicom.pixels.decoders.base import Decoder

from cxrviewer.errors import DecoderMissingError, ImageReadError
from cxrviewer.imaging.dicom.codestream import FrameHeader, frame_header
from cxrviewer.imaging.open import read_radiograph

RAMP = (np.add.outer(np.arange(96), np.arange(80)) * 23).astype(np.uint16)


@pytest.mark.parametrize("encoding", ["J2KR", "JLSL", "JPLL", "RLE"])
def test_encodings_of_one_image_are_identical(shared_data, encoding):
    folder = shared_data / "dicom"
    expected = read_radiograph(folder / "wg04_RG2_UNC.dcm")
    found = read_radiograph(folder / f"wg04_RG2_{encoding}.dcm")
    assert np.array_equal(found.pixels, expected.pixels)
    assert found.pixels.dtype == np.uint16
    assert found.notes == ()


def test_near_lossless_fifteen_bits(shared_data):
    radiograph = read_radiograph(shared_data / "dicom" / "wg04_RG1_JLSN.dcm")
    assert radiograph.grayscale.bits_stored == 15
    assert radiograph.grayscale.inverted
    assert radiograph.badges == ("lossy 2:1",)
    assert int(radiograph.pixels.max()) < 1 << 15


@pytest.mark.parametrize(
    ("stream", "bits"),
    [
        (imagecodecs.jpeg8_encode(RAMP, lossless=True, bitspersample=12), 12),
        (imagecodecs.jpeg8_encode((RAMP >> 4).astype(np.uint8)), 8),
        (imagecodecs.jpegls_encode(RAMP), 16),
        (imagecodecs.jpeg2k_encode(RAMP, codecformat="j2k", reversible=True), 16),
        (imagecodecs.jpeg2k_encode(RAMP, codecformat="jp2", reversible=True, bitspersample=12), 12),
    ],
)
def test_the_size_within_a_codestream(stream, bits):
    assert frame_header(b"\xfe\xff\x00\xe0" + bytes(stream)) == FrameHeader(*RAMP.shape, 1, bits)
    assert frame_header(bytes(stream)[:20]) is None


@pytest.mark.parametrize("syntax", [uid.JPEGLosslessSV1, uid.JPEGLSLossless, uid.JPEG2000Lossless])
def test_a_codestream_of_another_size_is_refused_before_decoding(write_dicom, syntax):
    encode = {
        uid.JPEGLosslessSV1: lambda pixels: imagecodecs.jpeg8_encode(pixels, lossless=True, bitspersample=12),
        uid.JPEGLSLossless: imagecodecs.jpegls_encode,
        uid.JPEG2000Lossless: lambda pixels: imagecodecs.jpeg2k_encode(
            pixels, codecformat="j2k", reversible=True
        ),
    }[syntax]
    path = write_dicom(RAMP[:-1], syntax=syntax, stream=bytes(encode(RAMP)))
    with pytest.raises(ImageReadError, match=r"80 x 95 pixels.*80 x 96"):
        read_radiograph(path)


@pytest.mark.parametrize("predictor", range(1, 8))
def test_jpeg_lossless_with_any_predictor(write_dicom, predictor):
    stream = imagecodecs.jpeg8_encode(RAMP, lossless=True, bitspersample=12, predictor=predictor)
    path = write_dicom(RAMP, syntax=uid.JPEGLossless, stream=bytes(stream), BitsStored=12, HighBit=11)
    assert np.array_equal(read_radiograph(path).pixels, RAMP)


def test_jpeg_lossless_of_signed_values(write_dicom):
    signed = RAMP.astype(np.int16) - 2048
    stream = imagecodecs.jpeg8_encode((signed & 0xFFF).astype(np.uint16), lossless=True, bitspersample=12)
    path = write_dicom(signed, syntax=uid.JPEGLosslessSV1, stream=bytes(stream), BitsStored=12, HighBit=11)
    assert np.array_equal(read_radiograph(path).pixels, signed)


def test_jpeg_of_twelve_bits(write_dicom):
    stream = imagecodecs.jpeg8_encode(RAMP, bitspersample=12, level=97)
    path = write_dicom(RAMP, syntax=uid.JPEGExtended12Bit, stream=bytes(stream), BitsStored=12, HighBit=11)
    radiograph = read_radiograph(path)
    assert np.abs(radiograph.pixels.astype(int) - RAMP).max() < 40
    assert radiograph.badges == ("lossy",)


def test_jpeg_of_eight_bits(write_dicom):
    gray = (RAMP >> 4).astype(np.uint8)
    stream = imagecodecs.jpeg8_encode(gray, level=97)
    radiograph = read_radiograph(write_dicom(gray, syntax=uid.JPEGBaseline8Bit, stream=bytes(stream)))
    assert np.abs(radiograph.pixels.astype(int) - gray).max() < 6


def test_jpeg_colour_is_luminance(write_dicom):
    colors = np.zeros((32, 32, 3), np.uint8)
    colors[..., 0] = 200
    stream = imagecodecs.jpeg8_encode(colors, level=97)
    path = write_dicom(
        colors, syntax=uid.JPEGBaseline8Bit, stream=bytes(stream), PhotometricInterpretation="YBR_FULL_422"
    )
    radiograph = read_radiograph(path)
    assert abs(int(radiograph.pixels[16, 16]) - 60) <= 2
    assert any("luminance" in note for note in radiograph.notes)


def test_htj2k_and_jpeg_2000_lossy(write_dicom):
    stream = imagecodecs.jpeg2k_encode(RAMP, bitspersample=12, reversible=False, level=60, codecformat="j2k")
    path = write_dicom(RAMP, syntax=uid.JPEG2000, stream=bytes(stream), BitsStored=12, HighBit=11)
    assert np.abs(read_radiograph(path).pixels.astype(int) - RAMP).max() < 40


def test_more_bits_than_the_header_says_are_kept(write_dicom):
    stream = imagecodecs.jpeg8_encode(RAMP, lossless=True, bitspersample=12)
    path = write_dicom(RAMP, syntax=uid.JPEGLosslessSV1, stream=bytes(stream), BitsStored=10, HighBit=9)
    radiograph = read_radiograph(path)
    assert np.array_equal(radiograph.pixels, RAMP)
    assert radiograph.grayscale.bits_stored == 12
    assert radiograph.notes


def test_a_missing_decoder_is_named(write_dicom, monkeypatch):
    stream = imagecodecs.jpeg8_encode(RAMP, lossless=True, bitspersample=12)
    path = write_dicom(RAMP, syntax=uid.JPEGLosslessSV1, stream=bytes(stream), BitsStored=12, HighBit=11)
    monkeypatch.setattr(Decoder, "is_available", False)
    with pytest.raises(DecoderMissingError, match=r"JPEG Lossless.*pip install imagecodecs"):
        read_radiograph(path)


def test_an_unknown_transfer_syntax_is_named(write_dicom):
    path = write_dicom(RAMP, syntax=uid.MPEG2MPML, stream=b"\0\0\1\xb3")
    with pytest.raises(DecoderMissingError, match="MPEG2"):
        read_radiograph(path)
