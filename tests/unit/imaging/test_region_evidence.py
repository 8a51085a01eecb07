"""The parts of cells that a region covers, against fine sampling and formulas."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest

from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.imaging.region import Region
from cxrviewer.imaging.region_evidence import covered_parts, evidence_in

GRID, IMAGE = (7, 5), (700, 1000)
TO_STORED = resize_affine(GRID, IMAGE)


def _sampled(region: Region, fine: int = 400) -> np.ndarray:
    """Return the covered parts by counting points."""
    y = (np.arange(GRID[0] * fine) + 0.5) / fine * 100 - 0.5
    x = (np.arange(GRID[1] * fine) + 0.5) / fine * 200 - 0.5
    inside = ((x >= region.left) & (x <= region.right))[None] & ((y >= region.top) & (y <= region.bottom))[
        :, None
    ]
    if region.elliptic:
        (cx, cy), rx, ry = region.center, (region.right - region.left) / 2, (region.bottom - region.top) / 2
        inside = (((x - cx) / rx) ** 2)[None] + (((y - cy) / ry) ** 2)[:, None] <= 1
    return inside.reshape(GRID[0], fine, GRID[1], fine).mean(axis=(1, 3))


@pytest.mark.parametrize("elliptic", [False, True])
def test_parts_are_those_of_fine_sampling(elliptic: bool) -> None:
    rng = np.random.default_rng(3)
    for _ in range(12):
        x, y = rng.uniform(-200, 1200, 2), rng.uniform(-150, 850, 2)
        region = Region.between((x[0], y[0]), (x[1], y[1]), elliptic=elliptic)
        np.testing.assert_allclose(covered_parts(region, GRID, TO_STORED), _sampled(region), atol=4e-3)


@pytest.mark.parametrize(("elliptic", "factor"), [(False, 1.0), (True, pi / 4)])
def test_parts_add_up_to_the_area(elliptic: bool, factor: float) -> None:
    region = Region.between((111.3, 77.7), (903.2, 611.9), elliptic=elliptic)
    cells = (903.2 - 111.3) * (611.9 - 77.7) / (200 * 100) * factor
    assert covered_parts(region, GRID, TO_STORED).sum() == pytest.approx(cells, rel=1e-12)


def test_the_whole_image_holds_all_evidence() -> None:
    values = np.random.default_rng(1).normal(size=GRID).astype(np.float32)
    found = evidence_in(Region(-0.5, -0.5, 999.5, 699.5), values, TO_STORED)
    assert found is not None
    assert found.share == pytest.approx(1)
    assert found.mean == pytest.approx(values.mean(), abs=1e-6)
    assert found.peak == pytest.approx(values.max())


def test_half_a_cell_counts_half_and_negative_evidence_not() -> None:
    values = np.zeros(GRID, np.float32)
    values[2, 1], values[3, 1], values[5, 4] = 2.0, -8.0, 6.0
    # The right half of column 1, rows 2 and 3.
    found = evidence_in(Region(299.5, 199.5, 399.5, 399.5), values, TO_STORED)
    assert found is not None
    assert found.share == pytest.approx(1.0 / 8.0)
    assert found.mean == pytest.approx(-3.0)
    assert found.peak == 2.0


def test_without_positive_evidence_there_is_no_share() -> None:
    found = evidence_in(Region(0, 0, 500, 500), np.full(GRID, -1, np.float32), TO_STORED)
    assert found is not None
    assert found.share is None


@pytest.mark.parametrize("region", [Region(-90, 0, -10, 50), Region(10, 10, 10, 50, elliptic=True)])
def test_beside_the_grid_and_without_area_there_is_nothing(region: Region) -> None:
    assert evidence_in(region, np.ones(GRID, np.float32), TO_STORED) is None


def test_mirrored_grids_are_placed_by_their_affine() -> None:
    mirrored = TO_STORED.copy()
    mirrored[0, 0], mirrored[0, 2] = -mirrored[0, 0], 999 - mirrored[0, 2]
    region = Region(10, 20, 350, 480, elliptic=True)
    plain = covered_parts(region, GRID, TO_STORED)
    np.testing.assert_allclose(covered_parts(region, GRID, mirrored), plain[:, ::-1], atol=1e-12)
