"""What class activation maps must be equal to on real models, asked as the window asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import ExplainRequest, ExplainResult, LoadRequest, Progress, ResumeRequest
from cxrviewer.explain.target import Target, absent, of_label

Floats = NDArray[np.float32]
BLACK = -0.5
TARGETS = [of_label(0), of_label(2), absent(1), Target((0,), (2,)), Target((0, 1), (2,))]


class Model:
    """A Keras model and an explainer that has it from its file."""

    def __init__(self, model: Any, path: Path) -> None:
        self.keras = model
        self.explainer = Explainer()
        self.request = LoadRequest(str(path))

    def __call__(
        self,
        x: Floats,
        method: str,
        target: Target | None = None,
        layer: str = "last",
        key: str = "image",
        **parameters: Any,
    ) -> ExplainResult:
        target = of_label(0) if target is None else target
        question = Question(target, method, tuple(parameters.items()), (layer,))
        answer = self.explainer.handle(ExplainRequest(self.request, key, x, (BLACK,), (1.0,), question))
        while isinstance(answer, Progress):
            answer = self.explainer.handle(ResumeRequest(answer.token))
        assert isinstance(answer, ExplainResult)
        return answer

    def map(self, *args: Any, **kwargs: Any) -> Floats:
        return self(*args, **kwargs).attribution.values

    def activations(self, x: Floats, layer: str = "last") -> Floats:
        part = keras.Model(self.keras.input, self.keras.get_layer(layer).output)
        return np.asarray(part(x, training=False))

    def logits(self, x: Floats) -> Floats:
        """By the model's own layers, the last one without its softmax."""
        scores = self.keras.get_layer("scores")
        part = keras.Model(self.keras.input, scores.input)
        return np.asarray(part(x, training=False) @ scores.kernel + scores.bias)

    def score(self, logits: Floats, target: Target) -> NDArray[np.float64]:
        sides = [
            np.log(np.exp(logits[:, list(labels)].astype(np.float64)).sum(axis=1)) if labels else 0.0
            for labels in (target.positive, target.negative)
        ]
        return np.asarray(sides[0] - sides[1])


@pytest.fixture(scope="module")
def model(saved: Callable[[Any], Path]) -> Callable[[str], Model]:
    made: dict[str, Model] = {}

    def get(shape: str) -> Model:
        if shape not in made:
            network = builders.randomise(builders.SHAPES[shape]())
            made[shape] = Model(network, saved(network))
        return made[shape]

    return get


@pytest.fixture(scope="module")
def x() -> Floats:
    return np.random.default_rng(7).random((1, 32, 32, 1), np.float32)


def close(found: Any, expected: Any, relative: float = 1e-4) -> None:
    scale = float(np.abs(expected).max())
    assert scale > 0
    np.testing.assert_allclose(found, expected, rtol=relative, atol=relative * scale)


@pytest.mark.parametrize("label", range(3))
@pytest.mark.parametrize("shape", ["flat", "flattened"])
@pytest.mark.parametrize("method", ["hires-cam", "xgrad-cam"])
def test_the_map_and_the_bias_add_up_to_the_logit(
    model: Any, x: Floats, method: str, shape: str, label: int
) -> None:
    m = model(shape)
    bias = float(m.keras.get_layer("scores").bias[label])
    result = m(x, method, of_label(label))
    expected = m.logits(x)[0, label]
    assert result.attribution.values.sum() + bias == pytest.approx(expected, rel=1e-4)
    assert result.prediction.logits[label] == pytest.approx(expected, rel=1e-4)
    # In units of the logit the mean over the map is this sum.
    factor = result.attribution.logit_factor
    assert factor is not None
    assert (result.attribution.values * factor).mean() == pytest.approx(expected - bias, rel=1e-3)


