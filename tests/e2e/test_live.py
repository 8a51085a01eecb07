"""Playing with the heatmap in the real window: long methods, the layer slider, what the model sees."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cxrviewer.explain.display import STRETCHED
from cxrviewer.explain.model_info import AUTO_LAYER, sweep_layers
from cxrviewer.explain.target import TOP, of_label
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.session.keys import ExplainKey

CHEST = "dicom/gdcm-CR-MONO1-10-chest.dcm"
LONG = "occlusion"
HARD = {"patch": 8, "stride": 20}
"""Some thousand runs of the model."""
AT_ONCE = 5.0
"""Seconds, on a busy machine; the method itself takes a minute."""


@pytest.fixture
def chest(desk, shared_data):
    """A chest on the desk, explained by Grad-CAM."""
    desk.window.messages.clear()
    desk.window.commands.ask(layers=(AUTO_LAYER,), method="grad-cam", parameters=(), target=TOP, smoothing=0)
    desk.window.commands.choose(scale=STRETCHED, top_share=None, fade=True)
    desk.window.commands.style(signed=False, view=HeatmapView.SMOOTH, visible=True, threshold=0.0)
    desk.open(shared_data / CHEST)
    desk.wait(desk.settled)
    return desk


def _ask_long(desk) -> None:
    desk.window.commands.ask(method=LONG, parameters=tuple(HARD.items()), smoothing=8)


def _share(desk) -> float:
    waiting = desk.controller.waiting
    return waiting.share or 0.0 if waiting is not None else 0.0


def test_a_long_method_tells_how_far_it_is_over_the_dimmed_map(chest):
    before = chest.picture().astype(int)
    pid = chest.controller._analyst._engine.pid
    _ask_long(chest)
    chest.wait(lambda: _share(chest) > 0)
    first = _share(chest)
    chest.wait(lambda: chest.window.canvas.sign.text != "")
    assert chest.window.canvas.sign.text.startswith("Occlusion ")
    assert chest.window.canvas.sign.text.endswith(" %")
    assert chest.window.status.activity.text() == chest.controller.waiting.text
    dimmed = chest.picture().astype(int)
    colour = lambda picture: np.ptp(picture, axis=2).mean()  # noqa: E731
    assert 0 < colour(dimmed) < 0.7 * colour(before)
    chest.wait(lambda: _share(chest) > first)
    start = time.perf_counter()
    QTest.keyClick(chest.window.canvas, Qt.Key.Key_Escape)
    assert chest.window.canvas.sign.text == ""
    assert np.array_equal(chest.picture(), before), "the old map stays, and is not dim any more"
    chest.wait(lambda: chest.controller._analyst._thread.current is None)
    assert time.perf_counter() - start < AT_ONCE
    assert chest.controller._analyst._engine.pid == pid
    assert chest.window.messages.text == ""


def test_another_question_begins_at_once(chest):
    _ask_long(chest)
    chest.wait(lambda: _share(chest) > 0)
    start = time.perf_counter()
    other = of_label((chest.shown.at_hand.prediction.top + 1) % 3)
    chest.window.commands.ask(method="layer-cam", parameters=(), smoothing=0, target=other)
    chest.wait(lambda: chest.shown.analysis.result.attribution.method == "layer-cam")
    assert time.perf_counter() - start < AT_ONCE
    assert chest.shown.analysis.result.attribution.target == other


def test_the_output_of_a_new_image_is_there_before_a_long_heatmap(chest, shared_data):
    _ask_long(chest)
    path = shared_data / "dicom" / "wg04_RG1_JLSN.dcm"
    chest.window.commands.open_paths([path])
    chest.wait(lambda: chest.shown.radiograph.path == path and chest.shown.at_hand.prediction is not None)
    assert chest.shown.heatmap is None
    assert chest.window.side.outputs.rows.rowCount() > 0
    chest.wait(lambda: chest.window.canvas.sign.text.endswith(" %"))
    chest.window.status.cancel.click()
    chest.wait(chest.settled)


def test_the_layer_slider_plays_from_the_cache(chest):
    info = chest.shown.at_hand.loaded.info
    stops = sweep_layers(info)
    chest.controller.look_ahead()
    question = chest.shown.analysis.result.attribution.question
    digest = chest.shown.radiograph.digest
    keys = [ExplainKey(digest, info.card, replace(question, layers=(path,))) for path in stops]
    chest.wait(lambda: all(chest.controller._cache.get(key) is not None for key in keys))
    slider = chest.window.side.heatmap.layers.slider
    assert slider.maximum() == len(stops) - 1
    seen = []
    for stop in (*range(len(stops)), *reversed(range(len(stops)))):
        slider.setValue(stop)
        # At once: nothing was waited for in between.
        assert chest.shown.analysis.result.attribution.layer == stops[stop]
        assert chest.controller.waiting is None
        seen.append(chest.picture())
    assert not np.array_equal(seen[0], seen[len(stops) - 1])
    assert np.array_equal(seen[0], seen[-1])


def test_what_the_model_sees_is_shown(chest):
    view = chest.window.side.model_view
    chest.wait(view.thumbnail.isEnabled)
    assert not view.thumbnail.icon().isNull()


def test_views_and_sign_change_the_picture_without_a_question(chest):
    plain = chest.picture()
    actions = chest.window.actions_table
    seen = [plain]
    for action in ("view", "view", "signed"):
        actions[action].trigger()
        assert chest.settled()
        seen.append(chest.picture())
    for first in range(len(seen)):
        for second in range(first):
            assert not np.array_equal(seen[first], seen[second]), (first, second)
    actions["view"].trigger()
    actions["signed"].trigger()
    assert np.array_equal(chest.picture(), plain)


def test_a_locked_scale_holds_for_other_classes_and_is_named(chest):
    chest.window.actions_table["lock_scale"].trigger()
    limit = chest.controller.state.scale.limit
    assert limit is not None
    chest.window.actions_table["class_next"].trigger()
    chest.wait(chest.settled)
    assert chest.shown.display.maximum == limit
    assert any("locked" in line.text for line in chest.window.canvas._legend.bottom_right)
    chest.window.actions_table["lock_scale"].trigger()
    assert chest.controller.state.scale == STRETCHED
