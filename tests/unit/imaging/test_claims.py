"""What a file claims is checked against what it holds before any memory is taken for it."""

from __future__ import annotations

import itertools
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import process_memory
import pytest
from PIL import Image
from pydicom import dcmread, uid
from pydicom.encaps import encapsulate

from cxrviewer.engine.reader import Reader
from cxrviewer.errors import ImageReadError
from cxrviewer.imaging import limits
from cxrviewer.imaging.open import read_radiograph

RAMP = (np.add.outer(np.arange(96), np.arange(80)) * 23).astype(np.uint16)
LARGE = {"Rows": 16000, "Columns": 16000}
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems tell no peak, or have no limit")


def refusal(path: Path) -> str:
    """Return why a file is refused, which takes next to no memory."""
    before = 0
    if sys.platform == "linux":
        process_memory.forget_peak()
        before = process_memory.peak_bytes()
    with pytest.raises(ImageReadError) as caught:
        read_radiograph(path)
    if before:
        assert process_memory.peak_bytes() - before < 50 * 1024**2
    assert caught.value.path == path
    assert caught.value.hint
    return caught.value.message


def jpeg_lossless(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(pixels, lossless=True, bitspersample=12))


@pytest.mark.parametrize(
    ("syntax", "stream"),
    [
        (uid.RLELossless, b"\2\0\0\0@\0\0\0B\0\0\0" + b"\0" * 52 + b"\x81\1\x81\1"),
        (uid.JPEG2000Lossless, bytes(imagecodecs.jpeg2k_encode(RAMP, codecformat="j2k", reversible=True))),
        (uid.JPEGLSLossless, bytes(imagecodecs.jpegls_encode(RAMP))),
        (uid.JPEGLosslessSV1, jpeg_lossless(RAMP)),
    ],
)
def test_a_header_that_claims_more_than_the_codestream(write_dicom, syntax, stream):
    message = refusal(write_dicom(RAMP, syntax=syntax, stream=stream, **LARGE))
    assert "16000 x 16000" in message or "cannot hold 512,000,000" in message


def test_a_header_and_a_codestream_that_claim_more_than_there_is(write_dicom):
    stream = bytearray(jpeg_lossless(RAMP))
    frame = stream.index(b"\xff\xc3")
    stream[frame + 5 : frame + 9] = (16000).to_bytes(2, "big") * 2
    message = refusal(write_dicom(RAMP, syntax=uid.JPEGLosslessSV1, stream=bytes(stream), **LARGE))
    assert "cannot hold 512,000,000" in message


def test_a_codestream_of_many_components(write_dicom):
    stream = bytearray(imagecodecs.jpeg2k_encode(RAMP, codecformat="j2k", reversible=True))
    stream[40:42] = (16000).to_bytes(2, "big")
    message = refusal(write_dicom(RAMP, syntax=uid.JPEG2000Lossless, stream=bytes(stream)))
    assert "1 sample(s) a pixel, the compressed image 16000" in message


def test_pixels_that_are_no_codestream(write_dicom):
    message = refusal(write_dicom(RAMP, syntax=uid.JPEG2000Lossless, stream=b"hello, world" * 99))
    assert "no JPEG 2000" in message


@pytest.mark.parametrize("frame", [0, 1])
def test_the_frame_that_is_decoded_is_the_one_that_is_checked(write_dicom, frame):
    good, other = jpeg_lossless(RAMP), jpeg_lossless(RAMP[:-1])
    path = write_dicom(RAMP, syntax=uid.JPEGLosslessSV1, stream=good, BitsStored=12, HighBit=11)
    dataset = dcmread(path)
    dataset.NumberOfFrames = 2
    dataset.PixelData = encapsulate([good, other])
    dataset.save_as(path)
    if frame == 0:
        assert np.array_equal(read_radiograph(path, 0).pixels, RAMP)
    else:
        with pytest.raises(ImageReadError, match="80 x 95"):
            read_radiograph(path, 1)


def test_more_frames_than_there_are(write_dicom):
    path = write_dicom(RAMP, syntax=uid.JPEGLosslessSV1, stream=jpeg_lossless(RAMP), NumberOfFrames=3)
    with pytest.raises(ImageReadError, match=r"Frame 3 of the pixels is missing|truncated"):
        read_radiograph(path, 2)
    assert "truncated" in refusal(write_dicom(RAMP, NumberOfFrames=2_000_000_000))


