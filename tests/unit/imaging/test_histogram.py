"""Pixels counted by modality value, and windows from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxrviewer.imaging.grayscale import auto_window, index_counts, region_window
from cxrviewer.imaging.histogram import histogram
from cxrviewer.imaging.radiograph import GrayscaleInfo, LookupTable, Radiograph, Rescale
from cxrviewer.imaging.render import Renderer


def _image(pixels, **info) -> Radiograph:
    pixels = np.asarray(pixels)
    grayscale = GrayscaleInfo(8 * pixels.itemsize, pixels.dtype.kind == "i", **info)
    return Radiograph(pixels, grayscale, Path("a.dcm"), "DICOM", "digest")


RNG = np.random.default_rng(1)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
def test_every_pixel_is_counted_once(dtype) -> None:
    limits = np.iinfo(dtype)
    found = histogram(_image(RNG.integers(limits.min, limits.max, (50, 70)).astype(dtype)))
    assert found.counts.sum() == 50 * 70
    assert len(found.counts) <= 256


@pytest.mark.parametrize(("slope", "intercept"), [(1, 0), (-1, 100), (0.5, -3.25), (-10, 0)])
def test_places_are_modality_values(slope: float, intercept: float) -> None:
    pixels = np.repeat(np.array([10, 20, 20, 30], np.uint8), 5).reshape(4, 5)
    found = histogram(_image(pixels, modality=Rescale(slope, intercept)))
    width = (found.high - found.low) / len(found.counts)
    centers = found.low + width * (np.arange(len(found.counts)) + 0.5)
    counted = {center: count for center, count in zip(centers, found.counts, strict=True) if count}
    expected = {value * slope + intercept: count for value, count in ((10, 5), (20, 10), (30, 5))}
    assert counted == pytest.approx(expected)
    assert found.spread == pytest.approx(20 * abs(slope))


def test_neighbouring_bins_hold_equally_many_values() -> None:
    every_value_once = np.arange(300, dtype=np.uint16).reshape(15, 20)
    found = histogram(_image(every_value_once))
    assert np.array_equal(found.counts, np.full(150, 2))
    stretched = histogram(_image((np.arange(256) * 257).astype(np.uint16).reshape(16, 16)))
    assert np.array_equal(stretched.counts, np.ones(256))


def test_padding_and_shutter_are_not_counted() -> None:
    pixels = np.full((10, 10), 100, np.uint16)
    pixels[:, :5] = 0
    pixels[0, :] = 4000
    shutter = np.zeros((10, 10), bool)
    shutter[0] = True
    found = histogram(replace(_image(pixels, padding=(0, 0)), shutter=shutter))
    assert found.counts.sum() == 45
    assert (found.low, found.high) == (99.5, 100.5)


def test_where_nothing_is_seen_there_is_no_histogram() -> None:
    assert histogram(_image(np.zeros((4, 4), np.uint8), padding=(0, 0))) is None
    assert histogram(replace(_image(np.zeros((4, 4), np.uint8)), shutter=np.ones((4, 4), bool))) is None


def test_an_even_image_has_a_range_all_the_same() -> None:
    found = histogram(_image(np.full((4, 4), 7, np.uint8)))
    assert (found.low, found.high, found.spread, list(found.counts)) == (6.5, 7.5, 1.0, [16.0])


def test_a_few_burned_in_pixels_do_not_widen_the_spread() -> None:
    pixels = RNG.integers(100, 200, (200, 200)).astype(np.uint16)
    pixels[0, :10] = 65535
    found = histogram(_image(pixels))
    assert found.high > 65000
    assert found.spread < 101


def test_a_modality_table_gives_the_values() -> None:
    table = LookupTable(0, np.array([5, 50, 500], np.uint16), 16)
    found = histogram(_image(np.array([[0, 1, 2, 2]], np.uint8), modality=table))
    assert found.low < 5
    assert found.high > 500
    assert found.counts.sum() == 4


def test_the_window_of_a_region_is_that_of_its_pixels() -> None:
    pixels = np.zeros((100, 100), np.uint16)
    pixels[20:40, 50:90] = RNG.integers(1000, 1100, (20, 40))
    window = region_window(_image(pixels), slice(20, 40), slice(50, 90))
    part = pixels[20:40, 50:90]
    low, high = np.percentile(part, 0.5), np.percentile(part, 99.5)
    assert (window.center - window.width / 2, window.center + window.width / 2) == pytest.approx(
        (low, high), abs=1
    )


def test_a_region_without_pixels_of_the_image_has_no_window() -> None:
    image = _image(np.zeros((10, 10), np.uint8), padding=(0, 0))
    assert region_window(image, slice(2, 5), slice(2, 5)) is None
    assert region_window(_image(np.ones((10, 10), np.uint8)), slice(20, 25), slice(2, 5)) is None


def test_counts_of_a_part() -> None:
    pixels = RNG.integers(-100, 100, (30, 40)).astype(np.int16)
    counts = index_counts(_image(pixels), slice(3, 9), slice(10, 33))
    assert np.array_equal(
        counts, np.bincount(pixels[3:9, 10:33].ravel().astype(np.int64) + 32768, minlength=65536)
    )


def test_a_shutter_stays_out_of_the_automatic_window() -> None:
    pixels = RNG.integers(1000, 2000, (100, 100)).astype(np.uint16)
    expected = auto_window(_image(pixels[:, 40:]))
    shutter = np.zeros((100, 100), bool)
    shutter[:, :40] = True
    covered = pixels.copy()
    covered[:, :40] = 60000
    window = auto_window(replace(_image(covered), shutter=shutter))
    assert window.width == pytest.approx(expected.width, rel=0.05)


def test_a_twin_shares_the_histogram() -> None:
    renderer = Renderer(_image(RNG.integers(0, 9, (20, 20)).astype(np.uint8)))
    twin = renderer.twin()
    renderer.prepare()
    assert twin.histogram() is renderer.histogram()
