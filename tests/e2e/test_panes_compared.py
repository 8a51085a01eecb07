"""Panes with the real engine: comparisons come about in all of them, and one engine serves all."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest

from cxrviewer.paths import resource
from cxrviewer.session.panes import Layout
from cxrviewer.session.state import Zoom


@pytest.fixture
def phantom(desk):
    """Return the desk with the phantom in one pane."""
    desk.window.arrangement.lay_out(Layout.ONE)
    desk.open(resource("samples", "phantom-opacity.dcm"))
    desk.wait(desk.settled)
    yield desk
    desk.window.arrangement.lay_out(Layout.ONE)


def _all_settled(desk) -> bool:
    from cxrviewer.ui.waiting import Activity

    controllers = [pane.controller for pane in desk.window.panes]
    return all(each.activity is Activity.READY and each.shown.analysis is not None for each in controllers)


def _analyses(desk) -> list:
    return [pane.controller.shown.analysis.result for pane in desk.window.panes]


@pytest.mark.parametrize("action", ["compare_methods", "compare_layers", "compare_classes"])
def test_a_comparison_comes_about_with_one_click(phantom, action) -> None:
    phantom.window.actions_table[action].trigger()
    phantom.wait(lambda: _all_settled(phantom))
    results = _analyses(phantom)
    assert len(results) == 4
    maps = [result.attribution.values for result in results]
    drawn = [pane.controller.state.style.visible for pane in phantom.window.panes]
    compared = [each for each, visible in zip(maps, drawn, strict=True) if visible]
    for place, one in enumerate(compared):
        for other in compared[place + 1 :]:
            assert one.shape != other.shape or not np.allclose(one, other)
    probabilities = {tuple(result.prediction.probabilities) for result in results}
    assert len(probabilities) == 1, "the same model on the same image"


def test_image_beside_overlay_follows_from_file_to_file(phantom) -> None:
    window = phantom.window
    QTest.keyClick(window.canvas, Qt.Key.Key_Y)
    phantom.wait(lambda: _all_settled(phantom))
    plain, overlay = window.panes.panes
    other = resource("samples", "phantom-opacity.dcm").with_name("phantom-normal.dcm")
    phantom.open(other)
    phantom.wait(lambda: _all_settled(phantom))
    assert plain.controller.shown.radiograph.path == overlay.controller.shown.radiograph.path == other
    assert plain.controller.shown.analysis is overlay.controller.shown.analysis
    assert np.ptp(_colors(plain)) == 0
    assert np.ptp(_colors(overlay)) > 0


def _colors(pane) -> np.ndarray:
    """Return how colourful each pixel is."""
    image = pane.canvas.picture()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return np.ptp(pixels[..., :3].astype(int), axis=2)


def test_panes_closed_while_they_compute_leave_engine_and_window_well(phantom) -> None:
    window = phantom.window
    pid = phantom.controller._analyst._engine.pid
    window.actions_table["compare_methods"].trigger()
    window.commands.ask(smoothing=4)
    window.actions_table["layout_one"].trigger()
    phantom.wait(phantom.settled)
    QCoreApplication.processEvents()
    assert len(window.panes.panes) == 1
    assert phantom.controller._analyst._engine.pid == pid
    window.commands.ask(smoothing=0)
    phantom.wait(phantom.settled)


def test_linked_windowing_of_four_panes_keeps_up(phantom) -> None:
    """Generous, and in computing time, for a busy machine; benchmarks have the numbers."""
    window = phantom.window
    window.actions_table["layout_four"].trigger()
    phantom.wait(lambda: _all_settled(phantom))
    window.commands.choose(zoom=Zoom(1.0))
    start = time.thread_time()
    for step in range(20):
        window.commands.windowing.begin_drag()
        window.commands.windowing.drag(float(step + 5), float(step))
        for pane in window.panes:
            pane.canvas.picture()
    assert (time.thread_time() - start) / 20 < 0.1
    assert len({pane.controller.state.voi for pane in window.panes}) == 1
