"""What a model does to its input itself is found, wherever it is done, and met with the card's scaling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.request import LoadRequest
from cxrviewer.models.card import Activation, InputSpec, ModelCard, Scaling
from cxrviewer.models.inner_scaling import InnerScaling, find_inner_scaling, usual_scaling
from cxrviewer.models.runtime import load_model

Save = Callable[..., Path]
BYTE, UNIT, SYMMETRIC = Scaling.BYTE, Scaling.UNIT, Scaling.SYMMETRIC
SIDE = 32
CAFFE = keras.applications.resnet50.preprocess_input
TORCH = keras.applications.densenet.preprocess_input
TORCH_STEPS = ("true_divide", "add", "true_divide")


def headed(scale: Callable[[Any], Any], channels: int = 3, name: str = "headed") -> Any:
    """Return a classifier that does something to its input first."""
    image = keras.Input((SIDE, SIDE, channels))
    x = keras.layers.Conv2D(4, 3, activation="relu")(scale(image))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, keras.layers.Dense(2, activation="softmax")(x), name=name)


def sequential(*layers: Any, channels: int = 3) -> Any:
    tail = [keras.layers.Conv2D(4, 3), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)]
    return keras.Sequential([keras.Input((SIDE, SIDE, channels)), *layers, *tail], name="sequential")


def around(inner: Any, before: Callable[[Any], Any] = lambda x: x) -> Any:
    image = keras.Input(inner.input_shape[1:])
    return keras.Model(image, inner(before(image)), name="around")


def normalization(mean: Any, variance: Any, **settings: Any) -> Any:
    return keras.layers.Normalization(mean=mean, variance=variance, name="normalize", **settings)


def adapted(level: float, spread: float) -> Any:
    layer = keras.layers.Normalization(axis=-1, name="adapted")
    values = np.random.default_rng(3).normal(level, spread, (8, SIDE, SIDE, 3))
    layer.adapt(values.astype(np.float32))
    return layer


def rescaling(scale: float, offset: float = 0.0) -> Any:
    return keras.layers.Rescaling(scale, offset, name="rescale")


def to_rgb(x: Any) -> Any:
    return keras.layers.Concatenate()([x, x, x])


CASES: dict[str, tuple[Callable[[], Any], Scaling | None, tuple[str, ...]]] = {
    "1/255": (lambda: headed(rescaling(1 / 255)), BYTE, ("rescale",)),
    "1/127.5 - 1": (lambda: headed(rescaling(1 / 127.5, -1)), BYTE, ("rescale",)),
    "-1 to 1 from 0 to 1": (lambda: headed(rescaling(2, -1)), UNIT, ("rescale",)),
    "0 to 1 from -1 to 1": (lambda: headed(rescaling(0.5, 0.5)), SYMMETRIC, ("rescale",)),
    "bytes from 0 to 1": (lambda: headed(rescaling(255)), UNIT, ("rescale",)),
    "inverted bytes": (lambda: headed(rescaling(-1 / 255, 1)), BYTE, ("rescale",)),
    "inverted": (lambda: headed(rescaling(-1, 1)), UNIT, ("rescale",)),
    "twelve bits": (lambda: headed(rescaling(1 / 4095)), None, ("rescale",)),
    "in a Sequential": (lambda: sequential(rescaling(1 / 255)), BYTE, ("rescale",)),
    "behind augmentation": (
        lambda: sequential(keras.layers.RandomFlip(), keras.layers.RandomContrast(0.5), rescaling(1 / 255)),
        BYTE,
        ("rescale",),
    ),
    "behind a resizing": (
        lambda: sequential(keras.layers.Resizing(16, 16), rescaling(1 / 255)),
        BYTE,
        ("rescale",),
    ),
    "gray to RGB": (lambda: headed(lambda x: rescaling(1 / 255)(to_rgb(x)), channels=1), BYTE, ("rescale",)),
    "scaling in a model of its own": (
        lambda: sequential(
            keras.Sequential([keras.Input((SIDE, SIDE, 3)), rescaling(1 / 255)], name="prepare")
        ),
        BYTE,
        ("prepare/rescale",),
    ),
    "in a nested model": (lambda: around(headed(rescaling(1 / 255))), BYTE, ("headed/rescale",)),
    "nested twice": (lambda: around(around(headed(rescaling(1 / 255)))), BYTE, ("around/headed/rescale",)),
    "bytes for a backbone from 0 to 1": (
        lambda: around(headed(normalization([123.0] * 3, [3400.0] * 3)), rescaling(255)),
        UNIT,
        ("rescale", "headed/normalize"),
    ),
    "mean and variance": (lambda: headed(normalization(0.45, 0.05)), UNIT, ("normalize",)),
    "mean and variance of bytes": (
        lambda: headed(normalization([120.0] * 3, [3000.0] * 3)),
        BYTE,
        ("normalize",),
    ),
    "adapted to 0 to 1": (lambda: headed(adapted(0.5, 0.2)), UNIT, ("adapted",)),
    "adapted to bytes": (lambda: headed(adapted(130, 60)), BYTE, ("adapted",)),
    "adapted to CT numbers": (lambda: headed(adapted(-600, 300)), None, ("adapted",)),
    "caffe": (lambda: headed(CAFFE), BYTE, ("add",)),
    "tf": (
        lambda: headed(keras.applications.mobilenet_v2.preprocess_input),
        BYTE,
        ("true_divide", "subtract"),
    ),
    "torch": (lambda: headed(TORCH), BYTE, TORCH_STEPS),
    "operators": (
        lambda: headed(lambda x: (x / 255 - 0.5) * 2),
        BYTE,
        ("true_divide", "subtract", "multiply"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_scaling_of_a_model_is_found(name: str, saved: Save) -> None:
    build, takes, steps = CASES[name]
    found = find_inner_scaling(load_model(saved(build())).keras_model)
    assert found is not None
    assert found.takes is takes
    names = tuple(step.rstrip("_0123456789") for step in found.steps)
    assert names[: len(steps)] == steps


@pytest.mark.parametrize(
    "build",
    [
        lambda: headed(lambda x: x),
        lambda: sequential(),
        lambda: around(headed(lambda x: x)),
        lambda: headed(rescaling(1.0)),
        lambda: headed(lambda x: rescaling(1 / 255)(x) * 255),
        lambda: headed(normalization(0.0, 1.0)),
        lambda: headed(lambda x: x[..., ::-1]),
        lambda: headed(to_rgb, channels=1),
        # Behind a layer with weights it is no scaling of the input.
        lambda: headed(lambda x: rescaling(1 / 255)(keras.layers.Conv2D(3, 3)(x))),
        # Not a scaling that a card could do.
        lambda: headed(lambda x: x * x),
        lambda: keras.applications.ResNet50V2(input_shape=(SIDE, SIDE, 3), weights=None, classes=2),
    ],
)
def test_a_model_that_takes_values_as_they_are_has_none(build: Callable[[], Any]) -> None:
    assert find_inner_scaling(build()) is None


KNOWN = keras.applications
APPLICATIONS = {
    "MobileNetV3Small": (KNOWN.MobileNetV3Small, BYTE, {"include_preprocessing": True}),
    "MobileNetV3Small as it is": (KNOWN.MobileNetV3Small, None, {"include_preprocessing": False}),
    "EfficientNetB0": (KNOWN.EfficientNetB0, BYTE, {}),
    "ConvNeXtTiny": (KNOWN.ConvNeXtTiny, BYTE, {"include_preprocessing": True}),
    "MobileNetV2": (KNOWN.MobileNetV2, None, {}),
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_scaling_of_known_backbones_is_found(name: str) -> None:
    build, takes, settings = APPLICATIONS[name]
    backbone = build(input_shape=(SIDE, SIDE, 3), weights=None, include_top=False, pooling="avg", **settings)
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), backbone, keras.layers.Dense(2)])
    found = find_inner_scaling(model)
    assert (found.takes if found else None) is takes
    assert find_inner_scaling(backbone) == (
        found and InnerScaling(tuple(map(_leaf, found.steps)), found.takes)
    )


def _leaf(step: str) -> str:
    return step.rpartition("/")[2]


def card(scaling: Scaling, **rules: Any) -> ModelCard:
    spec = InputSpec(SIDE, SIDE, 3, scaling, **rules)
    return ModelCard("m", "M", "", "", ("a", "b"), (0.5, 0.5), Activation.SOFTMAX, spec)


def notes(explainer: Explainer, path: Path, asked: ModelCard | None) -> str:
    return " ".join(explainer.handle(LoadRequest(str(path), asked)).notes)


@pytest.mark.parametrize("scaling", [UNIT, SYMMETRIC, Scaling.IMAGENET_TORCH, Scaling.IMAGENET_CAFFE])
def test_scaling_twice_is_said(scaling: Scaling, saved: Save, explainer: Explainer) -> None:
    said = notes(explainer, saved(headed(rescaling(1 / 255))), card(scaling))
    assert "'rescale'" in said
    assert "scaled twice" in said
    assert f"'{scaling}'" in said
    assert "'byte' would fit" in said


@pytest.mark.parametrize(
    ("model", "fitting"),
    [
        (headed(rescaling(1 / 255)), card(BYTE)),
        (headed(rescaling(1 / 255)), card(Scaling.MEAN_STD, mean=(0.0,), std=(1 / 255,))),
        (headed(rescaling(2, -1)), card(UNIT)),
        (headed(rescaling(0.5, 0.5)), card(SYMMETRIC)),
        (headed(lambda x: x), card(Scaling.IMAGENET_TORCH)),
        (headed(rescaling(1 / 4095)), card(Scaling.MEAN_STD, mean=(0.0,), std=(0.001,))),
    ],
)
def test_a_card_that_fits_is_not_remarked_on(
    model: Any, fitting: ModelCard, saved: Save, explainer: Explainer
) -> None:
    assert "scales" not in notes(explainer, saved(model), fitting)


def test_bytes_for_a_model_that_takes_0_to_1_are_not_called_scaled_twice(
    saved: Save, explainer: Explainer
) -> None:
    said = notes(explainer, saved(headed(rescaling(2, -1))), card(BYTE))
    assert "0 to 255" in said
    assert "'unit' would fit" in said
    assert "twice" not in said


def test_a_guess_goes_by_what_the_model_does_and_says_so(saved: Save, explainer: Explainer) -> None:
    for scale, takes in (
        (rescaling(1 / 255), BYTE),
        (rescaling(2, -1), UNIT),
        (rescaling(0.5, 0.5), SYMMETRIC),
    ):
        info = explainer.handle(LoadRequest(str(saved(headed(scale)))))
        assert info.card.input.scaling is takes
        assert any("scales its input itself ('rescale')" in note for note in info.notes)
    plain = explainer.handle(LoadRequest(str(saved(headed(lambda x: x)))))
    assert plain.card.input.scaling is UNIT
    assert not any("scales" in note for note in plain.notes)


def test_a_range_that_no_rule_names_is_to_be_checked(saved: Save, explainer: Explainer) -> None:
    said = notes(explainer, saved(headed(rescaling(1 / 4095))), card(UNIT))
    assert "check the scaling" in said


def test_the_model_of_2022_scales_nothing(shared_data: Path) -> None:
    model = load_model(shared_data / "models" / "pediatric_pneumonia_keras2.h5")
    assert find_inner_scaling(model.keras_model) is None


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("vgg19", Scaling.IMAGENET_CAFFE),
        ("resnet50", Scaling.IMAGENET_CAFFE),
        ("resnet50v2", SYMMETRIC),
        ("densenet121", Scaling.IMAGENET_TORCH),
        ("inception_v3", SYMMETRIC),
        ("mobilenetv2_1.00_224", SYMMETRIC),
        ("headed", None),
    ],
)
def test_a_backbone_left_to_its_caller_is_known_by_its_name(name: str, usual: Scaling | None) -> None:
    backbone = headed(lambda x: x, name=name)
    expected = None if usual is None else (name, usual)
    assert usual_scaling(backbone) == usual_scaling(around(backbone)) == expected