def test_a_png_that_claims_more_than_deflate_can_hold(tmp_path):
    content = bytearray(cv2.imencode(".png", RAMP)[1].tobytes())
    content[16:24] = (16000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path = tmp_path / "large.png"
    path.write_bytes(content)
    assert "cannot hold 512,000,000" in refusal(path)


def test_a_raw_tiff_that_claims_more_than_there_is(tmp_path):
    path = tmp_path / "large.tif"
    Image.fromarray(RAMP).save(path)
    content = bytearray(path.read_bytes())
    # The tag 256, ImageWidth, with one LONG.
    width = content.index(b"\0\1\4\0\1\0\0\0")
    content[width + 8 : width + 12] = (2_000_000).to_bytes(4, "little")
    path.write_bytes(content)
    assert "cannot hold 384,000,000" in refusal(path)


def test_a_blank_image_is_no_bomb(write_dicom, tmp_path):
    blank = np.zeros((3000, 3000), np.uint16)
    for syntax, stream in (
        (uid.JPEG2000Lossless, imagecodecs.jpeg2k_encode(blank, codecformat="j2k", reversible=True)),
        (uid.JPEGLSLossless, imagecodecs.jpegls_encode(blank)),
        (uid.JPEGLosslessSV1, jpeg_lossless(blank)),
    ):
        assert not read_radiograph(write_dicom(blank, syntax=syntax, stream=bytes(stream))).pixels.any()
    path = write_dicom(blank)
    dataset = dcmread(path)
    dataset.compress(uid.RLELossless, encoding_plugin="pylibjpeg")
    dataset.save_as(path)
    assert not read_radiograph(path).pixels.any()
    for extension in (".png", ".jpg", ".tif"):
        picture = tmp_path / f"blank{extension}"
        cv2.imwrite(str(picture), blank[:, :, None].astype(np.uint8 if extension == ".jpg" else np.uint16))
        assert not read_radiograph(picture).pixels.any()


@LINUX
def test_short_memory_is_told_as_that_and_not_as_damage(tmp_path):
    path = tmp_path / "large.png"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 65536, (6000, 6000), np.uint16))
    program = (
        "import sys, resource\n"
        "from pathlib import Path\n"
        "from cxrviewer.imaging.open import read_radiograph, read_thumbnail\n"
        "import pydicom.pixels, imagecodecs, cv2\n"
        "imagecodecs.png_decode; used = int(Path('/proc/self/statm').read_text().split()[5]) * 4096\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (used + 100 * 2**20,) * 2)\n"
        "for call in (read_radiograph, lambda path: read_thumbnail(path, 64)):\n"
        "    try: call(Path(sys.argv[1]))\n"
        "    except Exception as error: print(type(error).__name__, error.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    said = done.stdout.splitlines()
    assert said == ["ImageReadError There is not enough memory to open the file."] * 2, done.stderr


@LINUX
def test_a_file_that_takes_more_than_the_limit_costs_one_message(write_dicom):
    """What is left over of the process is enough for the next file."""
    large = np.zeros((15000, 15000), np.uint16)
    stream = bytes(imagecodecs.jpegls_encode(large))
    path = write_dicom(large[:4, :4], syntax=uid.JPEGLSLossless, stream=stream, Rows=15000, Columns=15000)
    reader = Reader()
    try:
        assert reader.examine(path, _limited_to, 600 * 2**20) is None
        with pytest.raises(ImageReadError, match=r"not enough memory|crashed"):
            reader.thumbnail(path, 64)
        small = write_dicom(RAMP)
        assert reader.thumbnail(small, 96).shape == (96, 80)
    finally:
        reader.close()


def _limited_to(most: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def test_the_largest_radiographs_that_are_made_are_within_the_limits(tmp_path):
    limits.check_size(tmp_path, 10000, 10000, 2)
    limits.check_expansion(tmp_path, 200_000_000, 200_000_000, 1)
    with pytest.raises(ImageReadError, match="cannot hold"):
        limits.check_expansion(tmp_path, 200_000_001, 200_000_000, 1)


DECODERS = {
    "pillow": (uid.JPEGBaseline8Bit,),
    "imagecodecs": (uid.JPEGExtended12Bit, uid.JPEGLossless, uid.JPEGLosslessSV1),
    "pyjpegls": (uid.JPEGLSLossless, uid.JPEGLSNearLossless),
    "pylibjpeg-openjpeg": (
        uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K,
    ),
}  # fmt: skip
"""What to install for a transfer syntax."""
VIDEOS = (uid.MPEG2MPML, uid.HEVCMP51)
NEED_NOTHING = (uid.RLELossless, uid.ExplicitVRBigEndian)

WITHOUT_DECODERS = """
import sys
hidden = ('imagecodecs', 'jpeg_ls', 'openjpeg', 'PIL', 'rle', 'pylibjpeg')
sys.modules.update(dict.fromkeys(hidden))
from pathlib import Path
from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.open import read_radiograph
for name in sys.argv[1:]:
    try: print(read_radiograph(Path(name)).shape)
    except ImageReadError as error: print(type(error).__name__, error.message, error.hint)
"""


def test_a_missing_decoder_is_named_with_what_to_install(write_dicom, tmp_path):
    """Every package that decodes is hidden from a process; what needs none still opens."""
    files = {}
    for syntax in (*itertools.chain(*DECODERS.values()), *VIDEOS, *NEED_NOTHING):
        files[syntax] = tmp_path / f"{syntax}.dcm"
        stream = b"\0" * 64 if syntax.is_encapsulated else None
        write_dicom(RAMP, syntax=syntax, stream=stream).replace(files[syntax])
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DECODERS, *map(str, files.values())],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    said = dict(zip(files, done.stdout.splitlines(), strict=True))
    for package, syntaxes in DECODERS.items():
        for syntax in syntaxes:
            assert said[syntax].startswith("DecoderMissingError No decoder is installed"), said[syntax]
            assert syntax.name in said[syntax]
            assert package in said[syntax].partition("pip install")[2].split()
    for syntax in VIDEOS:
        assert said[syntax].startswith("DecoderMissingError The DICOM file holds a video")
    assert said[uid.ExplicitVRBigEndian] == "(96, 80)"
    assert said[uid.RLELossless].startswith("ImageReadError"), "pydicom itself decodes it"
