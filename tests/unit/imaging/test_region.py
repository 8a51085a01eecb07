"""Statistics of regions against masks of numpy, and areas against formulas."""

from __future__ import annotations

import time
from dataclasses import replace
from math import nan, pi
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrviewer.imaging.radiograph import GrayscaleInfo, LookupTable, Radiograph, Rescale
from cxrviewer.imaging.region import Region, RegionTable
from cxrviewer.imaging.spacing import Spacing


def _radiograph(pixels: NDArray, **changes: object) -> Radiograph:
    info = GrayscaleInfo(8 * pixels.itemsize, pixels.dtype.kind == "i", **changes)  # type: ignore[arg-type]
    return Radiograph(pixels, info, Path("a.dcm"), "DICOM", "digest")


def _noise(shape: tuple[int, int] = (203, 161), dtype: type = np.uint16, low: int = 0) -> NDArray:
    return np.random.default_rng(5).integers(low, np.iinfo(dtype).max, shape, dtype)


def _mask(shape: tuple[int, int], region: Region) -> NDArray[np.bool_]:
    y, x = np.indices(shape).astype(float)
    inside = (x >= region.left) & (x <= region.right) & (y >= region.top) & (y <= region.bottom)
    if region.elliptic:
        cx, cy = region.center
        rx, ry = (region.right - region.left) / 2, (region.bottom - region.top) / 2
        inside &= ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1
    return inside


def _regions(shape: tuple[int, int]) -> list[Region]:
    rng = np.random.default_rng(6)
    found = [Region(-0.5, -0.5, shape[1] - 0.5, shape[0] - 0.5), Region(31.5, 15.5, 63.5, 47.5)]
    for number in range(60):
        x, y = rng.uniform(-9, shape[1] + 9, 2), rng.uniform(-9, shape[0] + 9, 2)
        found.append(Region.between((x[0], y[0]), (x[1], y[1]), elliptic=number % 2 == 0))
    return found


@pytest.mark.parametrize(
    ("pixels", "changes"),
    [
        (_noise(), {}),
        (_noise(dtype=np.uint8), {}),
        (_noise(dtype=np.int16, low=-32768), {"modality": Rescale(-10.0, 3000.0)}),
        (_noise(dtype=np.int8, low=-128), {"modality": Rescale(0.5, -1024.0), "padding": (-128, -40)}),
        (
            _noise(dtype=np.uint8),
            {"modality": LookupTable(10, (np.arange(200) * 37 % 251).astype(np.uint8), 8)},
        ),
        (_noise((16, 16)), {"padding": (0, 40000)}),
    ],
)
@pytest.mark.parametrize("has_shutter", [False, True])
def test_statistics_are_those_of_a_mask(pixels: NDArray, changes: dict, has_shutter: bool) -> None:
    radiograph = _radiograph(pixels, **changes)
    counted = np.ones(pixels.shape, bool)
    if has_shutter:
        counted[: pixels.shape[0] // 3] = False
        radiograph = replace(radiograph, shutter=~counted)
    if (padding := radiograph.grayscale.padding) is not None:
        counted &= ~((pixels >= padding[0]) & (pixels <= padding[1]))
    modality = radiograph.grayscale.modality
    if isinstance(modality, Rescale):
        values = pixels * modality.slope + modality.intercept
    else:
        values = modality.values[np.clip(pixels.astype(int) - modality.first_mapped, 0, 199)].astype(float)
    table = RegionTable(radiograph)
    for region in _regions(pixels.shape):
        inside = values[_mask(pixels.shape, region) & counted]
        found = table.statistics(region)
        assert found.count == len(inside)
        wanted = (inside.mean(), inside.std(), inside.min(), inside.max()) if len(inside) else (nan,) * 4
        got = (found.mean, found.deviation, found.minimum, found.maximum)
        np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-7)


def test_deviation_of_what_is_far_from_zero_keeps_its_digits() -> None:
    pixels = (60_000 + _noise((64, 64)) % 2).astype(np.uint16)
    found = RegionTable(_radiograph(pixels, modality=Rescale(1.0, 1e6))).statistics(Region(0, 0, 63, 63))
    assert found.deviation == pytest.approx(pixels.std(), rel=1e-9)


@pytest.mark.parametrize("elliptic", [False, True])
def test_area_follows_the_spacing(elliptic: bool) -> None:
    region = Region.between((50, 10), (10, 30), elliptic=elliptic)
    wanted = 40 * 0.2 * 20 * 0.5 * (pi / 4 if elliptic else 1)
    assert region.area(Spacing(0.5, 0.2)) == pytest.approx(wanted)


def test_pixels_of_a_circle_come_near_its_area() -> None:
    radiograph = _radiograph(_noise((600, 600), np.uint8))
    circle = Region.between((50, 50), (550, 550), elliptic=True)
    assert RegionTable(radiograph).statistics(circle).count == pytest.approx(pi * 250**2, rel=1e-3)


def test_a_large_ellipse_follows_the_mouse() -> None:
    table = RegionTable(_radiograph(_noise((3000, 3000))))
    times = []
    for step in range(20):
        began = time.thread_time()
        table.statistics(Region(3.2 + step, 5.7, 2990.1, 2985.3 - step, elliptic=True))
        times.append(time.thread_time() - began)
    assert min(times) < 0.005
