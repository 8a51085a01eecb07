"""Iso-lines, against maps whose lines are known."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrviewer.imaging.contour import contour_levels, contour_lines
from cxrviewer.imaging.heatmap import byte_of

SIZE = 401
CENTER = SIZE // 2


def _distance() -> NDArray[np.float64]:
    rows, columns = np.indices((SIZE, SIZE)) - CENTER
    return np.hypot(rows, columns)


def _cone(signed: bool = False, sign: int = 1) -> NDArray[np.uint8]:
    """Return a map of value 1 in the middle that falls to 0 at 200 pixels from it."""
    values = sign * np.clip(1 - _distance() / 200, 0, 1)
    return (128 + np.round(127 * values) if signed else np.round(255 * values)).astype(np.uint8)


@pytest.mark.parametrize(
    ("threshold", "levels"),
    [
        (0.0, (0.25, 0.5, 0.75)),
        (0.1, (0.1, 0.25, 0.5, 0.75)),
        (0.25, (0.25, 0.5, 0.75)),
        (0.4, (0.4, 0.5, 0.75)),
        (0.75, (0.75,)),
        (0.9, (0.9,)),
        (1.0, (1.0,)),
    ],
)
def test_the_threshold_takes_the_place_of_the_levels_under_it(threshold, levels) -> None:
    assert contour_levels(threshold) == levels


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.4, 0.9])
@pytest.mark.parametrize("sign", [1, -1, 0])
def test_lines_lie_where_the_map_has_their_value(threshold: float, sign: int) -> None:
    signed = sign != 0
    lines = contour_lines(_cone(signed, sign or 1), signed, threshold)
    assert lines.dtype == np.uint8
    drawn = [byte_of(level * (sign or 1), signed) for level in contour_levels(threshold)]
    assert set(np.unique(lines)) == {0, *drawn}
    for level, byte in zip(contour_levels(threshold), drawn, strict=True):
        radius = 200 * (1 - level)
        distances = _distance()[lines == byte]
        assert np.abs(distances - radius).max() < 2.6
        around = np.unique(np.round(np.degrees(np.angle(_on_plane(lines == byte)))))
        assert len(around) > min(300, radius * 2 * np.pi * 0.9), "closed"


def _on_plane(mask: NDArray[np.bool_]) -> NDArray[np.complex128]:
    rows, columns = np.nonzero(mask)
    return (columns - CENTER) + 1j * (rows - CENTER)


@pytest.mark.parametrize("width", [2, 3, 4, 6])
def test_a_line_is_as_wide_as_asked(width: int) -> None:
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8), (50, 256)).copy()
    lines = contour_lines(ramp, False, 0.0, width)
    for level in contour_levels(0.0):
        columns = np.flatnonzero(lines[25] == byte_of(level, False))
        assert len(columns) == width
        assert np.ptp(columns) == width - 1
        assert abs(columns.mean() - level * 255) <= 1.5


def test_the_sides_of_a_signed_map_have_their_own_lines() -> None:
    ramp = np.broadcast_to(np.arange(1, 256, dtype=np.uint8), (9, 255))
    lines = contour_lines(np.ascontiguousarray(ramp), True, 0.0)
    found = {byte: np.flatnonzero(lines[4] == byte).mean() + 1 for byte in np.unique(lines)[1:]}
    assert list(found) == [byte_of(level, True) for level in (-0.75, -0.5, -0.25, 0.25, 0.5, 0.75)]
    for byte, place in found.items():
        assert abs(place - byte) <= 1.5


@pytest.mark.parametrize(
    ("one", "other", "level"), [(0.6, -0.3, 0.5), (0.3, -0.8, -0.75), (0.6, -0.6, 0.5), (0.9, 0.3, 0.75)]
)
def test_at_a_steep_edge_the_line_is_the_one_farthest_from_zero(one, other, level) -> None:
    heat = np.full((20, 20), byte_of(other, True), np.uint8)
    heat[:, 10:] = byte_of(one, True)
    assert set(np.unique(contour_lines(heat, True, 0.0))) == {0, byte_of(level, True)}


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("byte", [0, 1, 64, 128, 200, 255])
def test_a_flat_map_has_no_lines(signed: bool, byte: int) -> None:
    assert not contour_lines(np.full((30, 40), byte, np.uint8), signed, 0.3).any()


def test_the_signed_and_the_unsigned_reading_of_the_same_bytes_differ() -> None:
    cone = _cone()
    assert not np.array_equal(contour_lines(cone, False, 0.0), contour_lines(cone, True, 0.0))


def test_a_maximum_is_encircled_at_every_threshold() -> None:
    for threshold in (0.3, 0.999, 1.0):
        assert byte_of(threshold, False) in contour_lines(_cone(), False, threshold)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1)])
def test_thin_views_are_drawn(shape: tuple[int, int]) -> None:
    assert contour_lines(np.zeros(shape, np.uint8), False, 0.0).shape == shape


def test_a_large_view_takes_a_few_milliseconds() -> None:
    heat = np.ascontiguousarray(np.tile(_cone(True), (4, 4))[:1500, :1500])
    times = []
    for _ in range(15):
        start = time.perf_counter()
        contour_lines(heat, True, 0.1)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02, "about 2.5 ms on an idle machine"
