"""Methods at the input and of the output alone, against their formulas written out on real models."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from explaining import BLACK, SHAPE, WHITE, Asked, asked, close, file_of, linear, radiograph
from numpy.typing import NDArray

from cxrviewer.explain.baselines import image_of_nothing
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.probe import ProbedImage
from cxrviewer.explain.steps import Floats
from cxrviewer.explain.target import Target, of_label
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.models.catalog import resolve_model
from cxrviewer.models.preprocess import ModelInput, prepare_input
from cxrviewer.paths import resource

AT_INPUT = ["gradient", "gradient-x-input", "smooth-grad", "integrated-gradients"]
ROWS, COLUMNS = SHAPE[:2]
SPAN = np.asarray(WHITE, np.float32) - np.asarray(BLACK, np.float32)


class Plain:
    """The logits of a saved model and their gradients, by Keras and a tape alone."""

    def __init__(self, name: str) -> None:
        import keras

        self.model = keras.models.load_model(file_of(name))
        last = self.model.get_layer("scores")
        if last.activation is not keras.activations.linear:
            last.activation = keras.activations.linear

    def scores(self, images: Floats, index: int = 0) -> NDArray[np.float64]:
        return np.asarray(self.model(images, training=False), np.float64)[:, index]

    def gradients(self, images: Floats, index: int = 0) -> Floats:
        import tensorflow as tf

        given = tf.constant(images)
        with tf.GradientTape() as tape:
            tape.watch(given)
            score = tf.reduce_sum(self.model(given, training=False)[:, index])
        found: Floats = tape.gradient(score, given).numpy()
        return found


@pytest.fixture(scope="module")
def plain() -> Plain:
    return Plain("softmax-3")


def nothing(kind: str) -> Floats:
    black, white = (np.asarray(end, np.float32) for end in (BLACK, WHITE))
    return image_of_nothing(ProbedImage(radiograph(), black, white), kind)


@cache
def shipped() -> tuple[ModelInput, Asked]:
    """Return a phantom as the built-in model takes it, and how to ask about it."""
    load = resolve_model("default")
    assert load.card is not None
    sampled = read_radiograph(resource("samples", "phantom-opacity.png"))
    prepared = prepare_input(sampled, load.card.input)
    return prepared, Asked(Path(load.path), load.card, prepared.black, prepared.white)


def explained(method: str, index: int = 0, name: str = "softmax-3", **choices: Any) -> Floats:
    return asked(name).map(method, radiograph(), of_label(index), **choices)


@pytest.mark.parametrize("index", range(3))
def test_the_gradient_is_that_of_the_logit_by_brightness(plain: Plain, index: int) -> None:
    expected = (plain.gradients(radiograph(), index)[0] * SPAN).sum(axis=-1)
    found = explained("gradient", index)
    assert close(found, expected)
    # A step from black to white of one pixel, as far as the model is linear there.
    row, column = np.unravel_index(np.abs(found).argmax(), found.shape)
    brighter = radiograph().copy()
    brighter[0, row, column] += 1e-3 * SPAN
    change = (plain.scores(brighter, index) - plain.scores(radiograph(), index))[0]
    assert change / 1e-3 == pytest.approx(found[row, column], rel=0.05)


def test_gradient_times_input_counts_from_black(plain: Plain) -> None:
    gradients = plain.gradients(radiograph(), 1)[0]
    expected = (gradients * (radiograph()[0] - np.asarray(BLACK))).sum(axis=-1)
    assert close(explained("gradient-x-input", 1), expected)


@pytest.mark.parametrize(("samples", "noise", "seed"), [(1, 0.15, 0), (7, 0.4, 0), (40, 0.15, 3)])
def test_smooth_grad_is_the_mean_over_gray_noise(plain: Plain, samples: int, noise: float, seed: int) -> None:
    grain = np.random.default_rng(seed).standard_normal((samples, ROWS, COLUMNS, 1), np.float32)
    copies = (radiograph() + noise * grain * SPAN).astype(np.float32)
    expected = (plain.gradients(copies).mean(axis=0, dtype=np.float64) * SPAN).sum(axis=-1)
    assert close(explained("smooth-grad", samples=samples, noise=noise, seed=seed), expected)


def test_smooth_grad_settles_with_more_samples() -> None:
    apart = []
    for samples in (5, 50, 500):
        one, other = (explained("smooth-grad", samples=samples, seed=seed) for seed in (1, 2))
        apart.append(np.abs(one - other).mean())
    assert apart[0] > 2 * apart[1] > 4 * apart[2]


@pytest.mark.parametrize("baseline", ["black", "white", "blurred", "mean"])
def test_integrated_gradients_are_the_mean_on_the_way(plain: Plain, baseline: str) -> None:
    start, steps = nothing(baseline), 10
    way = radiograph() - start
    points = [start + np.float32((step + 0.5) / steps) * way for step in range(steps)]
    gradients = plain.gradients(np.concatenate(points)).mean(axis=0, dtype=np.float64)
    expected = (gradients * way[0]).sum(axis=-1)
    assert close(explained("integrated-gradients", steps=steps, baseline=baseline), expected)


@pytest.mark.parametrize("name", ["softmax-3", "multi-label"])
@pytest.mark.parametrize("baseline", ["black", "white", "blurred", "mean"])
def test_integrated_gradients_sum_to_the_change_of_the_score(name: str, baseline: str) -> None:
    model = Plain(name)
    for index in range(2):
        change = (model.scores(radiograph(), index) - model.scores(nothing(baseline), index))[0]
        attribution = asked(name).attribution(
            "integrated-gradients", radiograph(), of_label(index), baseline=baseline, steps=512
        )
        total = attribution.values.sum(dtype=np.float64)
        assert total == pytest.approx(change, rel=0.01)
        (note,) = attribution.notes
        assert f"{total:+.3f}" in note
        assert f"{change:+.3f}" in note
        assert f"a gap of {abs(total - change) / abs(change):.1%}" in note


@pytest.mark.parametrize(
    ("baseline", "steps"), [("black", 64), ("white", 256), ("blurred", 256), ("mean", 256)]
)
def test_the_parts_add_up_on_a_trained_model(baseline: str, steps: int) -> None:
    """The usual baseline with the usual steps; the score of the others is nearly that of the image."""
    assert dict(method_spec("integrated-gradients").values()) == {"steps": 64, "baseline": "black"}
    prepared, ask = shipped()
    attribution = ask.attribution(
        "integrated-gradients", prepared.values, key=prepared.key, baseline=baseline, steps=steps
    )
    black, white = (np.asarray(end, np.float32) for end in (prepared.black, prepared.white))
    start = image_of_nothing(ProbedImage(prepared.values, black, white), baseline)
    # By the model's output alone, asked in another way.
    index = attribution.target.positive[0]
    image, nothing = (
        ask.answer("gradient", values, key=f"{baseline} {place}").prediction.logits[index]
        for place, values in enumerate((prepared.values, start))
    )
    change = image - nothing
    assert attribution.values.sum(dtype=np.float64) == pytest.approx(change, rel=0.01)
    assert "More steps" not in attribution.notes[0]


def test_the_gap_of_too_few_steps_is_said() -> None:
    notes = [
        asked("softmax-3").attribution("integrated-gradients", radiograph(), of_label(1), steps=steps).notes
        for steps in (1, 400)
    ]
    assert notes[0][0].endswith("More steps make it smaller.")
    assert notes[1][0].endswith("a gap of 0.0%.")


def test_what_a_method_says_of_one_map_is_not_said_of_a_mean_of_maps() -> None:
    ask, image = asked("softmax-3"), radiograph()
    assert ask.attribution("integrated-gradients", image, smoothing=1).notes
    assert not ask.attribution("integrated-gradients", image, smoothing=2).notes
    assert not ask.attribution("gradient", image).notes


def test_no_way_to_go_is_an_empty_map() -> None:
    black = np.zeros((1, *SHAPE), np.float32) + np.asarray(BLACK, np.float32)
    attribution = asked("softmax-3").attribution("integrated-gradients", black, of_label(0), key="black")
    assert not attribution.values.any()
    assert "%" not in attribution.notes[0]


def test_methods_agree_on_a_linear_model() -> None:
    """Where the gradient is the same everywhere, integrating or averaging it changes nothing."""
    weights = np.asarray(linear(3).get_layer("scores").kernel)[:, 2].reshape(SHAPE)
    above = radiograph()[0] - np.asarray(BLACK)
    assert close(explained("gradient", 2, "linear"), (weights * SPAN).sum(axis=-1))
    assert close(explained("smooth-grad", 2, "linear"), (weights * SPAN).sum(axis=-1))
    parts = (weights * above).sum(axis=-1)
    assert close(explained("gradient-x-input", 2, "linear"), parts)
    assert close(explained("integrated-gradients", 2, "linear", steps=1), parts)
    # Covered with black, the score loses what the patch adds to it.
    found = explained("occlusion", 2, "linear", patch=25, stride=100, fill="black")
    assert found.shape == (5, 4)
    blocks = parts.reshape(5, 8, 4, 8).sum(axis=(1, 3))
    assert close(found, blocks, 1e-3)


@pytest.mark.parametrize(("patch", "stride"), [(12, 50), (25, 100), (40, 20), (2, 100), (60, 73)])
@pytest.mark.parametrize("fill", ["blurred", "mean", "black"])
def test_occlusion_covers_one_place_at_a_time(plain: Plain, patch: int, stride: int, fill: str) -> None:
    side = max(patch / 100 * COLUMNS, 1.0)
    counts = [min(int(np.ceil(length / (side * stride / 100))), length) for length in (ROWS, COLUMNS)]
    found = explained("occlusion", patch=patch, stride=stride, fill=fill)
    assert found.shape == tuple(counts)
    covered, copies = nothing(fill)[0], []
    seen_changed = np.zeros((ROWS, COLUMNS), int)
    for row, column in product(*map(range, counts)):
        copy = radiograph()[0].copy()
        top = round((row + 0.5) * ROWS / counts[0] - side / 2)
        left = round((column + 0.5) * COLUMNS / counts[1] - side / 2)
        width = int(np.ceil(side))
        box = slice(max(top, 0), max(top + width, 0)), slice(max(left, 0), max(left + width, 0))
        copy[box] = covered[box]
        seen_changed[box] += 1
        copies.append(copy)
    assert seen_changed.min() >= 1
    expected = plain.scores(radiograph())[0] - plain.scores(np.stack(copies))
    assert close(found, expected.reshape(counts), 1e-3)


def plain_masks(count: int, cells: int, seen: float, seed: int) -> Floats:
    """Masks as the paper draws them, for an image that is higher than wide."""
    draw, side = np.random.default_rng(seed), int(np.ceil(COLUMNS / cells))
    rows, columns = int(np.ceil(ROWS / side)), int(np.ceil(COLUMNS / side))
    masks = []
    for _ in range(count):
        grid = (draw.random((rows, columns)) < seen).astype(np.float32)
        top, left = draw.integers(side, size=2)
        large = cv2.resize(grid, ((columns + 1) * side, (rows + 1) * side))
        masks.append(large[top : top + ROWS, left : left + COLUMNS])
    return np.stack(masks)


@pytest.mark.parametrize(
    ("masks", "cells", "seen", "fill", "seed"),
    [(100, 7, 0.5, "blurred", 0), (70, 5, 0.3, "mean", 4), (33, 32, 0.9, "black", 1)],
)
def test_rise_is_the_mean_score_of_the_masks_that_show_a_pixel(
    plain: Plain, masks: int, cells: int, seen: float, fill: str, seed: int
) -> None:
    drawn = plain_masks(masks, cells, seen, seed)
    behind = nothing(fill)
    scores = plain.scores((behind + drawn[..., None] * (radiograph() - behind)).astype(np.float32))
    expected = np.tensordot(scores, drawn.astype(np.float64), 1) / drawn.sum(axis=0) - scores.mean()
    found = explained("rise", masks=masks, cells=cells, seen=seen, fill=fill, seed=seed)
    assert close(found, expected, 1e-3)


def test_rise_knows_nothing_of_what_no_mask_shows() -> None:
    few = explained("rise", masks=10, cells=7, seen=0.1, seed=5)
    hidden = plain_masks(10, 7, 0.1, 5).sum(axis=0) == 0
    assert hidden.any()
    assert not few[hidden].any()
    assert few[~hidden].any()


def test_rise_settles_with_more_masks() -> None:
    apart = []
    for masks in (100, 400, 1600):
        one, other = (explained("rise", name="linear", masks=masks, seed=seed) for seed in (1, 2))
        apart.append(np.abs(one - other).mean())
    assert apart[0] > 1.6 * apart[1] > 2.5 * apart[2]


def test_another_class_costs_no_run_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a black box answers to the variants of an image holds for every class."""
    ask, image = asked("multi-label").afresh(), radiograph()
    fresh = asked("multi-label").map("rise", image, of_label(3))
    for method in ("rise", "occlusion"):
        ask.map(method, image, of_label(0))
    asked_for: list[int] = []
    logits = CompiledModel.logits
    monkeypatch.setattr(
        CompiledModel, "logits", lambda *given: (asked_for.append(len(given[1])), logits(*given))[1]
    )
    for method in ("rise", "occlusion"):
        for index in range(1, 4):
            ask.map(method, image, of_label(index))
        ask.map(method, image, Target((0, 1), (3,)))
    assert not asked_for
    np.testing.assert_array_equal(ask.map("rise", image, of_label(3)), fresh)
    ask.map("rise", image, of_label(0), seed=1)
    assert sum(asked_for) == 800


@pytest.mark.parametrize("method", [*AT_INPUT, "occlusion", "rise"])
def test_gray_models_are_explained_as_well(tmp_path: Any, method: str) -> None:
    import keras
    from builders import randomise

    gray = keras.Input((24, 24, 1))
    x = keras.layers.Conv2D(4, 3, activation="relu")(gray)
    output = keras.layers.Dense(2, activation="softmax")(keras.layers.Flatten()(x))
    randomise(keras.Model(gray, output)).save(tmp_path / "gray.keras")
    ask = Asked(tmp_path / "gray.keras", black=(0.0,), white=(1.0,))
    values = ask.map(method, radiograph()[:, :24, :24, :1])
    assert values.shape == ((17, 17) if method == "occlusion" else (24, 24))
    assert np.ptp(values) > 0