@pytest.mark.parametrize("target", TARGETS[:4], ids=str)
def test_behind_global_average_pooling_three_methods_are_one(model: Any, x: Floats, target: Target) -> None:
    m = model("flat")
    weights = np.asarray(m.keras.get_layer("scores").kernel)
    of_classes = m.activations(x)[0] @ weights
    expected = of_classes[..., list(target.positive)].sum(-1) - of_classes[..., list(target.negative)].sum(-1)
    # The map of Zhou et al. (2016) from the weights themselves is greater by the number of cells.
    for method in ["grad-cam", "hires-cam", "xgrad-cam"]:
        close(m.map(x, method, target) * expected.size, expected)


def test_behind_a_head_that_looks_at_places_they_differ(model: Any, x: Floats) -> None:
    m = model("flattened")
    maps = [m.map(x, method) for method in ["grad-cam", "hires-cam", "xgrad-cam"]]
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        assert np.abs(maps[one] - maps[other]).max() > 0.01 * np.abs(maps[one]).max()


@pytest.mark.parametrize("target", [of_label(1), absent(1), Target((0,), (2,))], ids=str)
@pytest.mark.parametrize("shape", ["flat", "flattened"])
def test_on_a_linear_head_a_channel_is_worth_gradient_times_activation(
    model: Any, x: Floats, shape: str, target: Target
) -> None:
    m = model(shape)
    a = m.activations(x)[0]
    kernel = np.asarray(m.keras.get_layer("scores").kernel)
    w = kernel[:, list(target.positive)].sum(axis=1) - kernel[:, list(target.negative)].sum(axis=1)
    gradients = np.broadcast_to(w / a[..., 0].size, a.shape) if shape == "flat" else w.reshape(a.shape)
    worth = (gradients * a).sum(axis=(0, 1))
    close(m.map(x, "ablation-cam", target), a @ worth)


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize(("shape", "layer"), [("two_dense", "last"), ("residual", "middle")])
def test_ablation_cam_runs_the_rest_of_the_model_without_each_channel(
    model: Any, x: Floats, shape: str, layer: str, target: Target
) -> None:
    m = model(shape)
    a = m.activations(x, layer)
    *_, before, after, scores = m.keras.layers

    def rest(features: Floats) -> Floats:
        if shape == "residual":
            # The first layer goes round the middle one.
            joined = m.keras.get_layer("join")([m.activations(x, "first"), features])
            h = after(m.keras.get_layer("last")(joined))
        else:
            h = after(before(features))
        return np.asarray(h @ scores.kernel + scores.bias)

    whole = m.score(rest(a), target)[0]
    expected = np.zeros(a.shape[1:3])
    for channel in range(a.shape[3]):
        without = a.copy()
        without[..., channel] = 0
        expected += (whole - m.score(rest(without), target)[0]) * a[0, ..., channel]
    close(m.map(x, "ablation-cam", target, layer), expected, 1e-3)


def masked(x: Floats, channel: Floats) -> Floats:
    """By TensorFlow's resize, which has half-pixel centres too."""
    mask = tf.image.resize(channel[..., None], x.shape[1:3], method="bilinear").numpy()
    spread = mask.max() - mask.min()
    mask = (mask - mask.min()) / (spread if spread > 0 else 1)
    return np.asarray(BLACK + mask[None] * (x - BLACK), np.float32)


@pytest.mark.parametrize("top", [0, 1, 3])
@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_score_cam_runs_the_model_on_masked_images(model: Any, x: Floats, target: Target, top: int) -> None:
    m = model("flat")
    a = m.activations(x)[0]
    # Both kinds of channels are there, and more of those that vary than are asked for.
    assert 3 < (np.ptp(a, axis=(0, 1)) > 0).sum() < a.shape[2]
    order = np.argsort(-a.var(axis=(0, 1)))[: top or None]
    images = np.concatenate([masked(x, a[..., channel]) for channel in order])
    given = m.score(m.logits(images), target)
    weights = np.exp(given) / np.exp(given).sum()
    close(m.map(x, "score-cam", target, top=top), a[..., order] @ weights, 1e-3)


