"""The maps agree with implementations that share nothing with ours but the formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import builders
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.references.agreement import tf_keras_vis_maps
from cxrviewer.explain.target import of_label

METHODS = ("grad-cam", "grad-cam++", "hires-cam", "layer-cam")


def plain(model: Any, layer: str, inputs: Any, index: int, method: str) -> NDArray[np.float64]:
    """Return a map by a submodel and a gradient tape, pixel by pixel in float64, straight from the papers."""
    import keras
    import tensorflow as tf

    scores, middle = model.get_layer("scores"), model.get_layer(layer).output
    before, after = keras.Model(model.inputs, middle), keras.Model(middle, scores.input)
    activations = before(tf.constant(inputs), training=False)
    with tf.GradientTape() as tape:
        tape.watch(activations)
        z = after(activations, training=False) @ scores.kernel + scores.bias
        score = z[0, index]
    g = tape.gradient(score, activations).numpy()[0].astype(np.float64)
    a = activations.numpy()[0].astype(np.float64)
    rows, columns, channels = a.shape
    out = np.zeros((rows, columns))
    for k in range(channels):
        ak, gk = a[:, :, k], g[:, :, k]
        if method == "grad-cam":
            out += gk.sum() / (rows * columns) * ak
        elif method == "hires-cam":
            out += gk * ak
        elif method == "layer-cam":
            out += np.where(gk > 0, gk, 0) * ak
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                alpha = gk**2 / (2 * gk**2 + ak.sum() * gk**3)
            out += np.nansum(np.where(gk > 0, alpha * gk, 0)) * ak
    return out


def assert_close(actual: Any, expected: Any, relative: float = 1e-4) -> None:
    scale = np.abs(expected).max()
    assert scale > 0
    np.testing.assert_allclose(actual, expected, rtol=0, atol=relative * scale)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("layer", ["last", "pool"])
@pytest.mark.parametrize("build", [builders.flat, builders.flattened, builders.two_dense])
def test_agrees_with_the_papers(
    asking: Any, image: Any, build: Callable[[], Any], layer: str, method: str
) -> None:
    model = builders.randomise(build())
    ask = asking(model)
    for index in range(3):
        result = ask(image, layers=(layer,), method=method, target=of_label(index))
        assert_close(result.attribution.values, plain(model, layer, image, index, method))


@pytest.mark.parametrize("method", ["grad-cam", "layer-cam"])
def test_agrees_with_tf_keras_vis(asking: Any, image: Any, method: str) -> None:
    model = builders.randomise(builders.flat())
    ask = asking(model)
    for index in range(3):
        ours = ask(image, method=method, target=of_label(index)).attribution
        assert_close(ours.values, tf_keras_vis_maps(model, image, ours.layer, index)[method])


def test_pooled_heads_make_grad_cam_and_hires_cam_one(asking: Any, image: Any) -> None:
    ask = asking(builders.randomise(builders.flat()))
    grad = ask(image, method="grad-cam").attribution.values
    hires = ask(image, method="hires-cam").attribution.values
    assert_close(grad, hires, 1e-5)


def test_hires_cam_sums_to_the_logit(asking: Any, image: Any) -> None:
    for build in (builders.flat, builders.flattened):
        model = builders.randomise(build())
        bias = model.get_layer("scores").bias.numpy()
        ask = asking(model)
        for index in range(3):
            result = ask(image, method="hires-cam", target=of_label(index))
            total = result.attribution.values.sum() + bias[index]
            assert total == pytest.approx(result.prediction.logits[index], rel=1e-4)
