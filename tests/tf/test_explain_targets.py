"""The gradient of every target is that of its formula, whatever the output of the model."""

from __future__ import annotations

from typing import Any

import builders
import numpy as np
import pytest

from cxrviewer.errors import ExplainError
from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.cut import cut
from cxrviewer.explain.target import Target, absent, of_label, score, unit_masks
from cxrviewer.explain.trace import Trace, trace_model
from cxrviewer.models.head import Head

LAYER = "pool"
ONE_OF_TWO = [of_label(0), of_label(1), absent(0), absent(1), Target((0,), (1,)), Target((1,), (0,))]
SEVERAL = [
    of_label(2),
    absent(1),
    Target((0,), (2,)),
    Target((1, 2)),
    Target((), (0, 1)),
    Target((1, 2), (0,)),
    Target((0,), (1, 2)),
]
CASES = {
    "softmax of two": (2, "softmax", 2, ONE_OF_TWO),
    "softmax of three": (3, "softmax", 3, SEVERAL),
    "bare logits": (3, None, 3, SEVERAL),
    "two bare logits": (2, None, 2, ONE_OF_TWO),
    "multi-label": (3, "sigmoid", 3, SEVERAL),
    "two of a multi-label": (2, "sigmoid", 2, [*ONE_OF_TWO, Target((0, 1))]),
    "one unit, two labels": (1, "sigmoid", 2, ONE_OF_TWO),
    "one bare logit, two labels": (1, None, 2, ONE_OF_TWO),
    "one unit, one label": (1, "sigmoid", 1, [of_label(0), absent(0)]),
}
EVERY = [(case, target) for case, (_, _, _, targets) in CASES.items() for target in targets]


class Built:
    """A model with a nonlinear head, compiled."""

    def __init__(self, case: str) -> None:
        import keras

        units, activation, labels, _ = CASES[case]
        inputs = keras.Input((32, 32, 1))
        x = keras.layers.Conv2D(6, 3, strides=2, activation="relu")(inputs)
        x = keras.layers.MaxPooling2D(name=LAYER)(x)
        x = keras.layers.Conv2D(5, 3, activation="relu")(x)
        x = keras.layers.Flatten()(x)
        x = keras.layers.Dense(units, activation=activation, name="scores")(x)
        self.case = case
        self.model: Any = builders.randomise(keras.Model(inputs, x))
        # No label is the most probable one of every image.
        before = keras.Model(inputs, self.model.get_layer("scores").input)
        features = before(np.random.default_rng(1).normal(0, 2, (1, 32, 32, 1)).astype(np.float32))
        scores = self.model.get_layer("scores")
        scores.bias.assign(-(features @ scores.kernel)[0])
        self.trace: Trace = trace_model(self.model, (32, 32, 1))
        self.head = Head(self.trace.logits.activation, units, labels)
        masks = [unit_masks(self.head, of_label(index)) for index in range(labels)]
        self.compiled = CompiledModel(self.trace, masks)

    def expected(self, image: Any, target: Target) -> tuple[Any, float]:
        """Return gradient and score by submodels, a tape and the formula."""
        import keras
        import tensorflow as tf

        scores, middle = self.model.get_layer("scores"), self.model.get_layer(LAYER).output
        before, after = keras.Model(self.model.inputs, middle), keras.Model(middle, scores.input)
        activations = before(tf.constant(image), training=False)
        with tf.GradientTape() as tape:
            tape.watch(activations)
            z = after(activations, training=False) @ scores.kernel + scores.bias
            value = formula(self.case, z[0], target)
        return tape.gradient(value, activations).numpy()[0], float(value)


def formula(case: str, z: Any, target: Target) -> Any:
    """Return the score as it would be written for each kind of output."""
    import tensorflow as tf

    if case in ("softmax of two", "two bare logits", "one unit, two labels", "one bare logit, two labels"):
        ill = z[1] - z[0] if len(z) == 2 else z[0]
        return ill if 1 in target.positive or 0 in target.negative else -ill
    value = tf.zeros(())
    if target.positive:
        value += tf.math.log(tf.add_n([tf.exp(z[index]) for index in target.positive]))
    if target.negative:
        value -= tf.math.log(tf.add_n([tf.exp(z[index]) for index in target.negative]))
    return value


