"""The architectures of keras.applications, from file to heatmap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import builders
import numpy as np
import pytest
from numpy.typing import NDArray
from questions import Asking, asked

from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.model_info import ModelInfo, sweep_layers
from cxrviewer.explain.request import LoadRequest, SweepRequest, SweepResult
from cxrviewer.explain.target import of_label
from cxrviewer.models.card import Activation

Save = Callable[..., Path]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Architecture:
    """What has to be found in one of keras.applications.

    Parameters
    ----------
    size : int
        Rows and columns of the input.
    auto : str
        The last spatial layer; "" where Keras numbers it.
    middle : str
        A layer to explain as well.
    complete : bool
        Whether nothing but a mean and one dense layer follows the last spatial layer.
    top : bool
        Whether the architecture's own head is kept; else a mean and one dense layer.
    """

    size: int
    auto: str
    middle: str
    complete: bool = True
    top: bool = True


ARCHITECTURES = {
    "DenseNet121": Architecture(64, "relu", "conv4_block12_concat"),
    "ResNet50": Architecture(64, "conv5_block3_out", "conv4_block2_out"),
    "ResNet50V2": Architecture(64, "post_relu", "conv3_block2_out"),
    "VGG19": Architecture(64, "block5_pool", "block4_conv2", top=False),
    "MobileNetV2": Architecture(64, "out_relu", "block_6_expand_relu"),
    "MobileNetV3Small": Architecture(96, "", "expanded_conv_4_add", complete=False),
    "MobileNetV3Large": Architecture(96, "", "expanded_conv_7_add", complete=False),
    "EfficientNetB0": Architecture(64, "top_activation", "block4b_add"),
    "Xception": Architecture(96, "block14_sepconv2_act", "block4_sepconv2_bn"),
    "InceptionV3": Architecture(139, "mixed10", "mixed4"),
    "ConvNeXtTiny": Architecture(64, "", "convnext_tiny_stage_2_block_4_identity", complete=False),
}
QUICK = ("VGG19", "MobileNetV3Small")


def build(name: str) -> Any:
    """Return an architecture with three classes and weights that let every layer have its say."""
    import keras

    one = ARCHITECTURES[name]
    keras.utils.set_random_seed(3)
    options: dict[str, Any] = {"weights": None, "input_shape": (one.size, one.size, 3)}
    if one.top:
        model = getattr(keras.applications, name)(classes=3, **options)
    else:
        trunk = getattr(keras.applications, name)(include_top=False, pooling="avg", **options)
        head = keras.layers.Dense(3, activation="softmax", name="predictions")
        model = keras.Model(trunk.input, head(trunk.output), name=name.lower())
    return settled(model, picture(one.size))


def settled(model: Any, image: Floats) -> Any:
    """Give the normalisations of a fresh model the statistics of an image.

    Untrained, their means and variances would be 0 and 1, and signals would vanish or grow from layer to
    layer.
    """
    import keras

    for layer in builders.leaves(model):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
        elif type(layer).__name__ == "LayerScale":
            layer.gamma.assign(np.full(layer.gamma.shape, 0.3))
    model(np.concatenate([image, image[:, ::-1], image[:, :, ::-1]]), training=True)
    return model


def picture(size: int) -> Floats:
    """Return one image in 0 to 1: blobs and grain, in gray."""
    rng = np.random.default_rng(11)
    rows, columns = np.mgrid[0:size, 0:size] / size
    gray = 0.3 * rng.random((size, size))
    for _ in range(5):
        row, column = rng.uniform(0.1, 0.9, 2)
        gray += 0.5 * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 0.02)
    return np.repeat(np.clip(gray, 0, 1)[None, ..., None], 3, axis=3).astype(np.float32)


def spatial(model: Any, prefix: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield the path of every layer with a spatial output, and the paths of the layers that feed it."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from spatial(layer, f"{prefix}{layer.name}/")
        elif not isinstance(layer, keras.layers.InputLayer):
            shape = layer.output.shape
            if len(shape) == 4 and shape[1] * shape[2] > 1:
                fed = layer.input if isinstance(layer.input, list) else [layer.input]
                yield prefix + layer.name, {prefix + one._keras_history.operation.name for one in fed}


def check_layers(info: ModelInfo, model: Any) -> None:
    """Check that all spatial layers are listed, none before one that feeds it, and the last is automatic."""
    expected = dict(spatial(model))
    paths = [layer.path for layer in info.layers]
    assert sorted(paths) == sorted(expected)
    places = {path: place for place, path in enumerate(paths)}
    for path, sources in expected.items():
        assert all(places[source] < places[path] for source in sources & places.keys()), path
    ends = expected.keys() - {source for sources in expected.values() for source in sources}
    assert info.auto_layer == paths[-1]
    assert info.auto_layer in ends


def reload(model: Any, saved: Save, suffix: str = ".keras") -> Asking:
    """Save a model, load it, and delete the file, which may be large."""
    path = saved(model, suffix)
    ask = Asking(Explainer(), LoadRequest(str(path)))
    assert ask.info.methods
    path.unlink()
    return ask


def quick(names: Iterable[str]) -> list[Any]:
    """Return parameters, of which all but a few small ones are slow."""
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in names]


def check_maps(first: Floats, second: Floats) -> None:
    """Check that two classes have two maps, and that both show something."""
    for values in (first, second):
        assert np.isfinite(values).all()
        assert np.ptp(values) > 1e-3 * np.abs(values).max() > 0
    assert np.abs(first - second).max() > 0.02 * max(np.abs(first).max(), np.abs(second).max())


@pytest.mark.parametrize("name", quick(ARCHITECTURES))
def test_an_architecture_is_explained(saved: Save, name: str) -> None:
    one = ARCHITECTURES[name]
    model, image = build(name), picture(one.size)
    ask = reload(model, saved)
    info = ask.info

    check_layers(info, model)
    assert one.auto in ("", info.auto_layer)
    assert (len(info.card.labels), info.card.activation) == (3, Activation.SOFTMAX)

    prediction = ask(image).prediction
    scores = np.asarray(model(image, training=False))[0]
    np.testing.assert_allclose(prediction.probabilities, scores, rtol=1e-3, atol=1e-5)
    if one.top or name == "VGG19":
        before = builders.scores_before_activation(model, image)
        np.testing.assert_allclose(prediction.logits, before, rtol=1e-3, atol=1e-4)

    grids = {layer.path: (layer.rows, layer.columns) for layer in info.layers}
    for layer in (info.auto_layer, one.middle):
        for method in ("grad-cam", "layer-cam"):
            answers = [
                ask(image, method=method, layers=(layer,), target=of_label(index)).attribution
                for index in range(2)
            ]
            assert all(answer.explains_logit for answer in answers)
            assert all(answer.values.shape == grids[layer] for answer in answers)
            check_maps(answers[0].values, answers[1].values)
    if one.complete:
        check_completeness(ask, model, image)
    check_sweep(ask, image, one.middle)


def check_completeness(ask: Asking, model: Any, image: Floats) -> None:
    """Check that the parts of a class's map sum to its logit less the bias: the head is linear."""
    _, bias = model.layers[-1].get_weights()
    for index in range(3):
        result = ask(image, target=of_label(index))
        total = float(result.attribution.values.sum(dtype=np.float64))
        assert total == pytest.approx(result.prediction.logits[index] - bias[index], rel=1e-2, abs=1e-3)


