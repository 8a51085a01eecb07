"""The grayscale pipeline against its formulas."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrviewer.imaging import grayscale
from cxrviewer.imaging.radiograph import GrayscaleInfo, LookupTable, Radiograph, Rescale, VoiFunction, Window


def build(pixels, **info) -> Radiograph:
    info = {"bits_stored": 8 * pixels.itemsize, "signed": pixels.dtype.kind == "i", **info}
    return Radiograph(pixels, GrayscaleInfo(**info), Path("nowhere.dcm"), "DICOM", "0" * 64)


def displayed(radiograph: Radiograph, voi: grayscale.Voi, inverted: bool = False) -> np.ndarray:
    table = grayscale.presentation_table(radiograph, voi, inverted)
    return cv2.LUT(grayscale.index_image(radiograph), table)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int8, np.int16])
def test_index_is_a_monotone_code_of_the_stored_values(dtype):
    limits = np.iinfo(dtype)
    pixels = np.array([[limits.min, limits.min + 1, 0, limits.max - 1, limits.max]], dtype)
    radiograph = build(pixels)
    index = grayscale.index_image(radiograph)
    assert index.dtype.kind == "u"
    assert index.itemsize == pixels.itemsize
    assert np.array_equal(index.astype(int) + grayscale.index_offset(radiograph), pixels.astype(int))


def test_index_of_unsigned_values_is_not_a_copy():
    pixels = np.zeros((4, 4), np.uint16)
    assert np.shares_memory(grayscale.index_image(build(pixels)), pixels)


@pytest.mark.parametrize(
    ("window", "value", "shade"),
    [
        # PS3.3 C.11.2.1.2.1, note 2: center 2048, width 4096 maps 0 to 4095 to the full range.
        (Window(2048, 4096), 0, 0),
        (Window(2048, 4096), 4095, 255),
        (Window(100, 1), 99, 0),
        (Window(100, 1), 100, 255),
        (Window(2048, 4096, VoiFunction.LINEAR_EXACT), 1024, 64),
        (Window(100.5, 0.5, VoiFunction.LINEAR_EXACT), 100, 0),
        (Window(100.5, 0.5, VoiFunction.LINEAR_EXACT), 101, 255),
        (Window(1000, 400, VoiFunction.SIGMOID), 1000, 128),
        (Window(1000, 400, VoiFunction.SIGMOID), 1100, 186),
        (Window(1000, 1e-3, VoiFunction.SIGMOID), 60000, 255),
    ],
)
def test_window_functions(window, value, shade):
    radiograph = build(np.array([[value]], np.uint16))
    assert int(displayed(radiograph, window)[0, 0]) == shade


windows = st.builds(
    Window,
    center=st.floats(-70000, 70000),
    width=st.floats(1, 140000),
    function=st.sampled_from(list(VoiFunction)),
)


@given(
    window=windows,
    signed=st.booleans(),
    slope=st.floats(0.01, 10),
    intercept=st.floats(-5000, 5000),
    inverted=st.booleans(),
)
def test_display_is_monotone_in_the_stored_value(window, signed, slope, intercept, inverted):
    pixels = np.zeros((1, 1), np.int16 if signed else np.uint16)
    up = build(pixels, modality=Rescale(slope, intercept), inverted=inverted)
    down = build(pixels, modality=Rescale(-slope, intercept), inverted=inverted)
    rising = np.diff(grayscale.presentation_table(up, window).astype(int))
    falling = np.diff(grayscale.presentation_table(down, window).astype(int))
    assert (rising <= 0).all() if inverted else (rising >= 0).all()
    assert (falling >= 0).all() if inverted else (falling <= 0).all()


@given(window=windows)
def test_users_inversion_is_the_complement_and_undoes_the_files(window):
    pixels = np.zeros((1, 1), np.uint16)
    plain, monochrome1 = build(pixels), build(pixels, inverted=True)
    table = grayscale.presentation_table(plain, window).astype(int)
    inverted = grayscale.presentation_table(plain, window, inverted=True).astype(int)
    assert np.abs(table + inverted - 255).max() <= 1
    assert np.array_equal(grayscale.presentation_table(monochrome1, window, inverted=True), table)


def test_modality_lookup_table_clamps_to_its_ends():
    lut = LookupTable(10, np.array([100, 200, 400], np.uint16), 16)
    radiograph = build(np.zeros((1, 1), np.uint16), modality=lut)
    assert [grayscale.modality_value(radiograph, stored) for stored in (0, 10, 11, 12, 500)] == [
        100, 100, 200, 400, 400,
    ]  # fmt: skip


def test_rescale_with_a_fractional_negative_slope():
    radiograph = build(np.zeros((1, 1), np.int16), modality=Rescale(-0.5, 7))
    assert grayscale.modality_value(radiograph, -3) == 8.5


def test_voi_lookup_table_with_a_negative_first_value():
    lut = LookupTable(-2, np.array([0, 10, 20, 255], np.uint8), 8)
    radiograph = build(np.array([[-30000, -2, -1, 0, 1, 30000]], np.int16))
    assert displayed(radiograph, lut).tolist() == [[0, 0, 10, 20, 255, 255]]


def test_padding_is_black_in_either_polarity():
    pixels = np.array([[0, 1000, 4000]], np.uint16)
    for inverted in (False, True):
        radiograph = build(pixels, bits_stored=12, padding=(3900, 4095), inverted=inverted)
        for user in (False, True):
            assert displayed(radiograph, Window(2048, 4096), user)[0, 2] == 0
        assert grayscale.normalized(radiograph)[0, 2] == 0


def test_automatic_window_ignores_padding_and_border():
    rng = np.random.default_rng(0)
    pixels = rng.integers(1000, 2000, (400, 400)).astype(np.uint16)
    pixels[:15] = 60000
    pixels[100:200, 100:200] = 0
    padded = grayscale.auto_window(build(pixels, padding=(0, 0)))
    unpadded = grayscale.auto_window(build(pixels))
    assert padded.center - padded.width / 2 == pytest.approx(1005, abs=3)
    assert padded.center + padded.width / 2 == pytest.approx(1995, abs=3)
    assert unpadded.center - unpadded.width / 2 == 0


@pytest.mark.parametrize("padding", [None, (7, 7)])
def test_automatic_window_of_a_constant_image_is_usable(padding):
    radiograph = build(np.full((40, 40), 7, np.uint16), padding=padding)
    assert grayscale.auto_window(radiograph).width > 0
    assert np.isfinite(grayscale.normalized(radiograph)).all()


def test_full_window_spans_the_stored_bits():
    radiograph = build(np.zeros((1, 1), np.int16), bits_stored=12, modality=Rescale(-1, 100))
    window = grayscale.full_window(radiograph)
    assert (window.center - window.width / 2, window.center + window.width / 2) == (100 - 2047, 100 + 2048)


def test_eight_bit_pictures_start_unchanged():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    radiograph = build(pixels, full_range_default=True)
    assert np.array_equal(displayed(radiograph, grayscale.default_voi(radiograph)), pixels)


def test_default_prefers_the_voi_table_then_the_first_window():
    lut = LookupTable(0, np.array([0, 255], np.uint8), 8)
    first, second = Window(1, 2), Window(3, 4)
    pixels = np.zeros((1, 1), np.uint16)
    assert grayscale.default_voi(build(pixels, windows=(first, second), voi_luts=(lut,))) is lut
    assert grayscale.default_voi(build(pixels, windows=(first, second))) is first


def test_active_window_of_a_table_is_where_it_changes():
    values = np.concatenate([np.zeros(100), np.arange(50), np.full(106, 49)]).astype(np.uint16)
    window = grayscale.active_window(build(np.zeros((1, 1), np.uint16)), LookupTable(1000, values, 8))
    assert window.center - window.width / 2 == 1100
    assert window.center + window.width / 2 == 1149


def test_active_window_of_a_constant_table_is_the_full_one():
    radiograph = build(np.zeros((1, 1), np.uint16))
    flat = LookupTable(0, np.zeros(4, np.uint8), 8)
    assert grayscale.active_window(radiograph, flat) == grayscale.full_window(radiograph)


def test_normalized_keeps_more_than_eight_bits():
    pixels = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    radiograph = build(pixels, bits_stored=12, windows=(Window(2048, 4096),))
    values = grayscale.normalized(radiograph)
    assert values.dtype == np.float32
    assert len(np.unique(values)) == 4096
    assert np.allclose(values, pixels / 4095, atol=1e-6)


def test_the_automatic_window_is_found_once_and_let_go_with_its_image(monkeypatch):
    counted = []
    count = grayscale.index_counts
    monkeypatch.setattr(grayscale, "index_counts", lambda *args: counted.append(1) or count(*args))
    radiograph = build(np.arange(400, dtype=np.uint16).reshape(20, 20), bits_stored=12)
    assert grayscale.auto_window(radiograph) is grayscale.auto_window(radiograph)
    assert len(counted) == 1
    kept = weakref.ref(radiograph)
    del radiograph
    gc.collect()
    assert kept() is None
