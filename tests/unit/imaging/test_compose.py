"""The one blend, against its formula written out for single pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrviewer.imaging.colormap import COLORMAPS, DEFAULT_COLORMAP, DEFAULT_DIVERGING, colormap_table
from cxrviewer.imaging.compose import (
    RAMP,
    HeatmapView,
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
    view=st.sampled_from([HeatmapView.SMOOTH, HeatmapView.CELLS]),
    signed=st.booleans(),
)


def _size(heat: int, signed: bool) -> float:
    if not signed:
        return heat / 255
    return abs(heat - 128) / 127 if heat else 0.0


def _rgb(gray: int, heat: int, style: OverlayStyle) -> np.ndarray:
    rows = heat_to_rows(np.array([[heat]], np.uint8))
    return to_rgb(blend(np.array([[gray]], np.uint8), rows, blend_table(style)))[0, 0]


@given(bytes_, bytes_, styles)
def test_a_pixel_is_gray_moved_towards_the_colour(gray: int, heat: int, style: OverlayStyle) -> None:
    size = _size(heat, style.signed)
    shown = size > 0 and size >= style.threshold - 1e-7
    alpha = style.alpha * min(size / RAMP, 1) if shown else 0
    color = colormap_table(effective_colormap(style))[heat].astype(float)
    np.testing.assert_allclose(_rgb(gray, heat, style), gray + alpha * (color - gray), atol=0.51)


@given(bytes_, bytes_, styles)
def test_hidden_is_exactly_gray(gray: int, heat: int, style: OverlayStyle) -> None:
    assert _rgb(gray, heat, replace(style, visible=False)).tolist() == [gray] * 3


@given(bytes_, styles, st.sampled_from(HeatmapView))
def test_no_heat_is_exactly_gray(gray: int, style: OverlayStyle, view: HeatmapView) -> None:
    style = replace(style, view=view)
    assert _rgb(gray, 0, style).tolist() == [gray] * 3
    if style.signed:
        assert _rgb(gray, 128, style).tolist() == [gray] * 3


@given(bytes_, bytes_, styles)
def test_under_the_threshold_is_exactly_gray(gray: int, heat: int, style: OverlayStyle) -> None:
    if _size(heat, style.signed) < style.threshold - 1e-7:
        assert _rgb(gray, heat, style).tolist() == [gray] * 3


def test_the_maximum_is_drawn_at_every_threshold() -> None:
    for percent in range(101):
        assert opacity(OverlayStyle(threshold=percent / 100))[255] == pytest.approx(0.5)
        both = opacity(OverlayStyle(threshold=percent / 100, signed=True))
        assert both[[1, 255]] == pytest.approx([0.5, 0.5])


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


def test_evidence_against_is_as_opaque_as_as_much_evidence_for() -> None:
    shares = opacity(OverlayStyle(alpha=0.7, threshold=0.2, signed=True))
    np.testing.assert_array_equal(shares[1:128], shares[:128:-1])
    assert (shares > 0).sum() == 2 * (128 - 26)
    assert shares[128 + 51] == pytest.approx(0.7 * (51 / 127) / RAMP)


@pytest.mark.parametrize("signed", [False, True])
def test_contours_are_as_opaque_at_every_level(signed: bool) -> None:
    shares = opacity(OverlayStyle(alpha=0.3, threshold=0.6, view=HeatmapView.CONTOURS, signed=signed))
    without = [0, 128] if signed else [0]
    assert not shares[without].any()
    assert np.delete(shares, without) == pytest.approx(0.3)


@pytest.mark.parametrize("spec", COLORMAPS, ids=lambda spec: spec.id)
def test_only_a_signed_map_is_drawn_in_diverging_colours(spec) -> None:
    signed, unsigned = OverlayStyle(spec.id, 1.0, signed=True), OverlayStyle(spec.id, 1.0)
    assert effective_colormap(signed) == (spec.id if spec.diverging else DEFAULT_DIVERGING)
    assert effective_colormap(unsigned) == (DEFAULT_COLORMAP if spec.diverging else spec.id)
    for style in (signed, unsigned):
        assert _rgb(40, 230, style).tolist() == colormap_table(effective_colormap(style))[230].tolist()


def test_evidence_for_is_red_and_against_blue_in_every_diverging_map() -> None:
    for spec in COLORMAPS:
        if spec.diverging:
            style = OverlayStyle(spec.id, alpha=1.0, signed=True)
            for size in (60, 90, 120):
                red, _, blue = _rgb(90, 128 + size, style).astype(int)
                assert red > blue
                red, _, blue = _rgb(90, 128 - size, style).astype(int)
                assert blue > red


def test_each_setting_changes_the_picture() -> None:
    style = OverlayStyle()
    others = (
        replace(style, colormap="jet"),
        replace(style, alpha=0.8),
        replace(style, threshold=0.4),
        replace(style, visible=False),
        replace(style, signed=True),
        replace(style, view=HeatmapView.CONTOURS),
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
