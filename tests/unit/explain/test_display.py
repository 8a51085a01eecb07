"""From signed attributions to what is drawn."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import ArrayLike

from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.display import (
    LOGIT,
    STATE_TEXT,
    STRETCHED,
    DisplayMap,
    MapState,
    Scale,
    display_map,
    share_threshold,
)
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.explain.target import of_label
from cxrviewer.imaging.compose import OverlayStyle, opacity
from cxrviewer.imaging.geometry import resize_affine
from cxrviewer.imaging.heatmap import Heatmap, resample
from cxrviewer.imaging.viewport import full_resolution

maps = arrays(np.float32, (3, 4), elements=st.floats(-(2.0**99), 2.0**99, width=32))


def _attribution(values: ArrayLike, factor: float | None = None) -> Attribution:
    question = Question(of_label(0), "grad-cam", (), ("layer",))
    return Attribution(np.asarray(values, np.float32), question, logit_factor=factor)


def _display(
    values: ArrayLike, factor: float | None = None, scale: Scale = STRETCHED, signed: bool = False
) -> DisplayMap:
    return display_map(_attribution(values, factor), scale, signed)


def test_only_evidence_for_the_target_is_drawn() -> None:
    display = _display([[-8.0, 0.0], [1.0, 4.0]])
    assert display.values.tolist() == [[0.0, 0.0], [0.25, 1.0]]
    assert display.maximum == 4.0
    assert display.state is MapState.SHOWN
    assert not display.signed


def test_signed_evidence_is_scaled_by_its_largest_size() -> None:
    display = _display([[-8.0, 0.0], [1.0, 4.0]], signed=True)
    assert display.values.tolist() == [[-1.0, 0.0], [0.125, 0.5]]
    assert display.maximum == 8.0
    assert display.state is MapState.SHOWN
    assert display.signed


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ([[0.0, 0.0]], MapState.ZERO),
        ([[-1.0, -2.0]], MapState.EMPTY),
        ([[-0.0, -1e-30]], MapState.EMPTY),
    ],
)
@pytest.mark.parametrize("scale", [STRETCHED, Scale(0.5)])
def test_a_map_without_positive_values_is_said_not_stretched(values, state, scale) -> None:
    display = _display(values, 2.0, scale)
    assert display.state is state
    assert display.maximum == 0.0
    assert not display.values.any()
    assert STATE_TEXT[display.state]


def test_evidence_against_alone_is_a_signed_map() -> None:
    display = _display([[-1.0, -2.0]], signed=True)
    assert display.state is MapState.SHOWN
    assert display.values.tolist() == [[-0.5, -1.0]]
    assert _display([[0.0, -0.0]], signed=True).state is MapState.ZERO


def test_a_fine_map_ends_where_all_but_a_few_cells_do() -> None:
    values = np.full((120, 120), 2.0, np.float32)
    values[::2] = -1.0
    values[0, 1], values[0, 2] = 500.0, -900.0
    display = _display(values)
    assert display.clipped
    assert display.maximum == 2.0
    assert display.values.max() == display.values[0, 1] == display.values[1, 0] == 1.0
    both = _display(values, signed=True)
    assert (both.values[0, 2], both.values[2, 0]) == (-1.0, -0.5)
    assert not _display(values[:90, :90]).clipped
    assert _display(values[:90, :90]).maximum == 500.0
    locked = _display(values, 1.0, Scale(1000.0))
    assert (locked.clipped, locked.maximum) == (False, 1000.0)


def test_a_fine_map_of_few_cells_with_values_keeps_its_maximum() -> None:
    values = np.zeros((120, 120), np.float32)
    values[3, 4] = 7.0
    display = _display(values)
    assert (display.clipped, display.maximum) == (False, 7.0)


@pytest.mark.parametrize(
    ("question", "signed"),
    [
        (Question(of_label(0), "grad-cam", (), ("a",)), True),
        (Question(of_label(0), "score-cam", (), ("a",)), False),
        (Question(of_label(0), "grad-cam", (), ("a", "b"), Fusion.MEAN), True),
        (Question(of_label(0), "grad-cam", (), ("a", "b"), Fusion.MAXIMUM), False),
        (Question(of_label(0), "grad-cam", (), ("a", "b"), Fusion.PRODUCT), False),
    ],
)
def test_a_map_without_a_sign_is_never_drawn_with_one(question: Question, signed: bool) -> None:
    attribution = Attribution(np.array([[1.0, 2.0]], np.float32), question)
    assert display_map(attribution, signed=True).signed is signed


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("signed", [False, True])
def test_a_map_that_is_not_finite_is_not_drawn(bad: float, signed: bool) -> None:
    display = _display([[1.0, bad]], signed=signed)
    assert display.state is MapState.INVALID
    assert display.values.shape == (1, 2)
    assert not display.values.any()
    assert STATE_TEXT[display.state]


@given(maps, st.sampled_from([2.0**-20, 1.0, 2.0**20]), st.booleans())
def test_scale_does_not_matter_order_does(values: np.ndarray, factor: float, signed: bool) -> None:
    display = _display(values, signed=signed)
    assert display.values.dtype == np.float32
    assert display.values.min() >= (-1 if signed else 0)
    if display.state is MapState.SHOWN:
        assert np.abs(display.values).max() == 1
        assert display.maximum == (np.abs(values).max() if signed else values.max())
        assert ((display.values > 0) <= (values > 0)).all()
        assert ((display.values < 0) <= (values < 0)).all()
        if 1e-20 < display.maximum < 1e20:
            again = _display(values * np.float32(factor), signed=signed)
            np.testing.assert_allclose(again.values, display.values, rtol=1e-6, atol=1e-12)


@given(maps)
def test_the_negated_map_is_the_mirrored_one(values: np.ndarray) -> None:
    np.testing.assert_array_equal(
        _display(-values, signed=True).values, -_display(values, signed=True).values
    )


@pytest.mark.parametrize("tiny", [1e-45, 1e-40, 1e-38])
def test_the_smallest_evidence_is_still_scaled_to_its_maximum(tiny: float) -> None:
    assert _display([[tiny, 0.0]]).values.tolist() == [[1.0, 0.0]]
    assert _display([[tiny, -tiny]], signed=True).values.tolist() == [[1.0, -1.0]]


def test_the_attribution_itself_is_left_as_it_is() -> None:
    for signed in (False, True):
        attribution = _attribution([[-1.0, 2.0]], 3.0)
        drawn = display_map(attribution, Scale(2.0), signed).values
        drawn[...] = 0
        assert attribution.values.tolist() == [[-1.0, 2.0]]


def test_only_a_map_that_is_shown_goes_without_words() -> None:
    assert {state for state in MapState if not STATE_TEXT[state]} == {MapState.SHOWN}


def test_a_stretched_map_tells_its_maximum_in_logits_where_the_method_has_them() -> None:
    with_unit, without = _display([[-1.0, 0.5]], 49.0), _display([[-1.0, 0.5]])
    assert (with_unit.maximum, with_unit.unit, with_unit.locked) == (24.5, LOGIT, False)
    assert (without.maximum, without.unit, without.locked) == (0.5, "", False)
    assert _display([[-1.0, 0.5]], 49.0, signed=True).maximum == 49.0
    np.testing.assert_array_equal(with_unit.values, without.values)


@pytest.mark.parametrize("signed", [False, True])
def test_on_a_locked_scale_a_value_is_its_share_of_the_limit_and_no_more(signed: bool) -> None:
    display = _display([[-3.0, -0.25], [0.5, 1.5]], 2.0, Scale(2.0), signed)
    against = [-1.0, -0.25] if signed else [0.0, 0.0]
    assert display.values.tolist() == [against, [0.5, 1.0]]
    assert (display.maximum, display.unit, display.locked) == (2.0, LOGIT, True)
    assert display.values.dtype == np.float32


def test_maps_on_one_locked_scale_can_be_compared() -> None:
    # One method tells shares of the logit over 4 cells, the other changes of it; both say 0.8 logits there.
    share = _display([[0.2, 0.0], [0.0, 0.1]], 4.0, Scale(1.6))
    change = _display([[0.8, 0.0], [0.0, 0.4]], 1.0, Scale(1.6))
    np.testing.assert_allclose(share.values, change.values, rtol=1e-6)
    assert share.values[0, 0] == pytest.approx(0.5)
    wider = _display([[0.2, 0.0], [0.0, 0.1]], 4.0, Scale(3.2))
    np.testing.assert_allclose(wider.values, share.values / 2, rtol=1e-6)


def test_a_method_without_units_cannot_be_locked_and_is_stretched() -> None:
    display = _display([[0.5, 2.0]], None, Scale(10.0))
    assert not display.locked
    assert display.values.tolist() == [[0.25, 1.0]]
    assert (display.maximum, display.unit) == (2.0, "")


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_without_an_end_is_a_mistake(limit: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        Scale(limit)


def _shown(values: ArrayLike, signed: bool = False) -> DisplayMap:
    return DisplayMap(np.asarray(values, np.float32), 1.0, MapState.SHOWN, signed=signed)


def test_over_the_threshold_of_a_share_lies_that_share_of_the_area() -> None:
    ramp = _shown(np.linspace(0, 1, 200)[None].repeat(200, axis=0))
    for share in (0.01, 0.1, 0.25, 0.5, 0.9):
        assert share_threshold(ramp, share) == pytest.approx(1 - share, abs=0.008)


@given(maps.filter(lambda values: values.any()), st.floats(0.001, 0.999), st.booleans())
def test_at_least_the_share_is_drawn_and_no_threshold_above_would_do(values, share, signed) -> None:
    display = _display(values, signed=signed)
    threshold = share_threshold(display, share)
    drawn = np.abs(cv2.resize(display.values, (112, 112), interpolation=cv2.INTER_LINEAR))
    assert 0 <= threshold <= 1
    step = 0.5001 / (127 if signed else 255)
    assert (drawn >= threshold - step).mean() >= share
    assert (drawn > threshold + step).mean() < share


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("level", [0.4002, 0.4019, 0.0502, 0.9988])
def test_a_nearly_flat_map_is_drawn_whatever_its_level(level: float, signed: bool) -> None:
    values = np.full((14, 14), level, np.float32) - np.linspace(0, 1e-4, 14, dtype=np.float32)
    heatmap = Heatmap(values, np.eye(3), signed)
    heat = resample(heatmap, full_resolution((14, 14)))
    threshold = share_threshold(_shown(values, signed), 0.1)
    assert (opacity(OverlayStyle(threshold=threshold, signed=signed))[heat] > 0).any()


@given(st.floats(0.05, 0.95), st.booleans())
def test_the_share_is_the_one_in_the_picture(share: float, signed: bool) -> None:
    rng = np.random.default_rng(4)
    display = _display(rng.uniform(-1 if signed else 0, 1, (9, 9)), signed=signed)
    heatmap = Heatmap(display.values, resize_affine((9, 9), (300, 300)), signed)
    heat = resample(heatmap, full_resolution((300, 300)))
    style = OverlayStyle(threshold=share_threshold(display, share), signed=signed)
    assert (opacity(style)[heat] > 0).mean() == pytest.approx(share, abs=0.02)


def test_a_share_counts_evidence_against_in_a_signed_map() -> None:
    values = np.zeros((112, 112), np.float32)
    values[:, :28] = np.linspace(0.5, 1.0, 28)
    values[:, 56:] = -0.25
    assert share_threshold(_shown(values, signed=True), 0.2) > 0.5
    assert share_threshold(_shown(values, signed=True), 0.6) == pytest.approx(0.25, abs=0.003)
    assert share_threshold(_shown(np.maximum(values, 0)), 0.6) == 0.0


def test_coarse_maps_are_counted_as_they_are_drawn() -> None:
    # One cell of sixteen: interpolated, its upper half is a fourth of what a cell is.
    values = np.zeros((4, 4), np.float32)
    values[1, 2] = 1
    assert 0 < share_threshold(_shown(values), 1 / 16) < 0.5
    assert share_threshold(_shown(values), 1 / 64) == pytest.approx(0.6, abs=0.15)


def test_fine_maps_are_counted_pixel_by_pixel() -> None:
    values = np.zeros((300, 300), np.float32)
    values[::3, ::3] = np.linspace(0.01, 1, 10_000).reshape(100, 100)
    assert share_threshold(_shown(values), 1 / 18) == pytest.approx(0.505, abs=0.01)


def test_nothing_and_everything_are_the_ends() -> None:
    display = _shown(np.random.default_rng(0).random((7, 7)))
    assert share_threshold(display, 0.0) == 1.0
    assert share_threshold(display, 1.0) == 0.0
    falling = [share_threshold(display, share) for share in np.linspace(0, 1, 21)]
    assert (np.diff(falling) < 0).all()