@pytest.fixture(scope="module")
def built() -> dict[str, Built]:
    return {case: Built(case) for case in CASES}


@pytest.mark.parametrize(("case", "target"), EVERY, ids=str)
def test_the_gradient_is_that_of_the_formula(
    built: dict[str, Built], image: Any, case: str, target: Target
) -> None:
    model = built[case]
    # Small enough that plain exponentials do not overflow.
    quiet = image * np.float32(0.2)
    gradient, value = model.expected(quiet, target)
    masks = unit_masks(model.head, target)
    run = model.compiled.run(LAYER, quiet, masks)
    scale = np.abs(gradient).max()
    assert scale > 0
    np.testing.assert_allclose(run.gradients, gradient, rtol=0, atol=2e-5 * scale)
    assert score(run.logits[None], masks)[0] == pytest.approx(value, rel=1e-4, abs=1e-4)
    again = model.compiled.head_gradients(LAYER, run.activations, quiet, [masks])[0]
    np.testing.assert_allclose(again, run.gradients, rtol=0, atol=1e-6 * scale)


@pytest.mark.parametrize("case", CASES)
def test_the_most_probable_label_is_taken_where_none_is_given(built: dict[str, Built], case: str) -> None:
    model = built[case]
    taken = set()
    rng = np.random.default_rng(2)
    for spread in np.repeat([0.5, 2, 8], 6):
        x = rng.normal(rng.normal(), spread, (1, 32, 32, 1)).astype(np.float32)
        run = model.compiled.run(LAYER, x, None)
        top = model.head.predict(run.logits).top
        named = model.compiled.run(LAYER, x, unit_masks(model.head, of_label(top)))
        np.testing.assert_array_equal(run.gradients, named.gradients)
        taken.add(top)
    assert len(taken) > 1 or model.head.labels == 1


@pytest.mark.parametrize("case", ["softmax of three", "bare logits", "multi-label", "one unit, one label"])
def test_the_score_of_one_class_is_its_logit_to_the_last_bit(
    built: dict[str, Built], image: Any, case: str
) -> None:
    model = built[case]
    feeds = [model.trace.inputs, *model.compiled._masks]
    scored = cut(model.trace.function, feeds, [model.compiled._score, model.trace.logits.tensor])
    for index in range(model.head.labels):
        masks = unit_masks(model.head, of_label(index))
        sides = [mask[None] for mask in (masks.positive, masks.negative)]
        value, logits = scored(*map(model.compiled._tensor, (image, *sides)))
        assert value.numpy() == logits.numpy()[0, index]


def test_opposite_targets_have_opposite_gradients(built: dict[str, Built], image: Any) -> None:
    model = built["softmax of three"]
    for one, other in ((of_label(1), absent(1)), (Target((0, 1), (2,)), Target((2,), (0, 1)))):
        runs = [model.compiled.run(LAYER, image, unit_masks(model.head, target)) for target in (one, other)]
        np.testing.assert_allclose(runs[0].gradients, -runs[1].gradients, rtol=1e-6)


def test_extreme_logits_have_finite_gradients(built: dict[str, Built], image: Any) -> None:
    model = built["softmax of three"]
    for target in SEVERAL:
        run = model.compiled.run(LAYER, image * np.float32(1e6), unit_masks(model.head, target))
        assert np.abs(run.logits).max() > 1e5
        assert np.isfinite(run.gradients).all()


def test_a_target_without_meaning_is_refused_in_the_explainer(asking: Any, image: Any) -> None:
    ask = asking(builders.flat(units=2))
    with pytest.raises(ExplainError, match="nothing to explain"):
        ask(image, target=Target((0, 1)))
    with pytest.raises(ExplainError, match="against itself"):
        ask(image, target=Target((1,), (1,)))
    with pytest.raises(ExplainError, match="no class 2"):
        ask(image, target=absent(2))
    assert ask(image, target=absent(1)).attribution.target == absent(1)
