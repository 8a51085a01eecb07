"""Whatever is wrong with a file, the message is one sentence that names it."""

from __future__ import annotations

import contextlib
import os
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging import archive, limits
from cxrviewer.imaging.open import is_image, opened, read_radiograph, read_thumbnail

RAMP = np.arange(64 * 48, dtype=np.uint16).reshape(64, 48)


def refusal(path) -> str:
    with pytest.raises(ImageReadError) as caught:
        read_radiograph(path)
    assert caught.value.path == path
    assert caught.value.hint
    with pytest.raises(ImageReadError):
        read_thumbnail(path, 64)
    return caught.value.message


def test_missing(tmp_path):
    assert "does not exist" in refusal(tmp_path / "nothing.png")
    assert not is_image(tmp_path / "nothing.png")


def test_empty(tmp_path):
    path = tmp_path / "empty.dcm"
    path.touch()
    assert "empty" in refusal(path)
    assert not is_image(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(20)
def test_a_pipe_is_not_waited_for(tmp_path):
    path = tmp_path / "pipe.dcm"
    os.mkfifo(path)
    assert "pipe" in refusal(path)
    assert not is_image(path)
    with pytest.raises(ImageReadError), opened(path):
        pass


def test_names_that_no_file_can_have(tmp_path):
    assert "No file" in refusal(tmp_path / "a\0b.png")
    assert "too long" in refusal(tmp_path / ("x" * 300))


def test_folder(tmp_path):
    assert "folder" in refusal(tmp_path)
    assert not is_image(tmp_path)


def test_no_permission(ordinary_user):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "secret.png")
        path.write_bytes(b"\x89PNG\r\n\x1a\n")
        path.chmod(0)
        Path(folder).chmod(0o755)
        ordinary_user()
        assert "permission" in refusal(path)
        os.seteuid(os.getuid())


@pytest.mark.parametrize(
    "content", [b"hello, world\n" * 50, b"BM is a text", b"\0" * 300, b"%PDF-1.7\n" * 99]
)
def test_not_an_image(tmp_path, content):
    path = tmp_path / "image.dcm"
    path.write_bytes(content)
    assert "not an image" in refusal(path)
    assert not is_image(path)


def test_bytes_that_begin_like_a_bare_data_set(tmp_path):
    path = tmp_path / "image"
    path.write_bytes(b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100" + b"\xff" * 500)
    assert "not an image" in refusal(path) or "damaged" in refusal(path)


def test_no_pixels(shared_data):
    path = shared_data / "dicom" / "orthanc_canon_nopixels_MONO1.dcm"
    message = refusal(path)
    assert "contains no image" in message
    assert "Computed Radiography" in message


def test_impossible_size(write_dicom):
    message = refusal(write_dicom(RAMP, Rows=46341, Columns=46341))
    assert "46341 x 46341" in message


@pytest.mark.parametrize("keyword", ["Rows", "Columns"])
def test_no_rows_or_columns(write_dicom, keyword):
    path = write_dicom(RAMP)
    dataset = dcmread(path)
    delattr(dataset, keyword)
    dataset.save_as(path)
    assert "rows" in refusal(path)
    assert "0 x" in refusal(write_dicom(RAMP, Columns=0))


def test_too_many_bits(write_dicom):
    pixels = np.zeros((4, 4), np.uint64)
    assert "64 bits" in refusal(write_dicom(pixels))


@pytest.mark.parametrize("share", [0.2, 0.6, 0.9, 0.99])
@pytest.mark.parametrize(
    "name", ["wg04_RG2_J2KR", "wg04_RG2_JLSL", "wg04_RG2_JPLL", "wg04_RG2_RLE", "wg04_RG2_UNC"]
)
def test_truncated_dicom(shared_data, tmp_path, name, share):
    content = (shared_data / "dicom" / f"{name}.dcm").read_bytes()
    path = tmp_path / "half.dcm"
    path.write_bytes(content[: int(len(content) * share)])
    message = refusal(path)
    assert "truncated" in message


def test_truncated_within_the_header(shared_data, tmp_path):
    content = (shared_data / "dicom" / "wg04_RG2_UNC.dcm").read_bytes()
    for length in (140, 200, 350, 700):
        path = tmp_path / f"{length}.dcm"
        path.write_bytes(content[:length])
        refusal(path)


def test_fewer_pixels_than_promised(write_dicom):
    assert "truncated" in refusal(write_dicom(RAMP, Rows=65))


def test_a_damaged_codestream(shared_data, tmp_path):
    content = bytearray((shared_data / "dicom" / "wg04_RG2_JLSL.dcm").read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4000] = b"\xff" * 4000
    path = tmp_path / "damaged.dcm"
    path.write_bytes(content)
    assert "damaged" in refusal(path)


def test_a_deflated_bomb(write_dicom, monkeypatch):
    monkeypatch.setattr("cxrviewer.imaging.dicom.parse.MAX_FILE_BYTES", 100_000)
    path = write_dicom(RAMP, syntax=DeflatedExplicitVRLittleEndian)
    content = path.read_bytes()
    start = 144 + int.from_bytes(content[140:144], "little")
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    path.write_bytes(content[:start] + deflater.compress(b"\0" * 1_000_000) + deflater.flush())
    assert "too large" in refusal(path)
    path.write_bytes(content[:start] + b"\xff" * 100)
    assert "damaged" in refusal(path)


def encoded(extension: str, dtype=np.uint8) -> bytes:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, np.iinfo(dtype).max, (90, 70)).astype(dtype)
    return cv2.imencode(extension, pixels)[1].tobytes()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("extension", [".png", ".jpg", ".tiff", ".bmp", ".webp"])
