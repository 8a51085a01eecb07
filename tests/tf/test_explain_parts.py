"""Parts of a model against the whole of it: bypasses, batches, precision, what is kept and forgotten."""

from __future__ import annotations

import weakref
from typing import Any

import builders
import numpy as np
import pytest

from cxrviewer.errors import ExplainError
from cxrviewer.explain import compiled as compiled_module
from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.known import KnownImages
from cxrviewer.explain.target import Target, UnitMasks, of_label, unit_masks
from cxrviewer.explain.trace import is_bypassed, trace_model
from cxrviewer.models.card import Activation
from cxrviewer.models.head import Head

HEAD = Head(Activation.SOFTMAX, 3, 3)
TARGETS = [of_label(1), Target((0,), (2,)), Target((1, 2))]


def compiled(model: Any, shape: tuple[int, int, int] = (32, 32, 1)) -> CompiledModel:
    return CompiledModel(trace_model(model, shape), [masks(of_label(index)) for index in range(3)])


def masks(target: Target) -> UnitMasks:
    return unit_masks(HEAD, target)


NONE_TWICE = np.array([-1, -1], np.int32)


def images(count: int) -> Any:
    return np.random.default_rng(3).random((count, 32, 32, 1), np.float32)


def close(actual: Any, expected: Any, relative: float = 1e-5) -> None:
    scale = np.abs(expected).max()
    assert scale > 0
    np.testing.assert_allclose(actual, expected, rtol=0, atol=relative * scale)


@pytest.mark.parametrize("shape", ["two_dense", "residual", "nested_twice", "shared", "half_precision"])
def test_the_rest_of_the_model_gives_what_the_whole_gives(shape: str) -> None:
    parts = compiled(builders.randomise(builders.SHAPES[shape]()))
    image = images(1)
    tolerance = 5e-3 if shape == "half_precision" else 1e-5
    for path in parts._trace.layers:
        run = parts.run(path, image, masks(TARGETS[0]))
        np.testing.assert_array_equal(run.logits, parts.run(path, image, masks(TARGETS[1])).logits)
        for logits in parts.ablated_logits(path, run.activations, image, NONE_TWICE):
            close(logits, run.logits, tolerance)
        for target in TARGETS:
            whole = parts.run(path, image, masks(target)).gradients
            close(parts.head_gradients(path, run.activations, image, [masks(target)])[0], whole, tolerance)


def test_what_bypasses_a_layer_is_computed_from_the_image() -> None:
    model = builders.randomise(builders.residual())
    parts, trace = compiled(model), trace_model(model, (32, 32, 1))
    assert {path: is_bypassed(trace, layer) for path, layer in trace.layers.items()} == {
        "first": False,
        "middle": True,
        "join": False,
        "last": False,
    }
    changed = np.random.default_rng(5).normal(size=(2, 32, 32, 8)).astype(np.float32)
    for image in images(2)[:, None]:
        first = model.get_layer("first")(image).numpy()
        features = np.maximum(first * changed, 0).mean(axis=(1, 2))
        dense = model.layers[-1]
        expected = features @ dense.kernel.numpy() + dense.bias.numpy()
        for known, logits in zip(changed, expected, strict=True):
            close(parts.ablated_logits("middle", known, image, NONE_TWICE)[1], logits)


def test_a_changed_activation_changes_the_logits() -> None:
    parts = compiled(builders.randomise(builders.two_dense()))
    image = images(1)
    known = parts.run("conv", image, None).activations
    strongest = np.argsort(known.sum(axis=(0, 1)))[-2:]
    channels = np.array([-1, *strongest], np.int32)
    logits = parts.ablated_logits("conv", known, image, channels)
    for place, channel in enumerate(channels[1:], start=1):
        without = known.copy()
        without[..., channel] = 0
        close(logits[place], parts.ablated_logits("conv", without, image, NONE_TWICE)[0])
        assert not np.allclose(logits[0], logits[place])


