"""A model whose map peaks where a blob was planted: the heatmap's peak must lie on the blob that is seen.

The blob's place is measured in the picture without heatmap, the heatmap's in the picture with it, so that no
part of the program's own geometry takes part in the comparison.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from cxrviewer.explain.target import of_label
from cxrviewer.imaging.compose import HeatmapView
from cxrviewer.models.card import Activation, InputSpec, ModelCard, ResizeRule, Scaling
from cxrviewer.models.card_toml import write_card
from cxrviewer.session.export_choice import ImageSize
from cxrviewer.session.state import Zoom

CELLS, SIDE = 8, 64
ROWS, COLUMNS = 300, 420
PLAIN = {
    "visible": True,
    "alpha": 1.0,
    "colormap": "viridis",
    "threshold": 0.0,
    "view": HeatmapView.SMOOTH,
    "signed": False,
}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Averages of 8×8 blocks, a ReLU, global average pooling: the map is the brightness of the blocks."""
    import keras

    inputs = keras.Input((SIDE, SIDE, 1))
    x = keras.layers.AveragePooling2D(SIDE // CELLS, name="blocks")(inputs)
    x = keras.layers.ReLU(name="map")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    outputs = keras.layers.Dense(2, name="head")(x)
    model = keras.Model(inputs, outputs)
    model.get_layer("head").set_weights([np.array([[1.0, -1.0]], np.float32), np.zeros(2, np.float32)])
    folder = tmp_path_factory.mktemp("planted")
    saved = folder / "planted.keras"
    model.save(saved)
    paths = {}
    for rule in ResizeRule:
        path = folder / f"planted-{rule.value}.keras"
        shutil.copy(saved, path)
        card = ModelCard(
            id=f"planted-{rule.value}",
            name="Planted",
            version="1",
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            labels=("Blob", "None"),
            thresholds=(0.5, 0.5),
            activation=Activation.SOFTMAX,
            input=InputSpec(SIDE, SIDE, 1, Scaling.UNIT, rule),
        )
        write_card(card, path.with_suffix(".toml"))
        paths[rule] = path
    return paths


def _planted(folder, name: str, shape: tuple[int, int], at: tuple[float, float], radius: float):
    """Write a dark 16-bit picture with a bright blob at `at` = (x, y), as fractions of its size."""
    rows, columns = shape
    y, x = np.mgrid[:rows, :columns]
    distance = np.hypot(x - at[0] * columns, y - at[1] * rows)
    pixels = (2000 + 60000 * np.exp(-((distance / radius) ** 2))).astype(np.uint16)
    path = folder / name
    assert cv2.imwrite(str(path), pixels)
    return path


def _centroid(weights: np.ndarray) -> np.ndarray:
    """Return (x, y) of the middle of the brightest part."""
    y, x = np.nonzero(weights >= weights.max() * 0.97)
    return np.array([x.mean(), y.mean()])


Measure = Callable[[np.ndarray], np.ndarray]
"""From a picture (H, W, 3) to how much of the heatmap's peak is at each place."""


def _yellow(picture: np.ndarray) -> np.ndarray:
    """The last colours of viridis: red minus blue grows towards its end."""
    return picture[..., 0].astype(float) - picture[..., 2].astype(float)


def _blue(picture: np.ndarray) -> np.ndarray:
    """The first colours of a diverging map."""
    return -_yellow(picture)


def _colored(picture: np.ndarray) -> np.ndarray:
    return (np.ptp(picture.astype(int), axis=2) > 10).astype(float)


def _seen(desk, measure: Measure = _yellow, **style: object) -> tuple[np.ndarray, np.ndarray]:
    """Return where the blob and where the heatmap's peak are in the picture."""
    desk.window.commands.style(visible=False)
    gray = desk.picture()[..., 0].astype(float)
    blob = _centroid(cv2.GaussianBlur(gray, (0, 0), 3))
    desk.window.commands.style(**{**PLAIN, **style})
    return blob, _centroid(measure(desk.picture()))


def _middle_of(cell: tuple[int, int], rule: ResizeRule) -> tuple[float, float]:
    """Return the middle of a cell of the map as fractions of the image, by the rule's own words."""
    covered = np.array(
        {
            ResizeRule.STRETCH: (COLUMNS, ROWS),
            ResizeRule.PAD: (max(ROWS, COLUMNS),) * 2,
            ResizeRule.CROP: (min(ROWS, COLUMNS),) * 2,
        }[rule]
    )
    size = np.array([COLUMNS, ROWS])
    x, y = ((np.array(cell) + 0.5) / CELLS * covered + (size - covered) / 2) / size
    return float(x), float(y)


def _cell(desk, rule: ResizeRule) -> np.ndarray:
    """Return the size of a cell in view pixels, across and down, by the rule's own words."""
    rows, columns = desk.shown.radiograph.shape
    covered = {
        ResizeRule.STRETCH: (columns, rows),
        ResizeRule.PAD: (max(rows, columns),) * 2,
        ResizeRule.CROP: (min(rows, columns),) * 2,
    }[rule]
    cell = np.array(covered) / CELLS * desk.window.canvas.scale()
    return cell[::-1] if desk.controller.state.orientation.quarter_turns % 2 else cell


@pytest.mark.parametrize("rule", list(ResizeRule))
def test_peak_lies_on_the_blob_on_screen_and_in_the_export(desk, models, tmp_path, rule):
    desk.window.commands.choose_model(str(models[rule]))
    desk.wait(lambda: desk.shown.at_hand.model == str(models[rule]))
    for number, cell in enumerate([(2, 2), (5, 4)]):
        at = _middle_of(cell, rule)
        path = _planted(tmp_path, f"blob{number}.png", (ROWS, COLUMNS), at, 16)
        desk.open(path)
        desk.window.commands.ask(target=of_label(0))
        desk.wait(desk.settled)
        _assert_aligned(desk, rule, "as it opens")
        for steps in (("rotate",), ("flip",), ("rotate", "rotate"), ("flip_vertical",), ("rotate_left",)):
            for step in steps:
                desk.window.actions_table[step].trigger()
            _assert_aligned(desk, rule, f"after {steps}")
        desk.window.commands.choose(zoom=Zoom(2.6, at))
        _assert_aligned(desk, rule, "zoomed")
        _assert_export_aligned(desk, rule, tmp_path / f"out{number}.png")


def _assert_aligned(desk, rule: ResizeRule, when: str) -> None:
    blob, peak = _seen(desk)
    off = np.abs(blob - peak) / _cell(desk, rule)
    assert (off <= 0.5).all(), f"{rule} {when}: blob at {blob}, peak at {peak}, {off} cells apart"


def _assert_export_aligned(desk, rule: ResizeRule, target, measure: Measure = _yellow) -> None:
    desk.window.actions_table["reset"].trigger()
    desk.window.actions_table["rotate"].trigger()
    desk.export(target, ImageSize.WHOLE)
    desk.wait(target.exists)
    desk.wait(lambda: not list(target.parent.glob(".out*")))
    picture = cv2.cvtColor(cv2.imread(str(target)), cv2.COLOR_BGR2RGB)[:COLUMNS, :ROWS]
    stored = cv2.imread(str(desk.shown.radiograph.path), cv2.IMREAD_UNCHANGED)
    blob = _centroid(np.rot90(stored, -1).astype(float))
    off = np.abs(blob - _centroid(measure(picture))) / (_cell(desk, rule) / desk.window.canvas.scale())
    assert (off <= 0.5).all(), f"{rule} exported: {off} cells apart"


def test_fine_blobs_all_over_the_image_stay_within_half_a_cell(desk, models, tmp_path):
    """One blob in every other cell, in a picture of another shape, stretched."""
    rule = ResizeRule.STRETCH
    desk.window.commands.choose_model(str(models[rule]))
    desk.wait(lambda: desk.shown.at_hand.model == str(models[rule]))
    for number, (x, y) in enumerate([(1, 1), (4, 2), (6, 6), (2, 5)]):
        path = _planted(tmp_path, f"cell{number}.png", (500, 260), ((x + 0.5) / CELLS, (y + 0.5) / CELLS), 11)
        desk.open(path)
        desk.window.commands.ask(target=of_label(0))
        desk.wait(desk.settled)
        blob, peak = _seen(desk)
        off = np.abs(blob - peak) / _cell(desk, rule)
        assert (off <= 0.1).all(), f"cell {x}, {y}: {off} cells apart"


@pytest.mark.parametrize("rule", list(ResizeRule))
@pytest.mark.parametrize(
    ("measure", "label", "style"),
    [
        (_yellow, 0, {"view": HeatmapView.CELLS}),
        (_colored, 0, {"view": HeatmapView.CONTOURS, "threshold": 0.6}),
        (_yellow, 0, {"signed": True, "colormap": "coolwarm"}),
        (_blue, 1, {"signed": True, "colormap": "coolwarm"}),
        (_blue, 1, {"signed": True, "colormap": "coolwarm", "view": HeatmapView.CELLS}),
    ],
    ids=["cells", "contours", "for", "against", "cells against"],
)
def test_every_view_has_its_peak_on_the_blob(desk, models, tmp_path, rule, measure, label, style):
    commands = desk.window.commands
    commands.choose_model(str(models[rule]))
    desk.wait(lambda: desk.shown.at_hand.model == str(models[rule]))
    at = _middle_of((5, 3), rule)
    desk.open(_planted(tmp_path, "blob.png", (ROWS, COLUMNS), at, 16))
    commands.choose(fade=False)
    commands.ask(target=of_label(label))
    desk.wait(desk.settled)
    for steps in ((), ("rotate",), ("flip",)):
        for step in steps:
            desk.window.actions_table[step].trigger()
        blob, peak = _seen(desk, measure, **style)
        off = np.abs(blob - peak) / _cell(desk, rule)
        assert (off <= 0.5).all(), f"after {steps}: blob at {blob}, peak at {peak}, {off} cells apart"
    _assert_export_aligned(desk, rule, tmp_path / "out.png", measure)


@pytest.mark.parametrize("rule", list(ResizeRule))
@pytest.mark.parametrize("method", ["gradient-x-input", "integrated-gradients", "occlusion"])
def test_methods_that_explain_the_input_point_at_the_blob(desk, models, tmp_path, rule, method):
    commands = desk.window.commands
    commands.choose_model(str(models[rule]))
    desk.wait(lambda: desk.shown.at_hand.model == str(models[rule]))
    at = _middle_of((2, 4), rule)
    desk.open(_planted(tmp_path, "blob.png", (ROWS, COLUMNS), at, 16))
    commands.ask(target=of_label(0), method=method)
    desk.wait(lambda: desk.settled() and desk.shown.analysis.result.attribution.method == method)
    blob, peak = _seen(desk)
    off = np.abs(blob - peak) / _cell(desk, rule)
    assert (off <= 0.5).all(), f"blob at {blob}, peak at {peak}, {off} cells apart"
    _assert_export_aligned(desk, rule, tmp_path / "out.png")
    commands.ask(method="grad-cam")
