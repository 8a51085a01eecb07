"""What the explainer answers, whatever the shape of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders
import numpy as np
import pytest
from questions import asked

from cxrviewer.errors import CardError, ExplainError, ModelError
from cxrviewer.explain import known as known_images
from cxrviewer.explain import model_session
from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import LoadRequest
from cxrviewer.explain.target import of_label
from cxrviewer.explain.trace import trace_model
from cxrviewer.models.card import Activation, Scaling

EXPECTED_AUTO = {
    "flat": "last",
    "flattened": "last",
    "two_dense": "last",
    "residual": "last",
    "nested_sequential": "backbone/last",
    "nested_twice": "inner/drop",
    "shared": "shared",
    "separate_activation": "flat/last",
    "softmax_layer": "flat/last",
    "joined_heads": "last",
    "half_precision": "last",
}


def state(model: Any) -> list[Any]:
    """Return what must not change: weights, layers and the attributes of every layer."""
    import keras

    seen: list[Any] = [weight.numpy().tobytes() for weight in model.weights]

    def visit(layer: Any) -> None:
        seen.append((layer.name, id(layer), sorted(vars(layer)), "call" in vars(layer)))
        if isinstance(layer, keras.Model):
            for inner in layer.layers:
                visit(inner)

    visit(model)
    return seen


@pytest.mark.parametrize("shape", builders.SHAPES)
def test_every_shape_is_explained(asking: Any, image: Any, shape: str) -> None:
    model = builders.randomise(builders.SHAPES[shape]())
    ask = asking(model)
    expected = model(image, training=False).numpy()[0]
    assert ask.info.auto_layer == EXPECTED_AUTO[shape]
    maps = []
    for index in range(3):
        result = ask(image, target=of_label(index), method="hires-cam")
        assert result.attribution.explains_logit
        assert result.attribution.target == of_label(index)
        assert result.prediction.probabilities == pytest.approx(expected, abs=1e-3)
        maps.append(result.attribution.values)
    assert all(np.abs(m).max() > 0 for m in maps)
    assert not np.allclose(maps[0], maps[1])


def test_layers_are_in_execution_order_with_their_grids(asking: Any) -> None:
    info = asking(builders.nested_sequential()).info
    found = [(layer.path, layer.kind, layer.rows, layer.columns, layer.channels) for layer in info.layers]
    assert found == [
        ("rescaling", "Rescaling", 32, 32, 1),
        ("backbone/early", "Conv2D", 32, 32, 8),
        ("backbone/pool", "MaxPooling2D", 16, 16, 8),
        ("backbone/conv", "Conv2D", 16, 16, 12),
        ("backbone/norm", "BatchNormalization", 16, 16, 12),
        ("backbone/last", "ReLU", 16, 16, 12),
    ]


def test_the_automatic_layer_of_densenet_is_its_last_activation(tensorflow: Any) -> None:
    import keras

    model = keras.applications.DenseNet121(weights=None, classes=2, input_shape=(64, 64, 3))
    assert list(trace_model(model, (64, 64, 3)).layers)[-1] == "relu"


@pytest.mark.parametrize("shape", ["residual", "shared", "nested_twice"])
def test_the_cached_path_gives_the_same_map(asking: Any, image: Any, shape: str) -> None:
    ask = asking(builders.randomise(builders.SHAPES[shape]()))
    for layer in ask.info.layers:
        for index in range(3):
            ask(image, "warm", layers=(layer.path,), target=of_label((index + 1) % 3))
            cached = ask(image, "warm", layers=(layer.path,), target=of_label(index)).attribution.values
            fresh = ask(
                image, f"fresh {index}", layers=(layer.path,), target=of_label(index)
            ).attribution.values
            np.testing.assert_allclose(cached, fresh, rtol=1e-4, atol=1e-6)


def test_images_do_not_mix_in_the_cache(asking: Any, image: Any) -> None:
    ask = asking(builders.randomise(builders.flat()))
    other = 1 - image
    first, second = ask(image, "a"), ask(other, "b")
    assert not np.allclose(first.attribution.values, second.attribution.values)
    for key, inputs, known in (("a", image, first), ("b", other, second), ("a", image, first)):
        for method in ("hires-cam", "grad-cam"):
            again = ask(inputs, key, method=method)
        np.testing.assert_array_equal(again.attribution.values, known.attribution.values)
        np.testing.assert_array_equal(again.prediction.logits, known.prediction.logits)


def test_two_models_do_not_mix(explainer: Explainer, saved: Callable[[Any], Any], image: Any) -> None:
    requests = [LoadRequest(str(saved(builders.randomise(builders.flat(), seed)))) for seed in range(3)]
    before = [explainer.handle(asked(load, image)) for load in requests]
    for load, expected in zip(requests, before, strict=True):
        again = explainer.handle(asked(load, image))
        np.testing.assert_array_equal(again.attribution.values, expected.attribution.values)


def test_a_model_is_not_loaded_again_for_the_card_that_it_was_given(
    asking: Any, image: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = asking(builders.randomise(builders.flat()))
    expected, card = ask(image), ask.info.card
    monkeypatch.setattr(model_session, "load_model", None)
    for load in (LoadRequest(ask.request.path, card), ask.request):
        again = ask.explainer.handle(asked(load, image))
        np.testing.assert_array_equal(again.attribution.values, expected.attribution.values)


def test_a_replaced_file_is_loaded_again(asking: Any, image: Any) -> None:
    ask = asking(builders.randomise(builders.flat(), 1))
    before = ask(image).prediction.logits
    builders.randomise(builders.flat(), 2).save(ask.request.path)
    after = ask(image).prediction.logits
    assert not np.allclose(after, before)
    Path(ask.request.path).unlink()
    np.testing.assert_array_equal(ask(image).prediction.logits, after)


def test_tracing_leaves_the_model_as_it_was(tensorflow: Any) -> None:
    for build in builders.SHAPES.values():
        model = build()
        before = state(model)
        trace_model(model, (32, 32, 1))
        assert state(model) == before


def test_a_failed_trace_leaves_the_model_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    model = builders.nested_sequential()
    layer = model.layers[-1]

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("no")

    vars(layer)["call"] = fail
    before = state(model)
    with pytest.raises(RuntimeError, match="no"):
        trace_model(model, (32, 32, 1))
    assert state(model) == before
    assert vars(layer)["call"] is fail


def test_a_card_is_guessed_from_the_model(asking: Any) -> None:
    card = asking(builders.nested_sequential()).info.card
    assert card.labels == ("Class 0", "Class 1", "Class 2")
    assert card.activation is Activation.SOFTMAX
    assert (card.input.height, card.input.width, card.input.channels) == (32, 32, 1)
    assert card.input.scaling is Scaling.BYTE
    assert not card.complete
    card = asking(builders.any_size()).info.card
    assert card.labels == ("Class 0", "Class 1")
    assert card.activation is Activation.SIGMOID
    assert (card.input.height, card.input.width, card.input.channels) == (224, 224, 3)
    assert card.input.scaling is Scaling.UNIT


def test_the_card_is_held_against_the_model(asking: Any) -> None:
    ask = asking(builders.flat())
    info = ask.info
    card = replace(info.card, complete=True)
    assert ask.explainer.handle(LoadRequest(ask.request.path, card)).notes == ()
    wrong = replace(card, sha256="0" * 64, activation=Activation.SIGMOID, default_layer="gone")
    settled = ask.explainer.handle(LoadRequest(ask.request.path, wrong))
    assert [note.split()[0] for note in settled.notes] == ["The", "The", "The"]
    assert "differ" in settled.notes[0]
    assert settled.card == card
    for change in ({"labels": ("a", "b")}, {"input": replace(card.input, height=64)}):
        with pytest.raises(CardError, match="card"):
            ask.explainer.handle(LoadRequest(ask.request.path, replace(card, **change)))


def test_the_automatic_layer_is_the_card_s_or_the_last(asking: Any) -> None:
    ask = asking(builders.flat())
    assert ask.info.auto_layer == ask.info.layers[-1].path == "last"
    card = replace(ask.info.card, complete=True, default_layer="conv")
    assert ask.explainer.handle(LoadRequest(ask.request.path, card)).auto_layer == "conv"


def test_what_does_not_exist_is_refused_with_the_choices(asking: Any, image: Any) -> None:
    ask = asking(builders.flat())
    with pytest.raises(ExplainError, match=r"grad-cam.*layer-cam"):
        ask(image, method="none")
    with pytest.raises(ExplainError, match="auto, early, pool, conv, norm, last"):
        ask(image, layers=("none",))
    for index in (3, -2):
        with pytest.raises(ExplainError, match="Class 2"):
            ask(image, target=of_label(index))
    with pytest.raises(ExplainError, match=r"\(1, 32, 32, 1\)"):
        ask(image[:, :16])


def test_a_model_without_spatial_layers_says_so(asking: Any, image: Any) -> None:
    ask = asking(builders.dense_only())
    assert ask.info.auto_layer == ""
    assert ask.info.layers == ()
    with pytest.raises(ExplainError, match="no layer with a spatial output"):
        ask(image)


def test_a_size_that_a_layer_cannot_take_is_a_model_error(
    explainer: Explainer, saved: Callable[[Any], Any]
) -> None:
    import keras

    image = keras.Input((None, None, 1))
    x = keras.layers.Conv2D(2, 300, activation="relu")(image)
    x = keras.layers.GlobalAveragePooling2D()(x)
    path = saved(keras.Model(image, keras.layers.Dense(2)(x), name="wide"))
    with pytest.raises(ModelError, match="224×224×1"):
        explainer.handle(LoadRequest(str(path)))


def test_a_layer_without_a_gradient_is_refused(asking: Any, image: Any) -> None:
    import keras

    inputs = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(4, 3, name="before")(inputs)
    x = keras.ops.stop_gradient(x)
    x = keras.layers.Conv2D(4, 3, name="after")(x)
    x = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(x))
    ask = asking(builders.randomise(keras.Model(inputs, x, name="stopped")))
    assert ask(image, layers=("after",)).attribution.values.any()
    with pytest.raises(ExplainError, match="no gradient at layer 'before'"):
        ask(image, layers=("before",))


def test_a_lack_of_memory_is_named(
    asking: Any, image: Any, tensorflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = asking(builders.flat())
    assert ask.info

    def exhausted(*args: Any) -> Any:
        raise tensorflow.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    monkeypatch.setattr(CompiledModel, "run", exhausted)
    with pytest.raises(ExplainError, match="more memory than there is"):
        ask(image)


def test_what_is_kept_of_images_is_bounded(asking: Any, image: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = asking(builders.randomise(builders.flat()))
    runs: list[int] = []
    run = CompiledModel.run

    def counted(self: CompiledModel, *args: Any) -> Any:
        runs.append(1)
        return run(self, *args)

    monkeypatch.setattr(CompiledModel, "run", counted)
    for key in ("a", "b", "a", "b"):
        ask(image, key)
    assert len(runs) == 2
    monkeypatch.setattr(known_images, "_KEPT_BYTES", 1)
    for key in ("c", "a", "a", "b"):
        ask(image, key)
    assert len(runs) == 5