@pytest.mark.parametrize("method", ["score-cam", "ablation-cam"])
def test_another_target_runs_nothing_again(
    model: Any, x: Floats, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = model("two_dense")
    runs = []
    for name in ["logits", "ablated_logits", "run", "head_gradients"]:
        original = getattr(CompiledModel, name)

        def counted(self: Any, *args: Any, name: str = name, original: Any = original) -> Any:
            runs.append(name)
            return original(self, *args)

        monkeypatch.setattr(CompiledModel, name, counted)
    maps = [m.map(x, method, key=f"memo {method}")]
    first = len(runs)
    assert {"score-cam": "logits", "ablation-cam": "ablated_logits"}[method] in runs
    maps += [m.map(x, method, target, key=f"memo {method}") for target in TARGETS[1:]]
    again = set(runs[first:])
    # Activations and gradients come together; neither the model nor its head runs on variants.
    assert again <= {"head_gradients"}
    for place, one in enumerate(maps):
        for other in maps[place + 1 :]:
            assert np.abs(one - other).max() > 1e-4 * np.abs(one).max()
    runs.clear()
    m.map(x, method, key=f"another {method}")
    assert len(runs) == first


@pytest.mark.parametrize("target", [of_label(0), absent(0), Target((0,), (2,))], ids=str)
def test_pli_is_the_gradient_of_one_run(model: Any, x: Floats, target: Target) -> None:
    m = model("two_dense")
    *_, flatten, hidden, scores = m.keras.layers
    a = tf.constant(m.activations(x))
    with tf.GradientTape() as tape:
        tape.watch(a)
        z = hidden(flatten(a)) @ scores.kernel + scores.bias
        score = sum(z[0, k] for k in target.positive) - sum(z[0, k] for k in target.negative)
    gradients = tape.gradient(score, a)[0].numpy()
    stretched = (gradients - gradients.min()) / (gradients.max() - gradients.min())
    close(m.map(x, "pli", target), np.maximum(stretched.mean(axis=-1), 0), 1e-3)


def test_pli_behind_global_average_pooling_is_the_same_everywhere(model: Any, x: Floats) -> None:
    found = model("flat").map(x, "pli")
    assert np.ptp(found) < 1e-6
    assert 0 < found.mean() < 1


def test_eigen_cam_and_noise_know_no_target(model: Any, x: Floats) -> None:
    m = model("two_dense")
    other = np.ascontiguousarray(x[:, ::-1])
    for method in ["eigen-cam", "random"]:
        found = m.map(x, method)
        assert np.array_equal(found, m.map(x, method, of_label(2)))
        assert np.array_equal(found, m.map(other, method, key="other")) == (method == "random")
    a = m.activations(x)[0].reshape(-1, 12)
    first = np.linalg.svd(a.astype(np.float64), full_matrices=False)[2][0]
    close(m.map(x, "eigen-cam").ravel(), np.abs(a @ first), 1e-3)


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_eigen_grad_cam_goes_along_with_hires_cam(model: Any, x: Floats, target: Target) -> None:
    m = model("flattened")
    found, hires = m.map(x, "eigen-grad-cam", target), m.map(x, "hires-cam", target)
    assert (found * hires).sum() > 0
    assert np.abs(found - hires).max() > 0.01 * np.abs(hires).max()


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("eigen-cam", {"centre": "yes"}),
        ("eigen-grad-cam", {"centre": "yes"}),
        ("score-cam", {"top": 2}),
        ("random", {"seed": 1}),
    ],
)
def test_every_parameter_changes_the_map(
    model: Any, x: Floats, method: str, parameters: dict[str, Any]
) -> None:
    m = model("flat")
    usual, changed = m.map(x, method), m.map(x, method, **parameters)
    assert np.abs(usual - changed).max() > 0.01 * np.abs(usual).max()
