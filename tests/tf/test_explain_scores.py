"""Which scores are explained: logits, margins, and what is said where they are hidden."""

from __future__ import annotations

from typing import Any

import builders
import numpy as np
import pytest

from cxrviewer.errors import ExplainError
from cxrviewer.explain.logits import find_logits
from cxrviewer.explain.target import of_label
from cxrviewer.explain.trace import trace_model
from cxrviewer.models.card import Activation


@pytest.mark.parametrize("shape", builders.SHAPES)
def test_the_logits_are_those_before_the_activation(asking: Any, image: Any, shape: str) -> None:
    model = builders.randomise(builders.SHAPES[shape]())
    trace = trace_model(model, (32, 32, 1))
    assert trace.logits.reached
    expected = Activation.SIGMOID if shape == "joined_heads" else Activation.SOFTMAX
    assert trace.logits.activation is expected
    ask = asking(model)
    logits = ask(image).prediction.logits
    probabilities = model(image, training=False).numpy()[0]
    if expected is Activation.SOFTMAX:
        assert logits - logits[0] == pytest.approx(np.log(probabilities / probabilities[0]), abs=2e-3)
    else:
        assert logits == pytest.approx(np.log(probabilities / (1 - probabilities)), abs=2e-3)


@pytest.mark.parametrize("bias", [20.0, 100.0])
@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_certain_finding_still_has_a_map(asking: Any, image: Any, activation: str, bias: float) -> None:
    model = builders.randomise(builders.flat(activation=activation))
    scores = model.get_layer("scores")
    scores.bias.assign([bias, 0, 0])
    result = asking(model)(image, target=of_label(0))
    assert result.prediction.probabilities[0] == pytest.approx(1)
    assert result.prediction.logits[0] > 15
    assert np.abs(result.attribution.values).max() > 1e-3
    scores.bias.assign([0, 0, 0])
    unbiased = asking(model)(image, target=of_label(0))
    np.testing.assert_allclose(result.attribution.values, unbiased.attribution.values, rtol=1e-4, atol=1e-5)


def test_two_softmax_units_are_explained_by_their_margin(asking: Any, image: Any) -> None:
    model = builders.randomise(builders.flat(units=2))
    # The same function written with other logits: a margin does not see that.
    shifted = builders.randomise(builders.flat(units=2))
    kernel = shifted.get_layer("scores").kernel
    kernel.assign(kernel + 0.7)
    ask, other = asking(model), asking(shifted)
    zero = ask(image, target=of_label(0)).attribution.values
    np.testing.assert_allclose(zero, -ask(image, target=of_label(1)).attribution.values, atol=1e-6)
    np.testing.assert_allclose(
        zero, other(image, target=of_label(0)).attribution.values, rtol=1e-3, atol=1e-5
    )
    assert np.abs(zero).max() > 1e-3


def test_a_single_unit_decides_between_two_labels(asking: Any, image: Any) -> None:
    model = builders.randomise(builders.flat(units=1, activation="sigmoid"))
    ask = asking(model)
    absent, present = ask(image, target=of_label(0)), ask(image, target=of_label(1))
    probability = model(image, training=False).numpy()[0, 0]
    assert present.prediction.probabilities == pytest.approx([1 - probability, probability], abs=1e-5)
    np.testing.assert_array_equal(absent.attribution.values, -present.attribution.values)
    assert present.prediction.logits[1] - present.prediction.logits[0] == pytest.approx(
        np.log(probability / (1 - probability)), rel=1e-3
    )


def test_sigmoid_outputs_stay_multi_label(asking: Any, image: Any) -> None:
    ask = asking(builders.randomise(builders.flat(units=2, activation="sigmoid")))
    assert ask.info.card.activation is Activation.SIGMOID
    zero, one = (ask(image, target=of_label(index)).attribution.values for index in range(2))
    assert not np.allclose(zero, -one)


def test_without_a_class_the_top_one_is_explained(asking: Any, image: Any) -> None:
    ask = asking(builders.randomise(builders.flat()))
    for key, inputs in (("a", image), ("b", image * 3), ("c", image * -2)):
        result = ask(inputs, key)
        assert result.attribution.target == of_label(int(np.argmax(result.prediction.probabilities)))
        named = ask(inputs, f"{key} again", target=result.attribution.target)
        np.testing.assert_array_equal(result.attribution.values, named.attribution.values)


@pytest.mark.parametrize("hidden", ["hard_sigmoid", "scaled softmax"])
def test_an_unknown_activation_is_said_to_hide_the_logit(asking: Any, image: Any, hidden: str) -> None:
    import keras

    inner = builders.flat(activation=None)
    ends = {
        "hard_sigmoid": [keras.layers.Activation("hard_sigmoid")],
        "scaled softmax": [keras.layers.Softmax(), keras.layers.Rescaling(1.0)],
    }
    model = keras.Sequential([keras.Input((32, 32, 1)), inner, *ends[hidden]], name="hidden")
    ask = asking(builders.randomise(model))
    assert ask.info.card.activation is (Activation.SOFTMAX if "softmax" in hidden else Activation.SIGMOID)
    result = ask(image, target=of_label(int(np.argmin(np.abs(ask(image).prediction.logits)))))
    assert not result.attribution.explains_logit
    assert "probability" in ask.info.notes[0]
    assert result.prediction.probabilities == pytest.approx(
        np.clip(model(image, training=False).numpy()[0], 1e-12, 1), abs=1e-5
    )


def test_an_unknown_end_that_is_no_probability_is_a_score(asking: Any, image: Any) -> None:
    model = builders.randomise(builders.flat(activation="softplus"))
    model.get_layer("scores").bias.assign([5, 6, 7])
    result = asking(model)(image)
    assert result.attribution.explains_logit
    assert result.prediction.logits == pytest.approx(model(image, training=False).numpy()[0], abs=1e-4)


def test_keras_own_note_is_the_last_resort(tensorflow: Any) -> None:
    tf = tensorflow

    with tf.Graph().as_default():
        logits = tf.compat.v1.placeholder(tf.float32, (1, 3))
        output = tf.exp(logits, name="softmax_by_hand")
        assert not find_logits(output).reached
        output._keras_logits = logits
        found = find_logits(output)
        assert found.reached
        assert found.activation is Activation.SOFTMAX
        assert found.tensor.op.inputs[0] is logits


def test_a_score_that_is_not_a_number_is_announced(asking: Any, image: Any) -> None:
    model = builders.randomise(builders.flat())
    with pytest.raises(ExplainError, match="input for this image is not a number"):
        asking(model)(np.full_like(image, np.inf))
    model.get_layer("scores").bias.assign([np.inf, 0, 0])
    with pytest.raises(ExplainError, match="output for this image is not a number"):
        asking(model)(image)
