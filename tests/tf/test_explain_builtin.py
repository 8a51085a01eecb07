"""The model that ships with the program, explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from questions import Asking
from test_explain_references import assert_close

from benchmarks.references.agreement import tf_keras_vis_maps
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.request import ExplainResult, LoadRequest
from cxrviewer.explain.target import of_label
from cxrviewer.models.catalog import resolve_model
from cxrviewer.models.runtime import load_model

METHODS = ("grad-cam", "grad-cam++", "hires-cam", "layer-cam")


@pytest.fixture(scope="module")
def load() -> LoadRequest:
    return resolve_model("default")


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    return Explainer()


@pytest.fixture(scope="module")
def info(explainer: Explainer, load: LoadRequest) -> ModelInfo:
    found = explainer.handle(load)
    assert isinstance(found, ModelInfo)
    return found


@pytest.fixture(scope="module")
def model(load: LoadRequest) -> Any:
    return load_model(Path(load.path)).keras_model


@pytest.fixture(scope="module")
def picture(info: ModelInfo) -> Any:
    """Return smooth noise in the range of the model's input."""
    spec = info.card.input
    coarse = np.random.default_rng(3).random(
        (1, spec.height // 16, spec.width // 16, spec.channels), np.float32
    )
    return np.kron(coarse, np.ones((1, 16, 16, 1), np.float32))


def explain(explainer: Explainer, load: LoadRequest, picture: Any, **choices: Any) -> ExplainResult:
    return Asking(explainer, load)(picture, "picture", **choices)


def reference(model: Any, layer: str, picture: Any, index: int) -> tuple[Any, Any]:
    """Return activations and gradient of the logit by two submodels and a tape."""
    import keras
    import tensorflow as tf

    scores, middle = model.layers[-1], model.get_layer(layer).output
    before, after = keras.Model(model.inputs, middle), keras.Model(middle, scores.input)
    a = before(tf.constant(picture), training=False)
    with tf.GradientTape() as tape:
        tape.watch(a)
        score = (after(a, training=False) @ scores.kernel + scores.bias)[0, index]
    return a.numpy()[0].astype(np.float64), tape.gradient(score, a).numpy()[0].astype(np.float64)


def test_the_card_and_the_model_agree(info: ModelInfo) -> None:
    assert info.notes == ()
    assert info.card.complete
    layer = {found.path: found for found in info.layers}[info.auto_layer]
    assert min(layer.rows, layer.columns) >= 14
    assert info.card.default_layer in ("auto", *(found.path for found in info.layers))


@pytest.mark.parametrize("method", METHODS)
def test_maps_agree_with_the_papers(
    explainer: Explainer, load: LoadRequest, info: ModelInfo, model: Any, picture: Any, method: str
) -> None:
    for index in range(3):
        a, g = reference(model, info.auto_layer, picture, index)
        expected = {
            "grad-cam": lambda a, g: (a * g.mean(axis=(0, 1))).sum(axis=2),
            "grad-cam++": grad_cam_pp,
            "hires-cam": lambda a, g: (a * g).sum(axis=2),
            "layer-cam": lambda a, g: (a * np.maximum(g, 0)).sum(axis=2),
        }[method](a, g)
        found = explain(explainer, load, picture, method=method, target=of_label(index))
        assert_close(found.attribution.values, expected)


def grad_cam_pp(a: Any, g: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = np.nan_to_num(g**2 / (2 * g**2 + a.sum(axis=(0, 1)) * g**3))
    return (a * (alpha * np.maximum(g, 0)).sum(axis=(0, 1))).sum(axis=2)


@pytest.mark.parametrize("method", ["grad-cam", "layer-cam"])
def test_maps_agree_with_tf_keras_vis(
    explainer: Explainer, load: LoadRequest, info: ModelInfo, model: Any, picture: Any, method: str
) -> None:
    found = explain(explainer, load, picture, method=method, target=of_label(1)).attribution
    assert_close(found.values, tf_keras_vis_maps(model, picture, info.auto_layer, 1)[method])


def test_hires_cam_sums_with_the_bias_to_the_logit(
    explainer: Explainer, load: LoadRequest, model: Any, picture: Any
) -> None:
    bias = model.layers[-1].bias.numpy()
    for index in range(3):
        found = explain(explainer, load, picture, method="hires-cam", target=of_label(index))
        total = float(found.attribution.values.sum(dtype=np.float64)) + bias[index]
        assert total == pytest.approx(found.prediction.logits[index], rel=1e-4)


def test_every_layer_can_be_explained(
    explainer: Explainer, load: LoadRequest, info: ModelInfo, picture: Any
) -> None:
    chosen = info.layers[:: max(1, len(info.layers) // 6)]
    for layer in chosen:
        found = explain(explainer, load, picture, layers=(layer.path,))
        assert found.attribution.values.shape == (layer.rows, layer.columns)
        assert found.attribution.layer == layer.path
