"""From signed attributions to what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.display import STATE_TEXT, MapState, display_map


def _display(values):
    return display_map(Attribution(np.asarray(values, np.float32), 0, "layer", "grad-cam"))


def test_only_evidence_for_the_class_is_drawn() -> None:
    display = _display([[-8.0, 0.0], [1.0, 4.0]])
    assert display.values.tolist() == [[0.0, 0.0], [0.25, 1.0]]
    assert display.maximum == 4.0
    assert display.state is MapState.SHOWN


@pytest.mark.parametrize("values", [[[0.0, 0.0]], [[-1.0, -2.0]], [[-0.0, -1e-30]]])
def test_a_map_without_positive_values_is_said_not_stretched(values) -> None:
    display = _display(values)
    assert display.state is MapState.EMPTY
    assert display.maximum == 0.0
    assert not display.values.any()
    assert STATE_TEXT[display.state]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_map_that_is_not_finite_is_not_drawn(bad: float) -> None:
    display = _display([[1.0, bad]])
    assert display.state is MapState.INVALID
    assert display.values.shape == (1, 2)
    assert not display.values.any()
    assert STATE_TEXT[display.state]


@given(
    arrays(np.float32, (3, 4), elements=st.floats(-(2.0**99), 2.0**99, width=32)),
    st.sampled_from([2.0**-20, 1.0, 2.0**20]),
)
def test_scale_does_not_matter_order_does(values: np.ndarray, factor: float) -> None:
    display = _display(values)
    assert display.values.dtype == np.float32
    assert display.values.min() >= 0
    if display.state is MapState.SHOWN:
        assert display.values.max() == 1
        assert display.maximum == values.max()
        assert (display.values > 0).sum() <= (values > 0).sum()
        if 1e-20 < display.maximum < 1e20:
            again = _display(values * np.float32(factor))
            np.testing.assert_allclose(again.values, display.values, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("tiny", [1e-45, 1e-40, 1e-38])
def test_the_smallest_evidence_is_still_scaled_to_its_maximum(tiny: float) -> None:
    assert _display([[tiny, 0.0]]).values.tolist() == [[1.0, 0.0]]


def test_the_attribution_itself_is_left_as_it_is() -> None:
    values = np.array([[-1.0, 2.0]], np.float32)
    display_map(Attribution(values, 0, "layer", "grad-cam"))
    assert values.tolist() == [[-1.0, 2.0]]


def test_only_a_map_that_is_shown_goes_without_words() -> None:
    assert {state for state in MapState if not STATE_TEXT[state]} == {MapState.SHOWN}
