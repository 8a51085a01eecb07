"""Where stored pixels lie in a view."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.viewport import (
    Orientation,
    fit_scale,
    full_resolution,
    make_viewport,
    oriented_size,
)

IMAGE = np.arange(6, dtype=np.uint8).reshape(2, 3)

ORIENTATIONS = [Orientation(flipped, turns) for flipped in (False, True) for turns in range(4)]
orientations = st.sampled_from(ORIENTATIONS)

STEPS: dict[str, tuple[Callable[[Orientation], Orientation], Callable[[NDArray], NDArray]]] = {
    "right": (lambda o: o.rotated(1), lambda a: np.rot90(a, -1)),
    "left": (lambda o: o.rotated(-1), np.rot90),
    "flip": (lambda o: o.mirrored(), np.fliplr),
    "flip vertically": (lambda o: o.mirrored(vertical=True), np.flipud),
}


def _seen(orientation: Orientation) -> NDArray[np.uint8]:
    """Return the image as seen, by asking the viewport where each view pixel comes from."""
    viewport = full_resolution(IMAGE.shape, orientation=orientation)
    seen = np.zeros(viewport.shape, np.uint8)
    for row, column in np.ndindex(*viewport.shape):
        x, y = apply_affine(viewport.view_to_stored, column, row)
        assert (x, y) == pytest.approx((round(x), round(y)), abs=1e-9)
        seen[row, column] = IMAGE[round(y), round(x)]
    return seen


def test_as_stored_to_begin_with() -> None:
    assert np.array_equal(_seen(Orientation()), IMAGE)


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=6))
def test_steps_act_on_what_is_seen(steps: list[str]) -> None:
    orientation, expected = Orientation(), IMAGE
    for step in steps:
        orientation = STEPS[step][0](orientation)
        expected = STEPS[step][1](expected)
    assert np.array_equal(_seen(orientation), expected)


def test_eight_orientations_differ() -> None:
    assert (
        len({_seen(orientation).tobytes() + bytes(_seen(orientation).shape) for orientation in ORIENTATIONS})
        == 8
    )


@given(
    orientations,
    st.floats(0.05, 40),
    st.floats(0.3, 3),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
    st.tuples(st.integers(1, 2000), st.integers(1, 2000)),
)
def test_center_is_in_the_middle_of_the_view(orientation, scale, aspect, center, image, view) -> None:
    viewport = make_viewport(image, view, scale=scale, center=center, aspect=aspect, orientation=orientation)
    x, y = center[0] * image[1] - 0.5, center[1] * image[0] - 0.5
    middle = apply_affine(viewport.stored_to_view, x, y)
    assert middle == pytest.approx(((view[1] - 1) / 2, (view[0] - 1) / 2), abs=1e-6)
    assert viewport.scale == pytest.approx(scale)
    back = apply_affine(viewport.view_to_stored, *middle)
    assert back == pytest.approx((x, y), abs=1e-4)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.0])
def test_pixels_have_their_aspect_on_screen(orientation: Orientation, aspect: float) -> None:
    viewport = make_viewport(
        (30, 40), (100, 100), scale=3, center=(0.5, 0.5), aspect=aspect, orientation=orientation
    )
    column, row = (np.abs(viewport.stored_to_view[:2, axis]).max() for axis in (0, 1))
    assert column == pytest.approx(3)
    assert row == pytest.approx(3 * aspect)


@given(orientations, st.floats(0.3, 3), st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 2000))
def test_fit_shows_all_and_touches_two_sides(orientation, aspect, rows, columns, side) -> None:
    view = (side, 700)
    scale = fit_scale((rows, columns), view, aspect, orientation)
    width, height = (scale * length for length in oriented_size((rows, columns), aspect, orientation))
    assert width <= view[1] * (1 + 1e-9)
    assert height <= view[0] * (1 + 1e-9)
    assert width == pytest.approx(view[1]) or height == pytest.approx(view[0])


def test_oriented_size_swaps_with_quarter_turns() -> None:
    assert oriented_size((100, 300), 2.0, Orientation()) == (300, 200)
    assert oriented_size((100, 300), 2.0, Orientation(quarter_turns=1)) == (200, 300)
    assert oriented_size((100, 300), 2.0, Orientation(True, 2)) == (300, 200)


@pytest.mark.parametrize(
    ("aspect", "shape"), [(1.0, (100, 300)), (2.0, (200, 300)), (0.5, (100, 600)), (0.25, (100, 1200))]
)
def test_full_resolution_loses_no_stored_pixel(aspect: float, shape: tuple[int, int]) -> None:
    viewport = full_resolution((100, 300), aspect)
    assert viewport.shape == shape
    corner = apply_affine(viewport.stored_to_view, -0.5, -0.5)
    assert corner == pytest.approx((-0.5, -0.5), abs=1e-9)
    far = apply_affine(viewport.stored_to_view, 299.5, 99.5)
    assert far == pytest.approx((shape[1] - 0.5, shape[0] - 0.5), abs=1e-9)
    assert np.abs(viewport.stored_to_view[:2, :2]).max(axis=0).min() >= 1
