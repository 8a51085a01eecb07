"""Affine maps with half-pixel centres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrviewer.imaging.geometry import Geometry, apply_affine, resize_affine, translation

sides = st.integers(1, 5000)
shapes = st.tuples(sides, sides)


def test_resize_maps_by_the_formula_of_half_pixel_centres() -> None:
    affine = resize_affine((4, 8), (12, 4))
    assert apply_affine(affine, 3, 1) == pytest.approx(((3 + 0.5) * 4 / 8 - 0.5, (1 + 0.5) * 12 / 4 - 0.5))


@given(shapes, shapes)
def test_resize_keeps_the_corners_of_the_area(small: tuple[int, int], large: tuple[int, int]) -> None:
    affine = resize_affine(small, large)
    assert apply_affine(affine, -0.5, -0.5) == pytest.approx((-0.5, -0.5), abs=1e-6)
    far = apply_affine(affine, small[1] - 0.5, small[0] - 0.5)
    assert far == pytest.approx((large[1] - 0.5, large[0] - 0.5), abs=1e-6)


@given(shapes, shapes, shapes)
def test_resizes_compose(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> None:
    steps = resize_affine(b, c) @ resize_affine(a, b)
    np.testing.assert_allclose(steps, resize_affine(a, c), rtol=1e-9, atol=1e-6)


def test_translation_moves_x_and_y() -> None:
    assert apply_affine(translation(3.5, -2), 1, 10) == (4.5, 8)


def test_rows_and_columns_are_not_swapped() -> None:
    x, y = apply_affine(resize_affine((10, 10), (10, 1000)), 9, 9)
    assert x > 900
    assert y == pytest.approx(9)


def test_grid_goes_through_the_input_to_the_stored_pixels() -> None:
    # An image of 600 x 400 rows and columns, padded left and right to 600 x 600, made 60 x 60.
    to_stored = translation(-100, 0) @ resize_affine((60, 60), (600, 600))
    geometry = Geometry((600, 400), (60, 60), to_stored)
    affine = geometry.grid_to_stored((6, 6))
    # The first cell covers input pixels 0 to 9, thus rows 0 to 99 and columns -100 to -1.
    assert apply_affine(affine, 0, 0) == pytest.approx((-50.5, 49.5))
    assert apply_affine(affine, 5, 5) == pytest.approx((449.5, 549.5))


def test_cells_need_not_be_square() -> None:
    geometry = Geometry((90, 60), (90, 60), np.eye(3))
    assert apply_affine(geometry.grid_to_stored((3, 6)), 2, 1) == pytest.approx((24.5, 44.5))