def check_sweep(ask: Asking, image: Floats, middle: str) -> None:
    """Check that one run for many layers gives each the map that it has by itself."""
    layers = sweep_layers(ask.info)
    assert layers[-1] == ask.info.auto_layer
    assert len(layers) == len({layer.block for layer in ask.info.layers})
    layers = (middle, *(layer for layer in layers if layer != middle))
    single = asked(ask.request, image, target=of_label(1))
    swept = ask.explainer.handle(SweepRequest(single, layers))
    assert isinstance(swept, SweepResult)
    assert tuple(result.attribution.layer for result in swept.results) == layers
    for result in swept.results:
        assert np.isfinite(result.attribution.values).all()
        assert np.abs(result.attribution.values).max() > 0
    for place in (0, -1):
        found = swept.results[place].attribution.values
        alone = ask(image, layers=(layers[place],), target=of_label(1)).attribution.values
        assert np.abs(found - alone).max() <= 1e-3 * np.abs(alone).max()


@pytest.mark.slow
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_architecture_is_read_from_the_legacy_format(saved: Save, name: str) -> None:
    one = ARCHITECTURES[name]
    model, image = build(name), picture(one.size)
    ask = reload(model, saved, ".h5")
    check_layers(ask.info, model)
    first, second = (ask(image, target=of_label(index)) for index in range(2))
    scores = np.asarray(model(image, training=False))[0]
    np.testing.assert_allclose(first.prediction.probabilities, scores, rtol=1e-3, atol=1e-5)
    check_maps(first.attribution.values, second.attribution.values)


