"""The one blend, against its formula written out for single pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrviewer.imaging.colormap import COLORMAPS, colormap_table
from cxrviewer.imaging.compose import (
    RAMP,
    OverlayStyle,
    blend,
    blend_table,
    effective_colormap,
    heat_to_rows,
    opacity,
    to_rgb,
)

bytes_ = st.integers(0, 255)
styles = st.builds(
    OverlayStyle,
    colormap=st.sampled_from([spec.id for spec in COLORMAPS]),
    alpha=st.integers(0, 100).map(lambda percent: percent / 100),
    threshold=st.integers(0, 100).map(lambda percent: percent / 100),
)


def _rgb(gray: int, heat: int, style: OverlayStyle) -> np.ndarray:
    rows = heat_to_rows(np.array([[heat]], np.uint8))
    return to_rgb(blend(np.array([[gray]], np.uint8), rows, blend_table(style)))[0, 0]


@given(bytes_, bytes_, styles)
def test_a_pixel_is_gray_moved_towards_the_colour(gray: int, heat: int, style: OverlayStyle) -> None:
    value = heat / 255
    shown = heat > 0 and value >= style.threshold - 1e-7
    alpha = style.alpha * min(value / RAMP, 1) if shown else 0
    color = colormap_table(effective_colormap(style))[heat].astype(float)
    np.testing.assert_allclose(_rgb(gray, heat, style), gray + alpha * (color - gray), atol=0.51)


@given(bytes_, bytes_, styles)
def test_hidden_is_exactly_gray(gray: int, heat: int, style: OverlayStyle) -> None:
    assert _rgb(gray, heat, replace(style, visible=False)).tolist() == [gray] * 3


@given(bytes_, styles)
def test_no_heat_is_exactly_gray(gray: int, style: OverlayStyle) -> None:
    assert _rgb(gray, 0, style).tolist() == [gray] * 3


@given(bytes_, bytes_, styles)
def test_under_the_threshold_is_exactly_gray(gray: int, heat: int, style: OverlayStyle) -> None:
    if heat / 255 < style.threshold - 1e-7:
        assert _rgb(gray, heat, style).tolist() == [gray] * 3


def test_the_maximum_is_drawn_at_every_threshold() -> None:
    for percent in range(101):
        assert opacity(OverlayStyle(threshold=percent / 100))[255] == pytest.approx(0.5)


def test_full_opacity_shows_the_colour_map_itself() -> None:
    style = OverlayStyle("jet", alpha=1.0)
    for heat in (160, 200, 255):
        assert _rgb(17, heat, style).tolist() == colormap_table("jet")[heat].tolist()


def test_opacity_rises_with_the_value_and_never_beyond_alpha() -> None:
    shares = opacity(OverlayStyle(alpha=0.7))
    assert shares[0] == 0
    assert (np.diff(shares) >= 0).all()
    assert shares.max() == pytest.approx(0.7)
    assert shares[51] == pytest.approx(0.7 * 0.2 / RAMP)


def test_each_setting_changes_the_picture() -> None:
    style = OverlayStyle()
    others = (
        replace(style, colormap="jet"),
        replace(style, alpha=0.8),
        replace(style, threshold=0.4),
        replace(style, visible=False),
    )
    tables = [blend_table(each).tobytes() for each in (style, *others)]
    assert len(set(tables)) == len(tables)


def test_words_are_opaque_red_green_blue() -> None:
    table = blend_table(OverlayStyle("jet", alpha=1.0)).view(np.uint32)
    red, green, blue = (int(part) for part in colormap_table("jet")[255])
    assert table[255 * 256 + 9] == 0xFF000000 | red << 16 | green << 8 | blue
    assert ((table >> 24) == 255).all()


def test_to_rgb_unpacks_each_pixel_in_its_place() -> None:
    packed = np.array([[0xFF010203, 0xFF0A0B0C]], np.uint32).view(np.int32)
    assert to_rgb(packed).tolist() == [[[1, 2, 3], [10, 11, 12]]]
