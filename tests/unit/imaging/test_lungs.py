"""What a mask of lungs must look like, and the line around it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrviewer.imaging.geometry import Geometry, resize_affine
from cxrviewer.imaging.lungs import LungField, lung_field, outline, two_lungs

SIDE = 128
STORED = (300, 200)
USUAL = ((0.3, 0.5), (0.72, 0.52))
RADII = (0.13, 0.33)


def soft(*middles: tuple[float, float], radii: tuple[float, float] = RADII, edge: float = 0.02) -> NDArray:
    """Return a map of ellipses whose edge at 0.5 is where the radii say; all in shares of the image."""
    y, x = (np.mgrid[:SIDE, :SIDE] + 0.5) / SIDE
    found = np.zeros((SIDE, SIDE))
    for at_x, at_y in middles:
        distance = np.hypot((x - at_x) / radii[0], (y - at_y) / radii[1])
        found = np.maximum(found, 1 / (1 + np.exp((distance - 1) * min(radii) / edge * 4)))
    return found.astype(np.float32)


def found_in(probabilities: NDArray) -> LungField:
    geometry = Geometry(STORED, probabilities.shape, resize_affine(probabilities.shape, STORED))
    return lung_field(probabilities, 0.5, geometry)


def test_two_lungs_are_found_in_stored_points() -> None:
    field = found_in(soft(*USUAL))
    assert field.plausible
    assert field.area == pytest.approx(2 * np.pi * RADII[0] * RADII[1], rel=0.03)
    assert len(field.outline) == 2
    for line, (x, y) in zip(sorted(field.outline, key=lambda line: line[0, 0]), USUAL, strict=True):
        shares = (line + 0.5) / STORED[::-1]
        distance = np.hypot((shares[:, 0] - x) / RADII[0], (shares[:, 1] - y) / RADII[1])
        # A quarter of a cell of the map.
        assert np.abs(distance - 1).max() * RADII[0] * SIDE < 0.25
        assert 20 < len(line) < 400


def test_the_line_is_as_smooth_as_what_it_is_around() -> None:
    lines = outline(soft(USUAL[0]), 0.5, two_lungs(soft(USUAL[0]) > 0.5))
    steps = np.diff(np.concatenate([lines[0], lines[0][:2]]), axis=0)
    turns = np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))
    assert abs(abs(turns.sum()) - 2 * np.pi) < 0.2
    assert np.abs(turns).sum() < 2 * np.pi * 1.2


@pytest.mark.parametrize(
    ("middles", "radii", "edge", "why"),
    [
        ((), RADII, 0.02, "nothing"),
        ((USUAL[0],), RADII, 0.02, "only one"),
        (USUAL, (0.06, 0.2), 0.01, "too small"),
        (((0.26, 0.5), (0.74, 0.5)), (0.235, 0.49), 0.01, "too large"),
        (((0.5, 0.25), (0.5, 0.75)), (0.33, 0.13), 0.02, "side by side"),
        (((0.2, 0.5), (0.5, 0.5)), RADII, 0.02, "not where lungs are"),
        (((0.3, 0.38), (0.7, 0.62)), RADII, 0.02, "not where lungs are"),
        (USUAL, (0.2, 0.15), 0.02, "not shaped"),
        (USUAL, RADII, 0.4, "no clear edge"),
    ],
)
def test_what_is_no_pair_of_lungs_is_doubted(
    middles: tuple[tuple[float, float], ...], radii: tuple[float, float], edge: float, why: str
) -> None:
    field = found_in(soft(*middles, radii=radii, edge=edge))
    assert not field.plausible
    assert why in field.doubt


def test_a_lung_half_hidden_is_doubted() -> None:
    probabilities = soft(*USUAL)
    probabilities[SIDE * 2 // 5 :, SIDE // 2 :] = 0
    assert "smaller" in found_in(probabilities).doubt


def test_islands_have_no_line() -> None:
    probabilities = soft(*USUAL)
    probabilities[2:5, 2:5] = 1
    field = found_in(probabilities)
    assert len(field.outline) == 2
    assert not field.mask[:6, :6].any()
