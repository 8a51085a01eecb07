from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph, Window
from cxrviewer.models.card import ContrastRule, InputSpec, ResizeRule, Scaling
from cxrviewer.models.preprocess import prepare_input, scale_values, visible_input

SPEC = InputSpec(32, 32, 1)


def radiograph(pixels: Any, *, inverted: bool = False, aspect: float = 1.0, **info: Any) -> Radiograph:
    pixels = np.ascontiguousarray(pixels)
    pixels.setflags(write=False)
    bits = 8 * pixels.dtype.itemsize
    grayscale = GrayscaleInfo(bits_stored=bits, inverted=inverted, full_range_default=True, **info)
    return Radiograph(pixels, grayscale, Path("image.png"), "PNG", "d" * 64, aspect)


def blob(shape: tuple[int, int], row: int, column: int) -> Any:
    pixels = np.zeros(shape, np.uint8)
    pixels[row - 6 : row + 7, column - 6 : column + 7] = 255
    return pixels


@pytest.mark.parametrize("rule", list(ResizeRule))
@pytest.mark.parametrize("shape", [(300, 200), (200, 300), (64, 64), (20, 30)])
def test_the_geometry_says_where_a_blob_went(rule: ResizeRule, shape: tuple[int, int]) -> None:
    row, column = shape[0] // 2 - 3, shape[1] // 2 + 2
    prepared = prepare_input(radiograph(blob(shape, row, column)), replace(SPEC, resize=rule))
    values = prepared.values[0, :, :, 0]
    assert values.shape == (32, 32)
    rows, columns = np.indices(values.shape)
    y, x = (float((values * axis).sum() / values.sum()) for axis in (rows, columns))
    found = apply_affine(prepared.geometry.input_to_stored, x, y)
    step = max(shape) / 32
    assert found == pytest.approx((column, row), abs=0.25 * step + 0.05)
    assert prepared.geometry.stored_shape == shape
    assert prepared.geometry.input_shape == (32, 32)


@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("rule", [ResizeRule.PAD, ResizeRule.CROP])
def test_what_is_square_on_the_film_is_square_in_the_input(rule: ResizeRule, aspect: float) -> None:
    """`aspect` is the height of a pixel over its width."""
    pixels = np.zeros((200, 200), np.uint8)
    half = round(20 / aspect)
    pixels[100 - half : 100 + half, 80:120] = 255
    prepared = prepare_input(radiograph(pixels, aspect=aspect), InputSpec(100, 100, 1, resize=rule))
    inside = prepared.values[0, :, :, 0] > 0.5
    assert inside.any(axis=1).sum() == pytest.approx(inside.any(axis=0).sum(), abs=1)


def test_padding_is_black_and_cropping_keeps_the_centre() -> None:
    white = radiograph(np.full((100, 50), 255, np.uint8))
    padded = prepare_input(white, replace(SPEC, resize=ResizeRule.PAD)).values[0, :, :, 0]
    assert padded[:, :8].max() == 0
    assert padded[:, 8:24].min() == pytest.approx(1, abs=1e-5)
    assert padded[:, 24:].max() == 0
    assert prepare_input(white, replace(SPEC, resize=ResizeRule.CROP)).values.min() == pytest.approx(
        1, abs=1e-5
    )


def test_the_file_s_polarity_and_window_count() -> None:
    pixels = np.linspace(0, 4095, 32 * 32).reshape(32, 32).astype(np.uint16)
    plain = prepare_input(radiograph(pixels, windows=(Window(2048, 4096),)), SPEC).values
    inverted = prepare_input(radiograph(pixels, windows=(Window(2048, 4096),), inverted=True), SPEC).values
    narrow = prepare_input(radiograph(pixels, windows=(Window(2048, 1000),)), SPEC).values
    np.testing.assert_allclose(inverted, 1 - plain, atol=1e-5)
    assert narrow.std() > plain.std()
    # 16 bits went in, and more than 8 are left.
    assert len(np.unique(plain)) > 900


GRAY = np.array([[0.0, 0.5], [0.75, 1.0]], np.float32)


@pytest.mark.parametrize(
    ("scaling", "low", "high"),
    [(Scaling.UNIT, 0, 1), (Scaling.SYMMETRIC, -1, 1), (Scaling.BYTE, 0, 255)],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_linear_scalings(scaling: Scaling, low: float, high: float, channels: int) -> None:
    values = scale_values(GRAY, InputSpec(2, 2, channels, scaling))
    assert values.shape == (2, 2, channels)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values[..., -1], low + GRAY * (high - low), rtol=1e-6)


