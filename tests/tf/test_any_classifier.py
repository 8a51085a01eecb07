"""Every shape of classifier: saved to a file, loaded, understood and explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import builders
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from questions import Asking

from cxrviewer.errors import ExplainError, ModelError
from cxrviewer.explain.catalog import method_spec, methods
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.request import LoadRequest
from cxrviewer.explain.target import Target, absent, of_label
from cxrviewer.models.card import Activation, Scaling
from cxrviewer.models.runtime import load_model

Save = Callable[..., Path]
Floats = NDArray[np.float32]

_FEW = {"rise": {"masks": 20}, "smooth-grad": {"samples": 3}, "occlusion": {"patch": 25, "stride": 100}}
_BIAS = 40.0


@dataclass(frozen=True)
class Shape:
    """A kind of classifier, and what has to be found in it.

    `auto`: path of the last spatial layer. `blocks`: of all layers, in order, each once.
    """

    build: Callable[[], Any]
    activation: Activation
    labels: int
    channels: int
    auto: str
    blocks: tuple[str, ...] = ("32×32", "16×16")
    scaling: Scaling = Scaling.UNIT


SHAPES = {
    "flat": Shape(builders.flat, Activation.SOFTMAX, 3, 1, "last"),
    "sequential": Shape(builders.sequential, Activation.SOFTMAX, 3, 1, "last", ("30×30", "15×15", "13×13")),
    "sequential colour": Shape(
        partial(builders.sequential, 14, "sigmoid", 3),
        Activation.SIGMOID,
        14,
        3,
        "last",
        ("30×30", "15×15", "13×13"),
    ),
    "backbone in sequential": Shape(
        builders.nested_sequential, Activation.SOFTMAX, 3, 1, "backbone/last", scaling=Scaling.BYTE
    ),
    "backbone in backbone": Shape(builders.nested_twice, Activation.SOFTMAX, 3, 1, "inner/drop"),
    "preprocessing inside": Shape(
        builders.preprocessing_inside, Activation.SOFTMAX, 3, 3, "backbone/last", scaling=Scaling.BYTE
    ),
    "preprocessing inside, one unit": Shape(
        partial(builders.preprocessing_inside, 1, "sigmoid"),
        Activation.SIGMOID,
        2,
        3,
        "backbone/last",
        scaling=Scaling.BYTE,
    ),
    "separate softmax": Shape(builders.separate_activation, Activation.SOFTMAX, 3, 1, "flat/last"),
    "softmax layer": Shape(builders.softmax_layer, Activation.SOFTMAX, 3, 1, "flat/last"),
    "separate sigmoid": Shape(builders.separate_sigmoid, Activation.SIGMOID, 14, 3, "last"),
    "two units": Shape(partial(builders.flat, 2), Activation.SOFTMAX, 2, 1, "last"),
    "multi-label": Shape(partial(builders.flat, 14, "sigmoid"), Activation.SIGMOID, 14, 1, "last"),
    "logits": Shape(partial(builders.flat, 3, None), Activation.LOGITS, 3, 1, "last"),
    "one unit": Shape(partial(builders.flat, 1, "sigmoid"), Activation.SIGMOID, 2, 1, "last"),
    "one logit": Shape(partial(builders.flat, 1, None), Activation.LOGITS, 2, 1, "last"),
}
LEGACY = ("backbone in sequential", "preprocessing inside")
SMALL = ("flat", "backbone in sequential", "preprocessing inside, one unit", "separate sigmoid", "logits")


@dataclass(frozen=True, eq=False)
class Opened:
    """A classifier as it was built, and as it came back from its file."""

    model: Any
    ask: Asking
    info: ModelInfo
    image: Floats


def kinds() -> list[Any]:
    """Return names and suffixes of all files; what the legacy format changes is in a few of them."""
    legacy = [
        pytest.param((name, ".h5"), id=f"{name}.h5", marks=() if name in LEGACY else pytest.mark.slow)
        for name in SHAPES
    ]
    return [pytest.param((name, ".keras"), id=f"{name}.keras") for name in SHAPES] + legacy


@pytest.fixture(scope="module", params=kinds())
def found(request: pytest.FixtureRequest, saved: Save) -> tuple[Shape, Opened]:
    name, suffix = request.param
    return SHAPES[name], opened(SHAPES[name], saved, suffix)


def opened(shape: Shape, saved: Save, suffix: str = ".keras") -> Opened:
    model = confident(builders.randomise(shape.build()))
    ask = Asking(Explainer(), LoadRequest(str(saved(model, suffix))))
    white = 255 if shape.scaling is Scaling.BYTE else 1
    return Opened(model, ask, ask.info, white * pattern(shape.channels))


def confident(model: Any) -> Any:
    """Raise the first score so far that its probability is 1 and has no gradient."""
    head = next(layer for layer in reversed(model.layers) if layer.weights)
    if hasattr(head, "layers"):
        confident(head)
        return model
    kernel, bias = head.get_weights()
    head.set_weights([kernel, bias + _BIAS * (np.arange(bias.size) == 0)])
    return model


def pattern(channels: int) -> Floats:
    """Return one image in 0 to 1 with a spot and grain."""
    rows, columns = np.mgrid[0 : builders.SIZE, 0 : builders.SIZE]
    spot = 0.6 * np.exp(-((rows - 10) ** 2 + (columns - 21) ** 2) / 30)
    gray = spot + 0.4 * np.random.default_rng(5).random(spot.shape)
    return np.repeat(gray[None, ..., None], channels, axis=3).astype(np.float32)


def test_what_the_file_says_is_found(found: tuple[Shape, Opened]) -> None:
    shape, one = found
    card = one.info.card
    assert card.activation is shape.activation
    assert card.labels == tuple(f"Class {index}" for index in range(shape.labels))
    assert (card.input.height, card.input.width, card.input.channels) == (32, 32, shape.channels)
    assert card.input.scaling is shape.scaling
    assert not [note for note in one.info.notes if "logits" in note]
    assert one.info.methods == tuple(spec.id for spec in methods())


def test_layers_are_listed_in_execution_order(found: tuple[Shape, Opened]) -> None:
    shape, one = found
    paths = [layer.path for layer in one.info.layers]
    assert paths == executed(one.model)
    assert one.info.auto_layer == paths[-1] == shape.auto
    assert tuple(dict.fromkeys(layer.block for layer in one.info.layers)) == shape.blocks
    assert one.info.layers[-1].channels == 12


def executed(model: Any, prefix: str = "") -> list[str]:
    """Return the paths of the layers of a chain of layers whose output is spatial."""
    import keras

    paths: list[str] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            paths += executed(layer, f"{prefix}{layer.name}/")
        elif not isinstance(layer, keras.layers.InputLayer) and len(layer.output.shape) == 4:
            paths.append(prefix + layer.name)
    return paths


def test_the_logits_are_those_before_the_activation(found: tuple[Shape, Opened]) -> None:
    shape, one = found
    result = one.ask(one.image)
    expected = builders.scores_before_activation(one.model, one.image)
    scores = np.asarray(one.model(one.image, training=False))[0]
    logits, probabilities = result.prediction.logits, result.prediction.probabilities
    if scores.size == 1:
        assert logits[1] - logits[0] == pytest.approx(expected[0], rel=1e-4, abs=1e-4)
    else:
        np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-4)
    if shape.activation is not Activation.LOGITS:
        assert scores[0] == 1
        np.testing.assert_allclose(probabilities[-scores.size :], scores, rtol=1e-3, atol=1e-6)
    assert result.attribution.explains_logit


def test_two_classes_have_two_heatmaps(found: tuple[Shape, Opened]) -> None:
    """A probability of 1 has no gradient; its logit has."""
    shape, one = found
    first, second = (one.ask(one.image, target=of_label(index)).attribution for index in range(2))
    assert first.layer == second.layer == shape.auto
    for values in (first.values, second.values):
        assert np.isfinite(values).all()
        assert np.ptp(values) > 0.01 * np.abs(values).max() > 0
    assert np.abs(first.values - second.values).max() > 0.1 * np.abs(first.values).max()
    if shape.labels == 2:
        np.testing.assert_allclose(first.values, -second.values, rtol=1e-5)


@pytest.mark.parametrize("name", SMALL)
def test_every_method_answers(saved: Save, name: str) -> None:
    shape = SHAPES[name]
    one = opened(shape, saved)
    early = next(layer for layer in one.info.layers if layer.path.endswith("early"))
    for method in one.info.methods:
        choices: dict[str, Any] = {"method": method, "parameters": tuple(_FEW.get(method, {}).items())}
        automatic = one.ask(one.image, **choices).attribution
        if method_spec(method).uses_layer:
            assert automatic.layer == shape.auto
            # Where the next layer is a mean, every place has the same gradient, which is all that PLI shows.
            values = one.ask(one.image, layers=(early.path,), **choices).attribution.values
            assert values.shape == (early.rows, early.columns) != automatic.values.shape
        else:
            values = automatic.values
        assert np.isfinite(automatic.values).all(), method
        assert np.isfinite(values).all(), method
        assert np.ptp(values) > 0, method


def test_what_is_absent_of_many_findings_is_explained(saved: Save) -> None:
    one = opened(SHAPES["multi-label"], saved)
    present, lacking = (one.ask(one.image, target=target) for target in (of_label(13), absent(13)))
    np.testing.assert_allclose(lacking.attribution.values, -present.attribution.values, rtol=1e-6)


def test_one_class_against_another_is_the_difference_of_both(saved: Save) -> None:
    """Grad-CAM is linear in the score."""
    one = opened(SHAPES["flat"], saved)
    first, second, margin = (
        one.ask(one.image, target=target).attribution.values
        for target in (of_label(0), of_label(1), Target((0,), (1,)))
    )
    np.testing.assert_allclose(margin, first - second, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_channels_first_weights_are_refused(saved: Save, suffix: str) -> None:
    path = saved(builders.channels_first(), suffix)
    with pytest.raises(ModelError, match=r"channels first \(layer '\w+'\)") as caught:
        load_model(path)
    assert "channels last" in caught.value.hint


def test_an_exported_model_is_explained_from_outside(tmp_path: Path, saved: Save) -> None:
    """Its probability is explained, which follows the logit by the slope of the sigmoid."""
    model = builders.randomise(builders.flat(14, "sigmoid"))
    folder = tmp_path / "exported"
    model.export(folder, verbose=False)
    ask = Asking(Explainer(), LoadRequest(str(folder)))
    assert (ask.info.layers, ask.info.auto_layer) == ((), "")
    assert ask.info.methods == ("occlusion", "rise")
    assert (len(ask.info.card.labels), ask.info.card.activation) == (14, Activation.SIGMOID)
    image = pattern(1)
    known = Asking(Explainer(), LoadRequest(str(saved(model))))
    for method in ask.info.methods:
        parameters = tuple(_FEW[method].items())
        outside, inside = (
            one(image, method=method, parameters=parameters, target=of_label(3)) for one in (ask, known)
        )
        np.testing.assert_allclose(outside.prediction.logits, inside.prediction.logits, rtol=1e-3, atol=1e-4)
        assert (outside.attribution.explains_logit, inside.attribution.explains_logit) == (False, True)
        assert (outside.attribution.logit_factor is None) == (not outside.attribution.explains_logit)
        probability = inside.prediction.probabilities[3]
        expected = probability * (1 - probability) * inside.attribution.values
        assert np.abs(outside.attribution.values - expected).max() < 0.02 * np.ptp(expected)
    with pytest.raises(ExplainError, match="cannot explain this model"):
        ask(image)


def test_a_third_party_model_tells_pneumonia_from_normal(shared_data: Path) -> None:
    """It takes 128×128×3 in 0 to 1 and gives NORMAL and PNEUMONIA."""
    ask = Asking(Explainer(), LoadRequest(str(shared_data / "models" / "pediatric_pneumonia_keras2.h5")))
    folder = shared_data / "kermany224" / "train"
    for label, kind in enumerate(("NORMAL", "PNEUMONIA")):
        paths = sorted((folder / kind).glob("*.jpeg"))
        for path in (paths[0], paths[len(paths) // 2], paths[-1]):
            result = ask(colour(path, 128), path.name)
            assert result.prediction.top == label, path.name
            assert result.attribution.target == of_label(label)
            assert np.ptp(result.attribution.values) > 0


def colour(path: Path, size: int) -> Floats:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert pixels is not None
    return cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA)[None].astype(np.float32) / 255
