"""Copies of an image and the way back of their maps."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from cxrviewer.explain.probe import ProbedImage
from cxrviewer.explain.question import MAX_SMOOTHING
from cxrviewer.explain.smoothing import Copy, copies
from cxrviewer.explain.steps import Floats

ROWS, COLUMNS = 90, 120
BLACK, WHITE = np.array([-1, 0.5], np.float32), np.array([1, 2.5], np.float32)


def picture(row: float = 30, column: float = 80, spread: float = 6) -> Floats:
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    squared = (rows - row) ** 2 + (columns - column) ** 2
    return np.exp(-squared / (2 * spread**2)).astype(np.float32)


def probed(gray: Floats) -> ProbedImage:
    return ProbedImage((BLACK + gray[..., None] * (WHITE - BLACK))[None], BLACK, WHITE)


def grays(copy: Copy) -> Floats:
    values = (copy.image.values[0] - BLACK) / (WHITE - BLACK)
    np.testing.assert_allclose(values[..., 0], values[..., 1], atol=1e-5)
    return values[..., 0]


def centre(values: Floats) -> tuple[float, float]:
    """Return row and column of the middle of a map, as shares of its sides."""
    rows, columns = np.mgrid[0 : values.shape[0], 0 : values.shape[1]]
    weights = np.maximum(values, 0.3 * values.max()) - 0.3 * values.max()
    row, column = np.average(rows, weights=weights), np.average(columns, weights=weights)
    return (float(row) + 0.5) / values.shape[0], (float(column) + 0.5) / values.shape[1]


@pytest.mark.parametrize("count", [0, 1])
def test_the_image_alone(count: int) -> None:
    image = probed(picture())
    (only,) = copies(image, count)
    assert only.image is image


def test_the_image_itself_comes_first_and_the_others_differ() -> None:
    image = probed(picture())
    made = copies(image, 8)
    assert len(made) == 8
    assert made[0].image is image
    assert len({copy.image.values.tobytes() for copy in made}) == 8
    for copy in made:
        assert copy.image.values.shape == image.values.shape
        assert copy.image.values.dtype == np.float32


def test_copies_repeat_and_more_of_them_begin_alike() -> None:
    few, many = copies(probed(picture()), 3), copies(probed(picture()), 6)
    for one, other in zip(few, many, strict=False):
        np.testing.assert_array_equal(one.image.values, other.image.values)


def test_the_original_is_left_alone() -> None:
    image = probed(picture())
    before = image.values.copy()
    image.values.setflags(write=False)
    copies(image, 5)
    np.testing.assert_array_equal(image.values, before)


def test_nothing_is_flipped_or_turned() -> None:
    for copy in copies(probed(picture()), MAX_SMOOTHING)[1:]:
        assert copy.moved[0, 1] == copy.moved[1, 0] == 0
        assert copy.moved[0, 0] == copy.moved[1, 1]
        assert 0.94 <= copy.moved[0, 0] <= 1.06


def test_copies_are_moved_scaled_and_brightened() -> None:
    image = probed(picture() * np.float32(0.5))
    made = copies(image, MAX_SMOOTHING)[1:]
    rows = [centre(grays(copy))[0] - centre(picture())[0] for copy in made]
    columns = [centre(grays(copy))[1] - centre(picture())[1] for copy in made]
    peaks = [grays(copy).max() / 0.5 for copy in made]
    areas = [(grays(copy) > grays(copy).max() / 2).sum() / (picture() > 0.5).sum() for copy in made]
    for changes in (rows, columns):
        assert min(changes) < -0.02
        assert max(changes) > 0.02
        assert np.abs(changes).max() < 0.07
    assert 0.88 < min(peaks) < 0.95
    assert 1.05 < max(peaks) < 1.12
    assert min(areas) < 0.95
    assert max(areas) > 1.05


def test_black_stays_black() -> None:
    for copy in copies(probed(np.zeros((ROWS, COLUMNS), np.float32)), 5):
        np.testing.assert_allclose(
            copy.image.values[0], np.broadcast_to(BLACK, (ROWS, COLUMNS, 2)), atol=1e-6
        )


@pytest.mark.parametrize("grid", [(ROWS, COLUMNS), (ROWS // 3, COLUMNS // 3), (ROWS // 6, COLUMNS // 6)])
def test_a_map_of_a_copy_lands_at_its_place(grid: tuple[int, int]) -> None:
    """What is seen in a copy is found where it is in the original, within a third of a cell."""
    expected = centre(picture())
    for copy in copies(probed(picture()), 16):
        seen = cv2.resize(grays(copy), grid[::-1], interpolation=cv2.INTER_AREA)
        row, column = centre(copy.undone(seen))
        assert (row - expected[0]) * grid[0] == pytest.approx(0, abs=1 / 3)
        assert (column - expected[1]) * grid[1] == pytest.approx(0, abs=1 / 3)


def test_without_the_way_back_it_would_not() -> None:
    wrong = [centre(grays(copy)) for copy in copies(probed(picture()), 16)[1:]]
    assert np.abs(np.array(wrong) - centre(picture())).max() * COLUMNS > 2


def test_a_constant_map_stays_constant() -> None:
    for copy in copies(probed(picture()), 8):
        np.testing.assert_allclose(copy.undone(np.full((7, 9), -3, np.float32)), -3, rtol=1e-6)
