"""Lengths, angles and ratios against figures whose measures are known."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from cxrviewer.imaging.measure import (
    CALIBRATED_BY_USER,
    angle,
    calibrated,
    cardiothoracic_widths,
    distance,
    foot,
    spacing_in_force,
)
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.spacing import Spacing

FLAT = Spacing(0.5, 0.25, "mm (estimated)")
UNIT = Spacing(1.0, 1.0, "px")


def test_length_follows_the_spacing_of_either_direction() -> None:
    assert distance((10, 10), (10, 30), FLAT) == pytest.approx(10)
    assert distance((10, 10), (30, 10), FLAT) == pytest.approx(5)
    assert distance((0, 0), (16, 6), FLAT) == pytest.approx(5)


@pytest.mark.parametrize(
    ("first", "second", "degrees"),
    [((10, 0), (0, 10), 90), ((10, 0), (-10, 0), 180), ((10, 0), (10, 0), 0), ((10, 0), (10, -10), 45)],
)
def test_angle_of_known_figures(first: tuple, second: tuple, degrees: float) -> None:
    vertex = (100.0, 50.0)
    arms = [(vertex[0] + x, vertex[1] + y) for x, y in (first, second)]
    assert angle(arms[0], vertex, arms[1], UNIT) == pytest.approx(degrees)
    assert angle(arms[1], vertex, arms[0], UNIT) == pytest.approx(degrees)


def test_angle_is_taken_in_the_patient_not_in_pixels() -> None:
    assert angle((20, 0), (0, 0), (20, 10), FLAT) == pytest.approx(45)


def test_angle_without_an_arm_is_none() -> None:
    assert isnan(angle((3, 3), (3, 3), (5, 5), UNIT))


def test_cardiothoracic_ratio_of_an_upright_chest() -> None:
    widths = cardiothoracic_widths(
        ((500, 0), (500, 900)), ((450, 500), (620, 640)), ((330, 700), (710, 700)), FLAT
    )
    assert (widths.first, widths.second, widths.thorax) == pytest.approx((12.5, 30.0, 95.0))
    assert widths.ratio == pytest.approx(170 / 380)


def test_cardiothoracic_ratio_does_not_change_when_the_patient_leans() -> None:
    turn = np.array([[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]])

    def turned(*points: tuple[float, float]) -> tuple:
        return tuple(tuple(turn @ np.array(point)) for point in points)

    straight = ((500, 0), (500, 900)), ((450, 500), (620, 640)), ((330, 700), (710, 700))
    leaning = [turned(*line) for line in straight]
    assert cardiothoracic_widths(*leaning, UNIT).ratio == pytest.approx(
        cardiothoracic_widths(*straight, UNIT).ratio
    )


def test_heart_on_one_side_of_the_midline_is_as_wide_as_it_is() -> None:
    widths = cardiothoracic_widths(
        ((500, 0), (500, 900)), ((520, 500), (640, 640)), ((300, 700), (700, 700)), UNIT
    )
    assert widths.heart == pytest.approx(120)


def test_foot_stands_at_a_right_angle_as_measured() -> None:
    midline = ((0.0, 0.0), (100.0, 100.0))
    found = foot(midline, (80.0, 10.0), FLAT)
    assert angle((80.0, 10.0), found, midline[1], FLAT) == pytest.approx(90)


def test_calibration_keeps_the_proportions_of_pixels() -> None:
    line = ((0.0, 0.0), (16.0, 6.0))
    made = calibrated(line, 50.0, FLAT)
    assert distance(*line, made) == pytest.approx(50)
    assert made.row / made.column == pytest.approx(2)
    assert made.unit == CALIBRATED_BY_USER


@pytest.mark.parametrize(
    ("end", "length"), [((0.0, 0.0), 5.0), ((9.0, 9.0), 0.0), ((9.0, 9.0), float("nan"))]
)
def test_no_length_calibrates_nothing(end: tuple, length: float) -> None:
    with pytest.raises(ValueError, match="no length"):
        calibrated(((0.0, 0.0), end), length, UNIT)


def test_spacing_in_force_is_the_users_then_the_files_then_pixels() -> None:
    info = GrayscaleInfo(8)
    plain = Radiograph(np.zeros((4, 4), np.uint8), info, Path("a.png"), "PNG", "digest", aspect=1.5)
    assert spacing_in_force(plain) == Spacing(1.5, 1.0, "px")
    assert spacing_in_force(replace(plain, spacing=FLAT)) is FLAT
    assert spacing_in_force(replace(plain, spacing=FLAT), UNIT) is UNIT