@pytest.mark.parametrize("build", [builders.two_dense, builders.residual, builders.nested_twice])
def test_images_together_give_what_each_gives(build: Any) -> None:
    parts = compiled(builders.randomise(build()))
    several = images(5)
    gradients, logits = parts.input_gradients(several, masks(TARGETS[1]))
    for place in range(5):
        one = several[place : place + 1]
        close(parts.logits(several)[place], parts.logits(one)[0])
        alone, scores = parts.input_gradients(one, masks(TARGETS[1]))
        close(gradients[place], alone[0])
        close(logits[place], scores[0])
        close(logits[place], parts.logits(one)[0])


def test_the_gradient_at_the_input_is_that_of_a_tape(tensorflow: Any) -> None:
    tf = tensorflow
    import keras

    model = builders.randomise(builders.two_dense())
    inner = keras.Model(model.inputs, model.get_layer("scores").input)
    scores = model.get_layer("scores")
    several = images(3)
    with tf.GradientTape() as tape:
        x = tf.constant(several)
        tape.watch(x)
        z = inner(x, training=False) @ scores.kernel + scores.bias
        value = tf.reduce_sum(tf.math.log(tf.exp(z[:, 1]) + tf.exp(z[:, 2])))
    close(compiled(model).input_gradients(several, masks(Target((1, 2))))[0], tape.gradient(value, x).numpy())


def fixed(count: int | None) -> Any:
    """Return the same small model for any number of images, or for one at a time."""
    import keras

    image = keras.Input(batch_shape=(count, 32, 32, 1))
    x = keras.layers.Conv2D(6, 3, strides=2, activation="relu", name="early")(image)
    x = keras.layers.Conv2D(5, 3, activation="tanh", name="late")(x)
    x = keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(x))
    return builders.randomise(keras.Model(image, x, name=f"takes_{count or 'any'}"))


def test_a_model_that_takes_one_image_gives_the_same() -> None:
    one, any_number = compiled(fixed(1)), compiled(fixed(None))
    image = images(1)
    for path in ("early", "late"):
        runs = [parts.run(path, image, masks(TARGETS[2])) for parts in (one, any_number)]
        for field in ("activations", "logits", "gradients"):
            np.testing.assert_array_equal(getattr(runs[0], field), getattr(runs[1], field))
    assert one.images_a_step() == one.images_a_step(backward=True) == one.ablations_a_step("late") == 1
    assert min(any_number.images_a_step(), any_number.ablations_a_step("late")) > 1


@pytest.mark.parametrize("method", ["score-cam", "ablation-cam", "smooth-grad", "occlusion"])
def test_a_model_that_takes_one_image_is_explained_by_many_variants(
    asking: Any, image: Any, method: str
) -> None:
    maps = [asking(fixed(count))(image, method=method).attribution.values for count in (1, None)]
    close(maps[0], maps[1], 1e-4)


def test_half_precision_has_finite_gradients_in_single_precision(tensorflow: Any) -> None:
    tf = tensorflow
    import keras

    model = builders.randomise(builders.half_precision())
    parts, image = compiled(model), images(1)
    run = parts.run("last", image, masks(of_label(1)))
    assert run.activations.dtype == run.gradients.dtype == run.logits.dtype == np.float32
    before = keras.Model(model.inputs, model.get_layer("last").output)
    dense = model.layers[-1]
    a = before(image)
    assert a.dtype == tf.float16
    # Fused operations round once where others round twice.
    close(run.activations, a.numpy()[0].astype(np.float32), 2e-3)
    # Global average pooling and one dense layer: the gradient is the kernel over the number of cells.
    expected = np.broadcast_to(dense.kernel.numpy()[:, 1] / (30 * 30), (30, 30, 8))
    close(run.gradients, expected, 2e-3)


def test_a_layer_behind_which_nothing_has_a_gradient(asking: Any, image: Any) -> None:
    import keras

    inputs = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(4, 3, name="before")(inputs)
    x = keras.ops.stop_gradient(x)
    x = keras.layers.Conv2D(4, 3, name="after")(x)
    x = keras.layers.Dense(3, activation="softmax")(keras.layers.GlobalAveragePooling2D()(x))
    ask = asking(builders.randomise(keras.Model(inputs, x, name="stopped_before")))
    for layers in (("before",), ("before", "after"), ("after", "before")):
        with pytest.raises(ExplainError, match=r"no gradient at layer 'before'.*later layer"):
            ask(image, layers=layers)
    with pytest.raises(ExplainError, match="no gradient at the input"):
        ask(image, method="gradient")
    for method in ("grad-cam", "ablation-cam", "score-cam"):
        assert ask(image, layers=("after",), method=method).attribution.values.any()
    for method in ("eigen-cam", "ablation-cam", "score-cam"):
        assert ask(image, layers=("before",), method=method).attribution.values.any()
    ask.explainer.settle()
    for method in ("occlusion", "rise"):
        assert ask(image, method=method).attribution.values.any()


