"""Maps of several layers as one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cxrviewer.explain.fusion import fuse
from cxrviewer.explain.question import Fusion

MAPS = st.lists(
    arrays.arrays(np.float32, (3, 4), elements=st.floats(-9, 9, width=32)), min_size=2, max_size=4
)
A = np.array([[4, -2], [0, 1]], np.float32)
B = np.array([[-1, 10], [5, 5]], np.float32)


def test_mean_by_hand() -> None:
    # A / 4 and B / 10, with their signs.
    expected = [[(1 - 0.1) / 2, (-0.5 + 1) / 2], [(0 + 0.5) / 2, (0.25 + 0.5) / 2]]
    np.testing.assert_allclose(fuse([A, B], Fusion.MEAN), expected, rtol=1e-6)


def test_maximum_by_hand() -> None:
    # tanh(2 M / max M) of the positive parts, as in the paper of LayerCAM.
    expected = np.tanh([[2, 2], [1, 1]])
    np.testing.assert_allclose(fuse([A, B], Fusion.MAXIMUM), expected, rtol=1e-6)


def test_product_by_hand() -> None:
    np.testing.assert_allclose(fuse([A, B], Fusion.PRODUCT), [[0, 0], [0, 0.125]], rtol=1e-6)


@pytest.mark.parametrize("rule", Fusion)
@given(maps=MAPS)
def test_the_order_of_layers_does_not_matter(rule: Fusion, maps: list[Any]) -> None:
    np.testing.assert_allclose(fuse(maps, rule), fuse(maps[::-1], rule), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("rule", Fusion)
@given(maps=MAPS, factor=st.floats(0.01, 100))
def test_the_scale_of_a_layer_does_not_matter(rule: Fusion, maps: list[Any], factor: float) -> None:
    maps = [np.where(np.abs(values) < 1e-3, 0, values).astype(np.float32) for values in maps]
    scaled = [maps[0] * np.float32(factor), *maps[1:]]
    np.testing.assert_allclose(fuse(scaled, rule), fuse(maps, rule), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("rule", Fusion)
@given(maps=MAPS)
def test_fused_maps_stay_in_range(rule: Fusion, maps: list[Any]) -> None:
    fused = fuse(maps, rule)
    assert fused.dtype == np.float32
    assert np.abs(fused).max() <= 1
    assert rule is Fusion.MEAN or fused.min() >= 0


@pytest.mark.parametrize("rule", Fusion)
def test_the_finest_grid_is_taken_and_places_stay(rule: Fusion) -> None:
    fine, coarse = np.zeros((12, 16), np.float32), np.zeros((3, 4), np.float32)
    # One cell of the coarse grid covers four by four of the fine one.
    fine[4:8, 8:12] = 3
    coarse[1, 2] = 7
    fused = fuse([coarse, fine], rule)
    assert fused.shape == (12, 16)
    inside = fused[4:8, 8:12]
    assert inside.sum() > 0.5 * fused.sum()
    rows, columns = np.mgrid[0:12, 0:16]
    assert np.average(rows, weights=fused) == pytest.approx(5.5, abs=0.05)
    assert np.average(columns, weights=fused) == pytest.approx(9.5, abs=0.05)


@pytest.mark.parametrize("rule", Fusion)
def test_an_empty_map_is_no_number_divided_by_zero(rule: Fusion) -> None:
    empty = np.zeros((2, 2), np.float32)
    assert not fuse([empty, empty], rule).any()
    assert np.isfinite(fuse([A, empty], rule)).all()
    assert fuse([A, empty], Fusion.MAXIMUM).any()
    assert not fuse([A, empty], Fusion.PRODUCT).any()


def test_the_rules_differ() -> None:
    found = [fuse([A, B], rule).tobytes() for rule in Fusion]
    assert len(set(found)) == 3
