"""Shares of a heatmap's evidence against masks counted out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.learning.evidence import Place, places, shares

STORED = (120, 200)


def lungs() -> np.ndarray:
    mask = np.zeros((64, 64), bool)
    mask[10:40, 8:26] = True
    mask[10:44, 38:56] = True
    return mask


def even(shape: tuple[int, int]) -> dict[Place, tuple[float, float]]:
    place = resize_affine(shape, STORED)
    return shares(np.ones(shape, np.float32), place, STORED, places(lungs(), (0, 0)))


@pytest.mark.parametrize("shape", [(7, 7), (14, 14), (8, 8), (64, 64), (3, 5)])
def test_an_even_map_lies_everywhere_by_area(shape: tuple[int, int]) -> None:
    masks = places(lungs(), (0, 0))
    for place, (share, uniform) in even(shape).items():
        assert share == pytest.approx(masks[place].mean())
        assert uniform == pytest.approx(masks[place].mean())


def test_evidence_inside_a_lung_is_there_and_nowhere_else() -> None:
    heat = np.zeros((64, 64), np.float32)
    heat[15:30, 10:20] = 2
    heat[50:60, 30:34] = -5
    found = shares(heat, resize_affine((64, 64), STORED), STORED, places(lungs(), (0, 0)))
    assert found[Place.LUNGS][0] == pytest.approx(1)
    assert found[Place.BELOW][0] == found[Place.CORNERS][0] == 0


def test_a_cell_counts_by_the_part_that_lies_inside() -> None:
    heat = np.zeros((4, 4), np.float32)
    heat[1, 1] = 1
    found = shares(heat, resize_affine((4, 4), STORED), STORED, places(lungs(), (0, 0)))
    assert found[Place.LUNGS][0] == pytest.approx(lungs()[16:32, 16:32].mean())


def test_a_map_that_reaches_over_the_image_counts_what_lies_on_it() -> None:
    """A padded input: the grid covers more than the image, by half its height above and below."""
    place = np.array([[50.0, 0, 24.5], [0, 60.0, -30.5], [0, 0, 1.0]])
    found = shares(np.ones((4, 4), np.float32), place, STORED, {Place.LUNGS: np.ones((10, 10), bool)})
    assert found[Place.LUNGS][0] == pytest.approx(0.5)


def test_parts_of_the_image() -> None:
    masks = places(lungs(), (0, 0))
    assert not (masks[Place.LUNGS] & masks[Place.BELOW]).any()
    assert masks[Place.BELOW][43:, 10].all()
    assert not masks[Place.BELOW][39, 10]
    assert masks[Place.BELOW][44:, 0].all()
    assert not masks[Place.BELOW][43, 0]
    assert masks[Place.CORNERS][0, 0]
    assert not masks[Place.CORNERS][0, 32]
    assert masks[Place.BORDER][0, 32]
    assert (
        set(places(None, (32, 32)))
        == set(places(np.zeros((8, 8), bool), (0, 0)))
        == {Place.BORDER, Place.CORNERS}
    )


def test_a_map_without_evidence_has_no_shares() -> None:
    found = shares(
        -np.ones((4, 4), np.float32), resize_affine((4, 4), STORED), STORED, places(None, (32, 32))
    )
    assert all(np.isnan(pair).all() for pair in found.values())
