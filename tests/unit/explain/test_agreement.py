"""Numbers on two maps against SciPy, against maps whose answer is known, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from cxrviewer.explain.agreement import NOTHING, agreement, overlap, peak, rank_correlation
from cxrviewer.imaging.common_grid import PlacedMap, common_grid
from cxrviewer.imaging.geometry import resize_affine, translation
from cxrviewer.imaging.heatmap import value_at
from cxrviewer.imaging.spacing import Spacing

SHAPE = (200, 400)
MILLIMETRES = Spacing(0.2, 0.1)


def over_image(values: np.ndarray) -> PlacedMap:
    """Return a map that covers the image."""
    return PlacedMap(values.astype(np.float32), resize_affine(values.shape, SHAPE))


def spot(shape: tuple[int, int], row: int, column: int) -> PlacedMap:
    """Return a hill with one peak, above 0 everywhere."""
    rows, columns = np.indices(shape)
    return over_image(np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 8.0))


def test_ranks_are_those_of_scipy_with_ties() -> None:
    generator = np.random.default_rng(3)
    one, other = (generator.integers(0, 6, (9, 7)) for _ in range(2))
    found = rank_correlation(common_grid(over_image(one), over_image(other)))
    assert found == pytest.approx(spearmanr(one.ravel(), other.ravel()).statistic, abs=1e-6)


def test_a_map_agrees_with_itself_and_opposes_its_negative() -> None:
    values = np.random.default_rng(1).normal(size=(14, 14))
    one = over_image(values)
    same = agreement(one, one, SHAPE, MILLIMETRES)
    assert same.rank_correlation == pytest.approx(1)
    assert (same.overlap, same.peak_share, same.peak_distance) == (1, 0, 0)
    assert agreement(one, over_image(-values), SHAPE, MILLIMETRES).rank_correlation == pytest.approx(-1)


def test_the_distance_of_peaks_is_measured_as_the_pixels_lie() -> None:
    # Cells of 20 rows and 40 columns: 3 cells down are 12 mm, 4 across are 16 mm.
    found = agreement(spot((10, 10), 2, 3), spot((10, 10), 5, 7), SHAPE, MILLIMETRES)
    assert found.peak_distance == pytest.approx(20)
    assert found.peak_share == pytest.approx(20 / np.hypot(200 * 0.2, 400 * 0.1))


def test_tenths_that_share_a_half_overlap_by_a_third() -> None:
    # Two bands of 20 of 200 columns, moved by 10: 10 are shared, 30 are in either.
    one, other = np.zeros((200, 200)), np.zeros((200, 200))
    one[:, 40:60] = 1
    other[:, 50:70] = 1
    assert overlap(common_grid(over_image(one), over_image(other))) == pytest.approx(1 / 3)


def test_a_map_with_little_evidence_has_no_more_than_that() -> None:
    # One cell of 400 speaks for it: the rest of the tenth is not filled up with zeros.
    one, other = np.zeros((20, 20)), np.zeros((20, 20))
    one[3, 3] = other[3, 3] = other[15, 15] = 1
    assert overlap(common_grid(over_image(one), over_image(other))) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("value", [0.0, 0.7, -1.0, np.nan, np.inf])
def test_what_cannot_be_said_of_a_flat_or_broken_map_is_not_said(value: float) -> None:
    flat = over_image(np.full((5, 5), value))
    assert agreement(flat, spot((5, 5), 1, 1), SHAPE, MILLIMETRES) == NOTHING
    assert agreement(spot((7, 9), 1, 1), flat, SHAPE, MILLIMETRES) == NOTHING


def test_two_greatest_values_are_no_peak() -> None:
    values = np.zeros((4, 4))
    values[0, 0] = values[3, 3] = 2
    assert peak(over_image(values)) is None


def test_maps_meet_on_the_finer_grid_as_they_are_drawn() -> None:
    coarse, fine = spot((5, 4), 1, 1), spot((20, 24), 7, 9)
    maps = common_grid(coarse, fine)
    np.testing.assert_allclose(maps.second, fine.values, atol=1e-6)
    x, y, _ = maps.grid_to_stored @ (9, 7, 1)
    assert maps.first[7, 9] == pytest.approx(value_at(coarse.values, coarse.grid_to_stored, x, y), abs=1e-6)
    assert maps.inside.all()


def test_only_where_both_reach_is_compared() -> None:
    # The second model saw the right three quarters of the image alone.
    whole = spot((20, 40), 4, 30)
    part = PlacedMap(whole.values[:, 10:], whole.grid_to_stored @ translation(10, 0))
    maps = common_grid(whole, part, least=30)
    assert maps.first.shape == (40, 40)
    assert not maps.inside[:, :10].any()
    assert maps.inside[:, 10:].all()
    assert rank_correlation(maps) == pytest.approx(1)
    apart = PlacedMap(whole.values, whole.grid_to_stored @ translation(100, 0))
    assert agreement(whole, apart, SHAPE, MILLIMETRES).rank_correlation is None