def test_truncated_picture(tmp_path, extension, share, capfd):
    content = encoded(extension)
    path = tmp_path / f"half{extension}"
    path.write_bytes(content[: int(len(content) * share)])
    assert "damaged or truncated" in refusal(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("position", [0.3, 0.5, 0.7])
def test_one_wrong_byte_in_a_png(tmp_path, position):
    content = bytearray(encoded(".png"))
    content[int(len(content) * position)] ^= 0x40
    path = tmp_path / "damaged.png"
    path.write_bytes(content)
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("seed", range(60))
def test_any_damage_is_a_plain_refusal_or_an_image(write_dicom, tmp_path, seed):
    rng = np.random.default_rng(seed)
    dicom = write_dicom(RAMP, WindowCenter=[1, 2], WindowWidth=[3, 4], PixelSpacing=[1, 2]).read_bytes()
    for original in (dicom, encoded(".png"), encoded(".tiff", np.uint16), encoded(".bmp")):
        content = bytearray(original)
        start = 128 if original is dicom else 0
        for position in rng.integers(start, min(len(content), start + 900), 4):
            content[position] = rng.integers(256)
        path = tmp_path / "damaged"
        path.write_bytes(content)
        with contextlib.suppress(ImageReadError):
            assert read_radiograph(path).pixels.ndim == 2


def test_a_disc_index_is_not_an_image(write_dicom):
    path = write_dicom(RAMP, SOPClassUID="1.2.840.10008.1.3.10")
    assert not is_image(path)
    assert "not an image" in refusal(path)


def test_a_picture_that_claims_too_much(tmp_path):
    content = bytearray(encoded(".png"))
    content[16:24] = (46341).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path = tmp_path / "huge.png"
    path.write_bytes(content)
    assert "46341 x 46341" in refusal(path) or "too large" in refusal(path)


def test_a_file_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr("cxrviewer.imaging.open.MAX_FILE_BYTES", 1000)
    path = tmp_path / "large.png"
    path.write_bytes(encoded(".png"))
    assert "larger than" in refusal(path)


def test_the_largest_radiographs_are_within_the_limit(tmp_path):
    limits.check_size(tmp_path, 10000, 10000, 2)


def test_a_decoder_that_panics_is_damage(write_dicom):
    """The RLE decoder, written in Rust, raises what is no Exception where a run leads beyond the frame."""
    whole = b"\x81\1" * (RAMP.size // 128)
    offsets = struct.pack("<16I", 2, 64, 64 + len(whole) + 2, *[0] * 13)
    stream = offsets + whole + b"\x81\1" + whole
    assert "damaged" in refusal(write_dicom(RAMP, syntax=RLELossless, stream=stream))


@pytest.mark.parametrize("kind", [b"DS", b"AA", b"SQ", b"IS"])
def test_pixels_that_are_called_something_else(write_dicom, kind):
    path = write_dicom(np.full((4, 4), 0x3131, np.uint16))
    content = bytearray(path.read_bytes())
    place = content.rindex(b"\xe0\x7f\x10\x00")
    content[place + 4 : place + 8] = kind + b"\2\0"
    path.write_bytes(content)
    assert "damaged" in refusal(path)


def test_a_class_of_an_unknown_type_in_a_file_without_pixels(write_dicom):
    path = write_dicom(RAMP)
    dataset = dcmread(path)
    del dataset.PixelData
    dataset.save_as(path)
    content = bytearray(path.read_bytes())
    place = content.index(b"\x08\x00\x16\x00")
    content[place + 4 : place + 6] = b"AA"
    path.write_bytes(content)
    assert "contains no image (unknown kind)" in refusal(path)


def test_an_archive_with_a_file_without_a_name(tmp_path):
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as written:
        written.writestr("a", b"nothing")
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 28 : place + 30] = b"\0\0"
    path.write_bytes(content)
    with contextlib.suppress(ImageReadError):
        assert archive.members(path) == ()


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_the_ways_of_packing_that_are_unpacked(write_dicom, tmp_path, method):
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w", method) as written:
        written.write(write_dicom(RAMP), "a.dcm")
    if method == zipfile.ZIP_LZMA:
        assert "packed in a way that is not known" in refusal(path / "a.dcm")
    else:
        assert np.array_equal(read_radiograph(path / "a.dcm").pixels, RAMP)
