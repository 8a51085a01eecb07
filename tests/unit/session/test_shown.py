"""What is on screen; parts that did not change are the same objects, so that nothing is drawn twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from material import SHAPE, analysis, choice, lung_window, question, radiograph, steep_table

from cxrviewer.explain.display import MapState, Scale, share_threshold
from cxrviewer.explain.target import absent, of_label
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.grayscale import full_window, presentation_table
from cxrviewer.imaging.radiograph import Window
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import FADED, FADED_LINES, Shown, differ_only_in, next_shown
from cxrviewer.session.state import ViewState, Zoom, asking, styled

STATE = ViewState()
EMPTY = Shown(STATE, AtHand())


@pytest.fixture
def shown() -> Shown:
    return next_shown(EMPTY, STATE, AtHand(radiograph(), "default", choice()), analysis())


def _go(former: Shown, state: ViewState) -> Shown:
    return next_shown(former, state, former.at_hand, former.analysis)


def test_nothing_without_an_image() -> None:
    shown = next_shown(EMPTY, STATE, AtHand(), None)
    assert (shown.radiograph, shown.voi, shown.table, shown.heatmap) == (None,) * 4


def test_an_image_starts_with_its_files_window() -> None:
    image = radiograph(windows=(lung_window(),))
    shown = next_shown(EMPTY, STATE, AtHand(image), None)
    assert shown.voi == lung_window()
    assert np.array_equal(shown.table, presentation_table(image, lung_window()))


def test_the_users_window_is_in_force_until_it_is_taken_back(shown: Shown) -> None:
    window = Window(60, 30)
    narrow = _go(shown, replace(STATE, voi=window))
    assert narrow.voi is window
    assert np.array_equal(narrow.table, presentation_table(radiograph(), window))
    again = _go(narrow, STATE)
    assert again.voi == full_window(radiograph())


def test_inversion_swaps_black_and_white(shown: Shown) -> None:
    inverted = _go(shown, replace(STATE, inverted=True))
    assert np.array_equal(inverted.table, 255 - shown.table)
    assert inverted.voi is shown.voi


def test_what_does_not_change_is_the_same_object(shown: Shown) -> None:
    for state in (
        styled(STATE, alpha=0.1),
        replace(STATE, zoom=Zoom(2.0)),
        asking(STATE, target=of_label(0)),
    ):
        after = _go(shown, state)
        assert after.state == state
        for part in ("voi", "table", "analysis", "display", "heatmap"):
            assert getattr(after, part) is getattr(shown, part), part


def test_a_table_that_stays_is_not_made_again() -> None:
    state = replace(STATE, voi=steep_table())
    shown = next_shown(EMPTY, state, AtHand(radiograph()), None)
    assert _go(shown, asking(state, target=of_label(1))).table is shown.table


def test_another_image_has_its_own_table_and_loses_the_map(shown: Shown) -> None:
    image = radiograph("b.png", windows=(lung_window(),))
    after = next_shown(shown, STATE, replace(shown.at_hand, radiograph=image), None)
    assert after.table is not shown.table
    assert after.voi == lung_window()
    assert (after.analysis, after.display, after.heatmap) == (None, None, None)


def test_the_map_lies_where_the_geometry_says(shown: Shown) -> None:
    assert shown.heatmap is not None
    assert shown.display is not None
    assert shown.heatmap.values is shown.display.values
    assert shown.heatmap.values.max() == 1
    corner = apply_affine(shown.heatmap.grid_to_stored, 3.5, 3.5)
    assert corner == pytest.approx((SHAPE[1] - 0.5, SHAPE[0] - 0.5))


@pytest.mark.parametrize(
    ("value", "state"), [(-1.0, MapState.EMPTY), (np.nan, MapState.INVALID), (1.0, MapState.SHOWN)]
)
def test_a_map_with_nothing_to_draw_is_announced_not_drawn(shown: Shown, value, state) -> None:
    other = analysis(values=np.full((4, 4), value, np.float32))
    after = next_shown(shown, STATE, shown.at_hand, other)
    assert after.display is not None
    assert after.display.state is state
    assert (after.heatmap is not None) == (state is MapState.SHOWN)
    assert after.analysis is other


def test_the_maps_values_follow_scale_and_sign(shown: Shown) -> None:
    in_logits = next_shown(shown, STATE, shown.at_hand, analysis(logit_factor=0.5))
    assert in_logits.display is not None
    assert (in_logits.display.maximum, in_logits.display.locked) == (6.5, False)
    locked = _go(in_logits, replace(STATE, scale=Scale(13.0)))
    assert locked.display is not None
    assert (locked.display.maximum, locked.display.locked) == (13.0, True)
    assert locked.heatmap is not None
    assert locked.heatmap.values.max() == pytest.approx(0.5)
    signed = _go(shown, styled(STATE, signed=True))
    assert signed.heatmap is not None
    assert signed.heatmap.signed
    assert signed.heatmap.values.min() == pytest.approx(-2 / 13)
    back = _go(signed, STATE)
    assert back.heatmap is not None
    assert not back.heatmap.signed
    assert back.heatmap.values.min() == 0


def test_a_style_that_stays_is_the_same_object(shown: Shown) -> None:
    for state in (STATE, replace(STATE, inverted=True), replace(STATE, top_share=0.2)):
        before = _go(shown, state)
        after = _go(before, replace(state, zoom=Zoom(2.0)))
        assert after.style is before.style


def test_a_top_share_becomes_the_threshold_of_the_map_on_screen(shown: Shown) -> None:
    assert shown.display is not None
    share = _go(shown, replace(STATE, top_share=0.2))
    assert share.style.threshold == share_threshold(shown.display, 0.2) > 0
    assert _go(share, replace(STATE, top_share=0.6)).style.threshold < share.style.threshold
    peaked = np.zeros((4, 4), np.float32)
    peaked[1, 1] = 1
    other = next_shown(share, share.state, share.at_hand, analysis(values=peaked))
    assert other.style.threshold != share.style.threshold
    dimmed = _go(share, styled(share.state, alpha=0.1, threshold=0.9))
    assert (dimmed.style.alpha, dimmed.style.threshold) == (0.1, share.style.threshold)
    assert _go(dimmed, replace(dimmed.state, top_share=None)).style.threshold == 0.9


def test_a_top_share_of_no_map_changes_nothing(shown: Shown) -> None:
    state = replace(styled(STATE, threshold=0.3), top_share=0.2)
    invalid = analysis(values=np.full((4, 4), np.nan, np.float32))
    assert next_shown(shown, state, shown.at_hand, invalid).style.threshold == 0.3
    assert next_shown(shown, state, shown.at_hand, None).style.threshold == 0.3


def test_a_finding_under_its_threshold_is_drawn_fainter(shown: Shown) -> None:
    # Class 1 has a probability of 0.79 and a threshold of 0.4, class 0 of 0.11 and 0.5.
    assert (shown.faded, shown.style) == (False, STATE.style)
    state = styled(STATE, alpha=0.8, colormap="jet")
    under = next_shown(shown, state, shown.at_hand, analysis(0))
    assert under.faded
    assert under.style == replace(state.style, alpha=0.8 * FADED)
    full = _go(under, replace(state, fade=False))
    assert (full.faded, full.style) == (False, state.style)
    assert _go(full, state).style == under.style
    lines = styled(state, view=HeatmapView.CONTOURS)
    assert _go(under, lines).style == replace(lines.style, alpha=0.8 * FADED_LINES)


def test_the_absence_of_a_finding_above_its_threshold_is_faint(shown: Shown) -> None:
    for index, faded in ((1, True), (0, False)):
        after = next_shown(shown, STATE, shown.at_hand, analysis(asked=question(absent(index))))
        assert after.faded is faded


def test_contents_that_differ_in_the_view_alone_are_known(shown: Shown) -> None:
    view = ("voi", "zoom")
    zoomed = _go(shown, replace(shown.state, zoom=Zoom(2.0), voi=Window(9, 9)))
    assert differ_only_in(shown, zoomed, *view)
    assert differ_only_in(shown, _go(shown, shown.state), *view)
    assert not differ_only_in(shown, zoomed, "zoom")
    for other in (
        _go(shown, styled(shown.state, alpha=0.9)),
        _go(shown, asking(shown.state, method="layer-cam")),
        replace(shown, analysis=None),
        replace(shown, at_hand=replace(shown.at_hand, radiograph=radiograph("b.png"))),
        replace(shown, at_hand=replace(shown.at_hand, prediction=None, loaded=None)),
    ):
        assert not differ_only_in(shown, other, *view)
