"""Heatmaps laid on views, against interpolation written out for single points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Affine, apply_affine, resize_affine, translation
from cxrviewer.imaging.heatmap import Heatmap, byte_of, byte_values, covered_rectangle, resample, value_at
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


def _signed_heatmap(shape: tuple[int, int] = (4, 7), seed: int = 0) -> Heatmap:
    values = np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)
    return Heatmap(values, resize_affine(shape, IMAGE), signed=True)


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


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("shape", [(4, 7), (1, 1), (224, 224)])
def test_each_view_pixel_of_a_signed_map_has_the_interpolated_value(orientation, shape) -> None:
    heatmap = _signed_heatmap(shape)
    viewport = make_viewport(
        IMAGE, (300, 410), scale=4.2, center=(0.3, 0.6), aspect=1.3, orientation=orientation
    )
    seen = resample(heatmap, viewport)
    for row in range(0, 300, 23):
        for column in range(0, 410, 29):
            x, y = apply_affine(viewport.view_to_stored, column, row)
            value = _interpolated(heatmap.values, heatmap.grid_to_stored, x, y)
            expected = 0 if value is None else 128 + 127 * value
            assert seen[row, column] == pytest.approx(expected, abs=0.51)


def test_a_signed_maps_ends_and_middle_are_exact() -> None:
    values = np.array([[-1.0, 0.0, 1.0]], np.float32)
    heatmap = Heatmap(values, resize_affine((1, 3), IMAGE), signed=True)
    for cells in (False, True):
        seen = resample(heatmap, full_resolution(IMAGE), cells)
        assert seen[30, [2, 44, 45, 87]].tolist() == pytest.approx([1, 128, 128, 255], abs=2)
        assert (seen.min(), seen.max()) == (1, 255)
    for zero in (0.0, -0.0, 1e-9, -1e-9):
        flat = Heatmap(np.full((5, 6), zero, np.float32), heatmap.grid_to_stored, signed=True)
        assert set(np.unique(resample(flat, make_viewport(IMAGE, (333, 257), scale=3.7, center=(0, 0))))) <= {
            0,
            128,
        }


@pytest.mark.parametrize("signed", [False, True])
def test_a_bytes_value_is_the_one_that_it_is_drawn_for(signed: bool) -> None:
    values = byte_values(signed)
    first = 1 if signed else 0
    assert [byte_of(float(value), signed) for value in values[first:]] == list(range(first, 256))
    assert (values[first], values[255]) == (-1 if signed else 0, 1)
    assert values[0] == 0


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("shape", [(4, 7), (1, 1), (1, 5), (5, 1), (60, 90), (130, 200)])
@pytest.mark.parametrize("signed", [False, True])
def test_each_view_pixel_has_the_value_of_its_cell(orientation, shape, signed) -> None:
    heatmap = _signed_heatmap(shape) if signed else _heatmap(shape)
    viewport = make_viewport(
        IMAGE, (50, 64), scale=0.8137, center=(0.41, 0.6), aspect=1.3, orientation=orientation
    )
    seen = resample(heatmap, viewport, cells=True)
    assert seen.dtype == np.uint8
    rows, columns = shape
    for row in range(0, 50, 7):
        for column in range(0, 64, 5):
            x, y = apply_affine(viewport.view_to_stored, column, row)
            gx, gy = apply_affine(np.linalg.inv(heatmap.grid_to_stored), x, y)
            at_x, at_y = int(np.floor(gx + 0.5)), int(np.floor(gy + 0.5))
            inside = 0 <= at_x < columns and 0 <= at_y < rows
            expected = byte_of(float(heatmap.values[at_y, at_x]), signed) if inside else 0
            assert abs(int(seen[row, column]) - expected) <= (1 if inside else 0)


def test_cells_are_rectangles_with_edges_between_pixels() -> None:
    values = np.array([[0.2, 0.4, 0.6], [0.8, 1.0, 0.0]], np.float32)
    seen = resample(Heatmap(values, resize_affine((2, 3), (8, 12))), full_resolution((8, 12)), cells=True)
    assert np.array_equal(seen, np.round(values * 255).astype(np.uint8).repeat(4, 0).repeat(4, 1))


@pytest.mark.parametrize("cells", [False, True])
def test_a_view_much_larger_than_a_block_has_no_seams(cells: bool) -> None:
    ramp = np.linspace(0, 1, 224, dtype=np.float32)[:, None].repeat(224, axis=1)
    heatmap = Heatmap(ramp, resize_affine((224, 224), IMAGE))
    seen = resample(heatmap, make_viewport(IMAGE, (1200, 300), scale=20, center=(0.5, 0.5)), cells)
    steps = np.diff(seen[:, 150].astype(int))
    assert steps.min() >= 0
    assert steps.max() <= (2 if cells else 1)
    assert len(np.unique(seen)) > 200


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("signed", [False, True])
def test_the_covered_rectangle_is_where_the_map_is_drawn(orientation, signed) -> None:
    # The model saw the middle third of the columns only.
    affine = translation(30, 0) @ resize_affine((4, 4), (60, 30))
    heatmap = Heatmap(np.ones((4, 4), np.float32), affine, signed)
    for center, scale in (((0.5, 0.5), 1.0), ((0.35, 0.1), 3.3), ((0.7, 0.9), 0.6)):
        viewport = make_viewport(IMAGE, (80, 70), scale=scale, center=center, orientation=orientation)
        left, top, right, bottom = covered_rectangle(heatmap, viewport)
        drawn = np.zeros((80, 70), bool)
        drawn[top:bottom, left:right] = True
        assert np.array_equal(resample(heatmap, viewport) > 0, drawn)


def test_nothing_is_covered_in_a_view_beside_the_image() -> None:
    assert covered_rectangle(_heatmap(), Viewport((20, 20), translation(1000, 0))) == (0, 0, 0, 0)


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
@pytest.mark.parametrize("cells", [False, True])
def test_turning_the_view_turns_the_map(orientation: Orientation, cells: bool) -> None:
    heatmap = _heatmap((4, 9))
    expected = resample(heatmap, full_resolution(IMAGE), cells)
    expected = np.fliplr(expected) if orientation.flipped else expected
    expected = np.rot90(expected, -orientation.quarter_turns)
    seen = resample(heatmap, full_resolution(IMAGE, orientation=orientation), cells)
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
    for cells in (False, True):
        assert not resample(_heatmap(), away, cells).any()
        assert not resample(_signed_heatmap(), away, cells).any()
