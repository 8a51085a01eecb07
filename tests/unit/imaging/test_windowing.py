"""Windows from drags and from ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrviewer.imaging.grayscale import presentation_table, shades_of
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph, VoiFunction, Window
from cxrviewer.imaging.windowing import DragDirection, adjusted, between, dragged, ends

START = Window(2000, 1000, VoiFunction.LINEAR, "CHEST")
RIGHT, LEFT, UP, DOWN = (100, 0), (-100, 0), (0, -100), (0, 100)


def _brightness(window: Window, inverted: bool) -> float:
    pixels = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    image = Radiograph(pixels, GrayscaleInfo(12, inverted=inverted), Path("a.dcm"), "DICOM", "digest")
    return float(presentation_table(image, window)[:4096].mean())


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize(
    ("direction", "wider", "brighter"),
    [
        (DragDirection.ACROSS_WIDER_UP_BRIGHTER, RIGHT, UP),
        (DragDirection.ACROSS_WIDER_UP_DARKER, RIGHT, DOWN),
        (DragDirection.UP_WIDER_ACROSS_BRIGHTER, UP, RIGHT),
        (DragDirection.UP_WIDER_ACROSS_DARKER, UP, LEFT),
    ],
)
def test_each_direction_does_what_it_says_whatever_the_polarity(direction, wider, brighter, inverted) -> None:
    widened = dragged(START, wider, 3000, direction, inverted=inverted)
    assert widened.width > START.width
    assert widened.center == START.center
    lighter = dragged(START, brighter, 3000, direction, inverted=inverted)
    assert lighter.width == START.width
    assert _brightness(lighter, inverted) > _brightness(START, inverted)
    back = (-wider[0], -wider[1])
    assert dragged(START, back, 3000, direction, inverted=inverted).width < START.width


def test_every_direction_has_words_of_its_own() -> None:
    assert len({direction.words for direction in DragDirection}) == len(DragDirection)


def test_a_drag_counts_in_the_images_own_values() -> None:
    small = dragged(Window(100, 200), RIGHT, 250)
    large = dragged(Window(100 * 256, 200 * 256), RIGHT, 250 * 256)
    assert large.width / small.width == pytest.approx(256)


def test_a_narrow_window_moves_slowly_and_a_wide_one_fast() -> None:
    steps = [dragged(Window(0, width), DOWN, 4000).center for width in (10, 1000, 4000)]
    assert steps == sorted(steps)
    assert steps[0] < 40, "a hundred pixels do not leave a narrow window behind at once"
    assert steps[0] > 1


def test_a_closed_window_opens_again() -> None:
    closed = dragged(START, (-10_000, 0), 4000)
    assert 0 < closed.width < 5
    assert dragged(closed, (300, 0), 4000).width > 20


def test_values_between_0_and_1_can_be_windowed_too() -> None:
    start = Window(0.5, 0.8, VoiFunction.LINEAR_EXACT)
    assert dragged(start, RIGHT, 1.0).width == pytest.approx(0.8 + 100 * np.sqrt(0.8) / 512)


@given(
    st.floats(0.01, 1e5),
    st.floats(-5000, 5000),
    st.floats(-5000, 5000),
    st.floats(0.01, 1e5),
    st.sampled_from(VoiFunction),
)
def test_no_drag_leads_to_a_window_that_is_not_defined(width, dx, dy, spread, function) -> None:
    window = dragged(
        Window(0, max(width, 1) if function is VoiFunction.LINEAR else width, function), (dx, dy), spread
    )
    assert window.width > 0
    assert window.function is not VoiFunction.LINEAR or window.width >= 1
    assert np.isfinite([window.center, window.width]).all()


def test_what_the_user_changes_has_no_name_of_the_file_any_more() -> None:
    assert adjusted(START, 1, 2) == Window(1, 2, VoiFunction.LINEAR, "")
    assert adjusted(START, 1, 0.5).function is VoiFunction.LINEAR_EXACT
    assert adjusted(Window(0, 5, VoiFunction.SIGMOID, "S"), 1, 0.5).function is VoiFunction.SIGMOID


@pytest.mark.parametrize("function", [VoiFunction.LINEAR, VoiFunction.LINEAR_EXACT])
def test_ends_are_where_black_and_white_begin(function: VoiFunction) -> None:
    low, high = ends(Window(100, 51, function))
    window = Window(100, 51, function)
    assert shades_of(np.array([low, high]), window) == pytest.approx([0, 1])
    assert shades_of(np.array([low + 1, high - 1]), window) == pytest.approx([0.02, 0.98], abs=0.001)


@given(
    st.floats(-1e4, 1e4), st.floats(1, 1e4), st.sampled_from([VoiFunction.LINEAR, VoiFunction.LINEAR_EXACT])
)
def test_between_is_the_inverse_of_ends(center, width, function) -> None:
    window = Window(center, width, function)
    again = between(window, *ends(window), 1e-9)
    assert (again.center, again.width) == pytest.approx((center, width), abs=1e-6)


def test_ends_cannot_meet() -> None:
    assert between(Window(0, 10, VoiFunction.LINEAR_EXACT), 5, 5, 0.25).width == 0.25
