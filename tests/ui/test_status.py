"""What is under the cursor, and what goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from material import SHAPE, analysis, choice, radiograph
from PySide6.QtWidgets import QLabel, QMainWindow, QProgressBar

from cxrviewer.imaging.radiograph import Rescale
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState
from cxrviewer.ui.controller import Activity
from cxrviewer.ui.status import Readout, StatusLine, read_out

STATE = ViewState()


def _shown(made=None, **changes) -> Shown:
    at_hand = AtHand(radiograph(**changes), "default", choice())
    return next_shown(Shown(STATE, AtHand()), STATE, at_hand, made)


@given(
    st.integers(0, SHAPE[1] - 1), st.integers(0, SHAPE[0] - 1), st.sampled_from([-0.5, -0.25, 0.0, 0.4999])
)
def test_the_whole_area_of_a_pixel_is_that_pixel(column: int, row: int, off: float) -> None:
    found = read_out(_shown(), column + off, row + off)
    assert found is not None
    assert (found.x, found.y, found.stored) == (column, row, column + row)


@pytest.mark.parametrize("point", [(-0.51, 5), (5, -0.51), (SHAPE[1] - 0.5, 5), (5, SHAPE[0] - 0.5)])
def test_nothing_outside_the_image(point: tuple[float, float]) -> None:
    assert read_out(_shown(), *point) is None


def test_nothing_without_an_image() -> None:
    assert read_out(Shown(STATE, AtHand()), 1, 1) is None


def test_stored_and_modality_value_are_apart() -> None:
    found = read_out(_shown(modality=Rescale(2.0, -1000.0)), 30, 20)
    assert (found.stored, found.modality) == (50, -900.0)


def test_the_heatmaps_value_is_the_signed_raw_one() -> None:
    values = np.zeros((4, 4), np.float32)
    values[1, 2] = -3.5
    # The middle of the third cell of four in 60 columns, of the second of four in 40 rows.
    assert read_out(_shown(analysis(values=values)), 37, 14.5).heat == pytest.approx(-3.5, abs=0.15)
    assert read_out(_shown(), 37, 14.5).heat is None


@pytest.fixture
def line(qtbot) -> StatusLine:
    window = QMainWindow()
    qtbot.addWidget(window)
    made = StatusLine(window.statusBar())
    made.window = window  # type: ignore[attr-defined]
    return made


def _words(line: StatusLine) -> str:
    return " ".join(label.text() for label in line.window.findChildren(QLabel))  # type: ignore[attr-defined]


def test_all_four_values_are_told(line: StatusLine) -> None:
    line.show_readout(Readout(12, 34, 567, -89.5, 0.25))
    for word in ("12", "34", "567", "-89.5", "0.25"):
        assert word in _words(line)
    line.show_readout(replace(Readout(12, 34, 567, -89.5, None), x=99))
    assert "99" in _words(line)
    assert "0.25" not in _words(line)
    line.show_readout(None)
    assert "567" not in _words(line)


@pytest.mark.parametrize(
    ("activity", "busy", "cancellable"),
    [
        (Activity.STARTING, True, False),
        (Activity.LOADING, True, True),
        (Activity.ANALYSING, True, True),
        (Activity.READY, False, False),
        (Activity.IDLE, False, False),
    ],
)
def test_what_lasts_shows_progress_and_can_be_cancelled(
    line: StatusLine, activity: Activity, busy: bool, cancellable: bool
) -> None:
    line.show_activity(activity)
    bar = line.window.findChild(QProgressBar)  # type: ignore[attr-defined]
    assert activity.value in _words(line)
    assert bar.isHidden() is not busy
    assert line.cancel.isHidden() is not cancellable
