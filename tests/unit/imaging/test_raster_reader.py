"""Pictures: every format and depth gives the stored values."""

from __future__ import annotations

import cv2
import imagecodecs
import numpy as np
import pytest
from PIL import Image

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.grayscale import default_voi, index_image, presentation_table
from cxrviewer.imaging.open import is_image, read_radiograph, read_thumbnail

GRAY = np.add.outer(np.arange(60), np.arange(40) * 4).astype(np.uint8)
DEEP = (GRAY.astype(np.uint16) * 257) ^ 3


def save(path, pixels):
    path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())
    return path


@pytest.mark.parametrize("extension", [".png", ".tiff", ".bmp"])
def test_eight_bits(tmp_path, extension):
    path = save(tmp_path / f"Röntgen 胸{extension}", GRAY)
    radiograph = read_radiograph(path)
    assert is_image(path)
    assert np.array_equal(radiograph.pixels, GRAY)
    assert radiograph.grayscale.full_range_default
    table = presentation_table(radiograph, default_voi(radiograph))
    assert np.array_equal(cv2.LUT(index_image(radiograph), table), GRAY)
    assert not radiograph.pixels.flags.writeable


@pytest.mark.parametrize("extension", [".png", ".tiff"])
def test_sixteen_bits_stay(tmp_path, extension):
    radiograph = read_radiograph(save(tmp_path / f"deep{extension}", DEEP))
    assert radiograph.pixels.dtype == np.uint16
    assert np.array_equal(radiograph.pixels, DEEP)
    assert not radiograph.grayscale.full_range_default
    assert default_voi(radiograph).explanation == "Automatic"


def test_content_counts_not_the_name(tmp_path):
    path = save(tmp_path / "image.png", GRAY).rename(tmp_path / "image.dcm")
    assert read_radiograph(path).file_format == "PNG"


@pytest.mark.parametrize("extension", [".png", ".tiff", ".bmp", ".jpg", ".webp"])
def test_gray_stored_as_colour_has_no_note(tmp_path, extension):
    radiograph = read_radiograph(save(tmp_path / f"gray{extension}", np.dstack([GRAY] * 3)))
    assert radiograph.notes == ()
    assert np.abs(radiograph.pixels.astype(int) - GRAY).max() <= 6


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colour_is_luminance(tmp_path, dtype):
    blue_green_red = np.zeros((8, 8, 3), dtype)
    blue_green_red[..., 2] = np.iinfo(dtype).max
    radiograph = read_radiograph(save(tmp_path / "red.png", blue_green_red))
    assert int(radiograph.pixels[0, 0]) == pytest.approx(0.299 * np.iinfo(dtype).max, rel=1e-3, abs=1)
    assert any("luminance" in note for note in radiograph.notes)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("p.png", "P"),
        ("p.tif", "P"),
        ("p.bmp", "P"),
        ("la.png", "LA"),
        ("rgba.png", "RGBA"),
        ("l.webp", "RGB"),
    ],
)
def test_other_layouts_of_gray(tmp_path, name, mode):
    options = {"lossless": True} if name.endswith("webp") else {}
    Image.fromarray(GRAY).convert(mode).save(tmp_path / name, **options)
    radiograph = read_radiograph(tmp_path / name)
    assert np.array_equal(radiograph.pixels, GRAY)
    assert radiograph.notes == ()


@pytest.mark.parametrize("name", ["bits.png", "bits.tif"])
def test_one_bit(tmp_path, name):
    Image.fromarray(GRAY > 100).save(tmp_path / name)
    assert np.array_equal(read_radiograph(tmp_path / name).pixels, (GRAY > 100) * np.uint8(255))


def test_transparency_is_noted(tmp_path):
    image = Image.fromarray(GRAY).convert("LA")
    image.putalpha(100)
    image.save(tmp_path / "la.png")
    radiograph = read_radiograph(tmp_path / "la.png")
    assert any("transparency" in note for note in radiograph.notes)
    assert np.array_equal(radiograph.pixels, GRAY)


def test_tiff_where_zero_is_white(tmp_path):
    path = tmp_path / "film.tif"
    path.write_bytes(imagecodecs.tiff_encode(DEEP, photometric="miniswhite"))
    radiograph = read_radiograph(path)
    assert np.array_equal(radiograph.pixels, DEEP)
    assert radiograph.grayscale.inverted


def test_floating_point_is_refused(tmp_path):
    path = tmp_path / "float.tif"
    Image.fromarray(GRAY.astype(np.float32)).save(path)
    with pytest.raises(ImageReadError, match="float32"):
        read_radiograph(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, orientation):
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.jpg"
    Image.fromarray(GRAY).save(path, exif=exif, quality=97)
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    radiograph = read_radiograph(path)
    assert radiograph.pixels.shape == expected.shape
    assert np.abs(radiograph.pixels.astype(int) - expected).max() <= 2
    assert radiograph.pixels.flags.c_contiguous


def test_jpeg_says_that_it_is_lossy(tmp_path):
    assert read_radiograph(save(tmp_path / "a.jpg", GRAY)).badges == ("lossy",)


def test_training_images_are_gray_without_a_note(shared_data):
    path = sorted((shared_data / "kermany224" / "train" / "NORMAL").iterdir())[0]
    radiograph = read_radiograph(path)
    assert radiograph.pixels.shape == (224, 224)
    assert radiograph.notes == ()


@pytest.mark.parametrize("extension", [".jpg", ".png"])
@pytest.mark.parametrize("shape", [(1200, 900), (300, 500), (40, 30), (1000, 1)])
def test_thumbnail_size(tmp_path, extension, shape):
    pixels = np.full(shape, 90, np.uint8)
    thumbnail = read_thumbnail(save(tmp_path / f"a{extension}", pixels), 96)
    assert max(thumbnail.shape) == 96
    assert thumbnail.dtype == np.uint8
    assert thumbnail.shape[0] / thumbnail.shape[1] == pytest.approx(shape[0] / shape[1], rel=0.03) or (
        min(thumbnail.shape) == 1
    )
    assert abs(int(thumbnail[0, 0]) - 90) <= 2


def test_reduced_thumbnail_is_that_of_the_full_image(tmp_path):
    rng = np.random.default_rng(0)
    pixels = cv2.resize(
        rng.integers(0, 255, (12, 9)).astype(np.uint8), (900, 1200), interpolation=cv2.INTER_CUBIC
    )
    reduced = read_thumbnail(save(tmp_path / "a.jpg", pixels), 100)
    full = read_thumbnail(save(tmp_path / "a.png", pixels), 100)
    assert np.abs(reduced.astype(int) - full).mean() < 2


def test_thumbnail_has_the_polarity_window_and_aspect_of_the_file(write_dicom):
    pixels = np.zeros((50, 100), np.uint16)
    pixels[:, 50:] = 4000
    path = write_dicom(
        pixels,
        PhotometricInterpretation="MONOCHROME1",
        WindowCenter=2000,
        WindowWidth=4000,
        PixelAspectRatio=[2, 1],
    )
    thumbnail = read_thumbnail(path, 64)
    assert thumbnail.shape == (64, 64)
    assert thumbnail[0, 0] == 255
    assert thumbnail[0, -1] == 0