def in_sequential(trunk: Any, size: int, name: str) -> Any:
    import keras

    return keras.Sequential(
        [
            keras.Input((size, size, 3)),
            keras.layers.Rescaling(1 / 127.5, offset=-1, name="rescaling"),
            trunk,
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(3, activation="softmax"),
        ],
        name=name,
    )


def in_functional(trunk: Any, size: int, name: str) -> Any:
    """The way of the transfer learning tutorials."""
    import keras

    image = keras.Input((size, size, 3))
    x = keras.applications.mobilenet_v2.preprocess_input(image)
    x = keras.layers.GlobalAveragePooling2D()(trunk(x, training=False))
    x = keras.layers.Dropout(0.2)(x)
    return keras.Model(image, keras.layers.Dense(3, activation="softmax")(x), name=name)


@pytest.mark.parametrize("suffix", [pytest.param(".keras", marks=pytest.mark.slow), ".h5"])
@pytest.mark.parametrize("around", [in_sequential, in_functional])
@pytest.mark.parametrize("name", quick(["VGG19", "MobileNetV2", "EfficientNetB0", "DenseNet121"]))
def test_a_nested_architecture_is_explained(
    saved: Save, name: str, around: Callable[[Any, int, str], Any], suffix: str
) -> None:
    import keras

    size = ARCHITECTURES[name].size
    keras.utils.set_random_seed(3)
    shape = (size, size, 3)
    trunk = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=shape)
    image = 255 * picture(size)
    model = settled(around(trunk, size, f"{name}_{around.__name__}"), image)
    ask = reload(model, saved, suffix)
    info = ask.info
    check_layers(info, model)
    assert info.auto_layer == f"{trunk.name}/{ARCHITECTURES[name].auto}"
    assert {layer.block.partition("/")[0] for layer in info.layers[-20:]} == {trunk.name}
    maps = [ask(image, target=of_label(index)).attribution.values for index in range(2)]
    check_maps(*maps)
    check_completeness(ask, model, image)


@pytest.mark.slow
def test_vgg19_is_explained_with_its_own_head(saved: Save) -> None:
    """Two hidden layers after the last map, and hundreds of megabytes of weights."""
    import keras

    keras.utils.set_random_seed(3)
    model = keras.applications.VGG19(weights=None, classes=3, input_shape=(96, 96, 3))
    image = picture(96)
    ask = reload(model, saved)
    assert ask.info.auto_layer == "block5_pool"
    first, second = (ask(image, target=of_label(index)) for index in range(2))
    before = builders.scores_before_activation(model, image)
    np.testing.assert_allclose(first.prediction.logits, before, rtol=1e-3, atol=1e-5)
    check_maps(first.attribution.values, second.attribution.values)
