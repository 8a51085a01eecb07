"""Heatmaps laid on views, against interpolation written out for single points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, apply_affine, resize_affine, translation
from cxrviewer.imaging.heatmap import Heatmap, resample, value_at
from cxrviewer.imaging.viewport import Orientation, Viewport, full_resolution, make_viewport

IMAGE = (60, 90)
ORIENTATIONS = [Orientation(flipped, turns) for flipped in (False, True) for turns in range(4)]


def _interpolated(values: NDArray[np.float32], grid_to_stored: Affine, x: float, y: float) -> float | None:
    """Linear interpolation between cell centres, flat beyond the outermost ones, None outside the cells."""
    gx, gy = apply_affine(np.linalg.inv(grid_to_stored), x, y)
    rows, columns = values.shape
    if not (-0.5 <= gx <= columns - 0.5 and -0.5 <= gy <= rows - 0.5):
        return None
    gx, gy = min(max(gx, 0), columns - 1), min(max(gy, 0), rows - 1)
    left, top = int(gx), int(gy)
    right, bottom = min(left + 1, columns - 1), min(top + 1, rows - 1)
    u, v = gx - left, gy - top
    upper = values[top, left] * (1 - u) + values[top, right] * u
    lower = values[bottom, left] * (1 - u) + values[bottom, right] * u
    return float(upper * (1 - v) + lower * v)


def _heatmap(shape: tuple[int, int] = (4, 7), seed: int = 0) -> Heatmap:
    values = np.random.default_rng(seed).random(shape).astype(np.float32)
    return Heatmap(values, resize_affine(shape, IMAGE))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("shape", [(4, 7), (1, 1), (1, 5), (5, 1), (14, 14)])
def test_each_view_pixel_has_the_interpolated_value(orientation: Orientation, shape: tuple[int, int]) -> None:
    heatmap = _heatmap(shape)
    viewport = make_viewport(
        IMAGE, (50, 64), scale=0.8, center=(0.4, 0.6), aspect=1.3, orientation=orientation
    )
    seen = resample(heatmap, viewport)
    assert seen.dtype == np.uint8
    assert seen.shape == (50, 64)
    for row in range(0, 50, 7):
        for column in range(0, 64, 5):
            x, y = apply_affine(viewport.view_to_stored, column, row)
            value = _interpolated(heatmap.values, heatmap.grid_to_stored, x, y)
            assert seen[row, column] == pytest.approx(0 if value is None else value * 255, abs=0.51)


def test_nothing_is_drawn_where_the_models_input_does_not_reach() -> None:
    # The model saw the middle third of the columns only.
    heatmap = Heatmap(np.ones((4, 4), np.float32), translation(30, 0) @ resize_affine((4, 4), (60, 30)))
    seen = resample(heatmap, full_resolution(IMAGE))
    assert (seen[:, 30:60] == 255).all()
    assert not seen[:, :30].any()
    assert not seen[:, 60:].any()


def test_the_whole_input_area_is_covered_to_its_edges() -> None:
    heatmap = Heatmap(np.ones((7, 7), np.float32), resize_affine((7, 7), IMAGE))
    assert (resample(heatmap, full_resolution(IMAGE)) == 255).all()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_turning_the_view_turns_the_map(orientation: Orientation) -> None:
    heatmap = _heatmap()
    expected = resample(heatmap, full_resolution(IMAGE))
    expected = np.fliplr(expected) if orientation.flipped else expected
    expected = np.rot90(expected, -orientation.quarter_turns)
    seen = resample(heatmap, full_resolution(IMAGE, orientation=orientation))
    assert np.abs(seen.astype(int) - expected).max() <= 1


@settings(max_examples=40)
@given(
    st.integers(0, 3), st.integers(0, 6), st.sampled_from(ORIENTATIONS), st.floats(0.5, 6), st.floats(0.5, 2)
)
def test_a_peak_stays_at_its_cell(row, column, orientation, scale, aspect) -> None:
    values = np.zeros((4, 7), np.float32)
    values[row, column] = 1
    heatmap = Heatmap(values, resize_affine((4, 7), IMAGE))
    x, y = apply_affine(heatmap.grid_to_stored, column, row)
    viewport = make_viewport(
        IMAGE,
        (301, 301),
        scale=scale,
        center=((x + 0.5) / IMAGE[1], (y + 0.5) / IMAGE[0]),
        aspect=aspect,
        orientation=orientation,
    )
    seen = resample(heatmap, viewport)
    assert seen[150, 150] == seen.max() == 255


@given(st.floats(-20, 110), st.floats(-20, 80))
def test_value_at_a_point(x: float, y: float) -> None:
    heatmap = _heatmap(seed=3)
    values = heatmap.values - np.float32(0.5)
    expected = _interpolated(values, heatmap.grid_to_stored, x, y)
    found = value_at(values, heatmap.grid_to_stored, x, y)
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(expected, abs=1e-5)


def test_value_at_a_cell_centre_is_the_signed_raw_value() -> None:
    values = np.array([[3.5, -2.0], [0.0, 7.25]], np.float32)
    affine = resize_affine((2, 2), (100, 100))
    assert value_at(values, affine, 74.5, 24.5) == -2.0
    assert value_at(values, affine, 24.5, 24.5) == 3.5


def test_a_map_without_values_is_not_mistaken_for_outside() -> None:
    assert value_at(np.zeros((2, 2), np.float32), np.eye(3), 0.5, 0.5) == 0.0


def test_a_view_beside_the_image_sees_nothing() -> None:
    away = Viewport((20, 20), translation(1000, 1000))
    assert not resample(_heatmap(), away).any()