def test_imagenet_scalings_are_those_of_the_libraries() -> None:
    caffe = scale_values(GRAY, InputSpec(2, 2, 3, Scaling.IMAGENET_CAFFE))
    np.testing.assert_allclose(caffe[1, 1], [255 - 103.939, 255 - 116.779, 255 - 123.68], rtol=1e-6)
    torch = scale_values(GRAY, InputSpec(2, 2, 3, Scaling.IMAGENET_TORCH))
    np.testing.assert_allclose(torch[0, 0], [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225], rtol=1e-6)
    assert scale_values(GRAY, InputSpec(2, 2, 1, Scaling.IMAGENET_CAFFE))[0, 0, 0] == pytest.approx(
        -114.7993, abs=1e-3
    )


def test_a_card_s_own_mean_and_deviation() -> None:
    rule = InputSpec(2, 2, 3, Scaling.MEAN_STD, mean=(0.1, 0.2, 0.3), std=(0.5, 0.25, 1.0))
    np.testing.assert_allclose(scale_values(GRAY, rule)[1, 0], [1.3, 2.2, 0.45], rtol=1e-6)
    one = replace(rule, mean=(0.5,), std=(0.25,))
    np.testing.assert_allclose(scale_values(GRAY, one)[0, 0], [-2, -2, -2], rtol=1e-6)
    torch = scale_values(GRAY, InputSpec(2, 2, 3, Scaling.IMAGENET_TORCH))
    same = replace(rule, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    np.testing.assert_array_equal(scale_values(GRAY, same), torch)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("scaling", list(Scaling))
def test_black_and_white_tell_every_value(scaling: Scaling, channels: int) -> None:
    statistics = {"mean": (0.4,), "std": (0.2,)} if scaling is Scaling.MEAN_STD else {}
    spec = replace(SPEC, channels=channels, scaling=scaling, **statistics)
    image = radiograph(np.random.default_rng(0).integers(0, 65536, (32, 32)).astype(np.uint16))
    prepared = prepare_input(image, spec)
    gray = prepare_input(image, SPEC).values
    black, white = np.array(prepared.black, np.float32), np.array(prepared.white, np.float32)
    assert len(prepared.black) == len(prepared.white) == channels
    np.testing.assert_allclose(prepared.values, black + gray * (white - black), rtol=0, atol=2e-5)
    np.testing.assert_array_equal(visible_input(prepared.values, spec), np.rint(gray[0, :, :, 0] * 255))


def test_the_contrast_is_changed_on_the_whole_image_before_cropping() -> None:
    pixels = np.full((64, 128), 100, np.uint8)
    pixels[:, :8], pixels[:, -8:] = 0, 200
    spec = replace(SPEC, resize=ResizeRule.CROP)
    assert prepare_input(radiograph(pixels), spec).values.max() == pytest.approx(100 / 255, abs=1e-3)
    balanced = replace(spec, contrast=ContrastRule.WHITE_BALANCE)
    assert prepare_input(radiograph(pixels), balanced).values.max() == pytest.approx(0.5, abs=1e-3)


def test_the_key_follows_the_file_and_the_rules() -> None:
    image = radiograph(np.zeros((40, 40), np.uint8))
    keys = {
        prepare_input(image, SPEC).key,
        prepare_input(replace(image, digest="e" * 64), SPEC).key,
        *(
            prepare_input(image, replace(SPEC, **change)).key
            for change in (
                {"height": 33},
                {"width": 33},
                {"channels": 3},
                {"scaling": Scaling.BYTE},
                {"resize": ResizeRule.PAD},
                {"contrast": ContrastRule.CLAHE},
                {"contrast": ContrastRule.WHITE_BALANCE},
                {"scaling": Scaling.MEAN_STD, "mean": (0.5,), "std": (0.5,)},
                {"scaling": Scaling.MEAN_STD, "mean": (0.4,), "std": (0.5,)},
                {"scaling": Scaling.MEAN_STD, "mean": (0.5,), "std": (0.4,)},
            )
        ),
    }
    assert len(keys) == 12
    assert prepare_input(image, SPEC).key == prepare_input(replace(image, path=Path("copy")), SPEC).key


def test_an_input_cannot_be_changed_afterwards() -> None:
    values = prepare_input(radiograph(np.zeros((40, 40), np.uint8)), SPEC).values
    assert values.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 1