@pytest.mark.parametrize(("limit", "value"), [("_KEPT_FUNCTIONS", 2), ("_KEPT_OPERATIONS", 1)])
def test_what_was_forgotten_is_made_again(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    model = builders.randomise(builders.two_dense())
    unlimited, image = compiled(model), images(1)
    monkeypatch.setattr(compiled_module, limit, value)
    parts = compiled(model)
    for path in ("early", "last", "early"):
        run = parts.run(path, image, masks(TARGETS[0]))
        expected = unlimited.run(path, image, masks(TARGETS[0]))
        close(run.gradients, expected.gradients)
        again = parts.head_gradients(path, run.activations, image, [masks(TARGETS[1])])[0]
        close(again, unlimited.head_gradients(path, run.activations, image, [masks(TARGETS[1])])[0])
        assert len(parts._functions) == value


def test_what_is_used_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_module, "_KEPT_FUNCTIONS", 3)
    parts, image = compiled(builders.randomise(builders.two_dense())), images(1)
    parts.logits(image)
    for path in ("early", "pool", "conv", "norm", "last"):
        parts.run(path, image, None)
        parts.logits(image)
        assert "logits" in parts._functions
    assert len(parts._functions) == 3


def test_forgotten_functions_leave_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_module, "_KEPT_FUNCTIONS", 2)
    monkeypatch.setattr(compiled_module, "_LITTER", 100)
    parts, image = compiled(builders.randomise(builders.two_dense())), images(1)
    graphs = []
    for path in ("early", "pool", "conv", "norm", "last"):
        parts.run(path, image, None)
        graphs.append(weakref.ref(parts._functions["run", (path,)].graph))
    assert sum(graph() is not None for graph in graphs) <= 3


def test_the_graph_does_not_grow_with_use() -> None:
    parts, image = compiled(builders.randomise(builders.two_dense())), images(1)
    graph = parts._trace.function.graph
    for path in ("last", "conv"):
        parts.run(path, image, None)
    count = len(graph.get_operations())
    for path in parts._trace.layers:
        for target in TARGETS:
            run = parts.run(path, image, masks(target))
            parts.head_gradients(path, run.activations, image, [masks(target)])
    parts.input_gradients(image, None)
    assert len(graph.get_operations()) == count


def test_gradients_of_several_scores_come_together() -> None:
    for build in (builders.two_dense, builders.residual):
        parts, image = compiled(builders.randomise(build())), images(1)
        for path in parts._trace.layers:
            run = parts.run(path, image, None)
            found = parts.head_gradients(path, run.activations, image, [masks(each) for each in TARGETS])
            for target, gradients in zip(TARGETS, found, strict=True):
                close(gradients, parts.run(path, image, masks(target)).gradients)


def test_a_change_of_the_target_brings_the_other_labels_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_module, "_DENSE", 0)
    parts, image = compiled(builders.randomise(builders.two_dense())), images(1)
    known = KnownImages(parts)
    first, *others = (masks(of_label(index)) for index in range(3))
    known.run("image", image, "conv", first)
    known.run("image", image, "conv", others[0])
    monkeypatch.setattr(CompiledModel, "head_gradients", None)
    monkeypatch.setattr(CompiledModel, "run", None)
    again = known.run("image", image, "conv", others[1])
    monkeypatch.undo()
    close(again.gradients, parts.run("conv", image, others[1]).gradients)


def test_only_many_weights_bring_targets_together(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = compiled(builders.randomise(builders.residual()))
    assert {parts.targets_at_once(path) for path in parts._trace.layers} == {1}
    monkeypatch.setattr(compiled_module, "_DENSE", 0)
    assert parts.targets_at_once("middle") == 1
    assert parts.targets_at_once("last") > 1
