"""The colour bar: colours, values, what the scale is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage
from screens import screen

from cxrviewer.explain.display import DisplayMap, MapState
from cxrviewer.imaging.colormap import DEFAULT_DIVERGING, colormap_table
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.ui.panels.colorbar import ColorBar, scale_words, swatch

MAP = DisplayMap(np.ones((2, 2), np.float32), 2.0, MapState.SHOWN)
SIGNED = replace(MAP, signed=True)
FLAT = OverlayStyle(alpha=1.0)


def _made(qtbot, style: OverlayStyle, display: DisplayMap | None = MAP) -> ColorBar:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.resize(256, 60)
    bar.show_scale(style, display)
    return bar


def _bar(qtbot, style: OverlayStyle, display: DisplayMap | None = MAP) -> np.ndarray:
    image = _made(qtbot, style, display).grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return words[..., 2::-1].copy()


def test_the_bar_goes_from_gray_to_the_maps_last_colour(qtbot) -> None:
    row = _bar(qtbot, OverlayStyle("jet", alpha=1.0))[7].astype(int)
    assert np.ptp(row[2]) < 25, "the left end is nearly the gray underneath"
    assert np.abs(row[-4] - colormap_table("jet")[252]).max() <= 8


def test_the_signed_bar_goes_from_against_over_gray_to_for(qtbot) -> None:
    row = _bar(qtbot, replace(FLAT, signed=True), SIGNED)[7].astype(int)
    table = colormap_table(DEFAULT_DIVERGING).astype(int)
    assert np.abs(row[2] - table[2]).max() <= 8
    assert np.abs(row[-4] - table[252]).max() <= 8
    assert np.ptp(row[128]) < 25, "nothing at 0"
    assert row[2][2] > row[2][0], "against is blue"
    assert row[-4][0] > row[-4][2], "for is red"


@pytest.mark.parametrize(
    "other",
    [
        OverlayStyle("viridis"),
        OverlayStyle(alpha=0.9),
        OverlayStyle(threshold=0.5),
        OverlayStyle(visible=False),
        OverlayStyle(signed=True),
        OverlayStyle(view=HeatmapView.CONTOURS),
    ],
)
def test_the_bar_follows_the_style(qtbot, other: OverlayStyle) -> None:
    assert not np.array_equal(_bar(qtbot, OverlayStyle())[:15], _bar(qtbot, other)[:15])


def test_the_bar_tells_values_only_where_there_are_some(qtbot) -> None:
    assert len(np.unique(_bar(qtbot, FLAT)[18:].reshape(-1, 3), axis=0)) > 1
    for nothing in (None, replace(MAP, state=MapState.EMPTY, maximum=0.0)):
        assert len(np.unique(_bar(qtbot, FLAT, nothing)[18:].reshape(-1, 3), axis=0)) == 1
        assert _made(qtbot, FLAT, nothing).numbers() == ()


def test_values_stand_at_the_ends_and_in_the_middle(qtbot) -> None:
    assert _made(qtbot, FLAT).numbers() == ("0", "1", "2")
    assert _made(qtbot, replace(FLAT, signed=True), SIGNED).numbers() == ("−2", "0", "2")
    assert _made(qtbot, FLAT, replace(MAP, maximum=0.0375)).numbers()[-1] == "0.0375"


def test_words_say_unit_and_kind_of_scale() -> None:
    logits = replace(MAP, unit="logit")
    assert scale_words(MAP, faded=False) == "No unit, stretched to this image"
    assert scale_words(logits, faded=False) == "Logits, stretched to this image"
    assert scale_words(replace(logits, locked=True), faded=True) == "Logits, locked; faded"
    assert scale_words(None, faded=True) == ""


def test_words_and_ends_are_in_the_tip_and_for_screen_readers(qtbot) -> None:
    bar = _made(qtbot, FLAT, replace(SIGNED, unit="logit", maximum=1.25))
    for word in ("stretched to this image", "−1.25", "1.25 logits"):
        assert word in bar.toolTip()
    assert "1.25" in bar.accessibleDescription()


@pytest.mark.parametrize(
    ("style", "places"),
    [
        (FLAT, ()),
        (replace(FLAT, threshold=0.3), (0.3,)),
        (replace(FLAT, threshold=0.3, signed=True), (0.35, 0.65)),
        (replace(FLAT, view=HeatmapView.CONTOURS), (0.25, 0.5, 0.75)),
        (replace(FLAT, view=HeatmapView.CONTOURS, threshold=0.6), (0.6, 0.75)),
        (replace(FLAT, view=HeatmapView.CONTOURS, signed=True, threshold=0.6), (0.125, 0.2, 0.8, 0.875)),
    ],
)
def test_ticks_stand_at_the_threshold_and_at_the_contours(qtbot, style: OverlayStyle, places) -> None:
    bar = _made(qtbot, style, SIGNED if style.signed else MAP)
    assert bar.ticks() == pytest.approx(places)
    drawn, without = _bar(qtbot, style), _bar(qtbot, replace(style, threshold=0.0, view=HeatmapView.SMOOTH))
    changed = np.flatnonzero((drawn[15] != without[15]).any(axis=1))
    assert changed.tolist() == [round(255 * place) for place in places]


def test_it_is_drawn_as_the_map_is_drawn(qtbot) -> None:
    """Normal has 11 % and a threshold of 50 %: its map is faded, and so is the bar."""
    faded, full = screen(class_index=0), screen(class_index=0, fade=False)
    assert faded.faded
    assert not np.array_equal(
        _bar(qtbot, faded.style, faded.display)[:14], _bar(qtbot, full.style, full.display)[:14]
    )


def test_a_swatch_shows_its_map() -> None:
    picture = swatch("hot", width=32)
    table = colormap_table("hot")
    for x, entry in ((0, 0), (31, 255)):
        color = picture.pixelColor(x, 5)
        assert [color.red(), color.green(), color.blue()] == table[entry].tolist()
