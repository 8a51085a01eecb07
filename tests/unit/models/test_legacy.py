"""Descriptions in Keras's legacy form, of the kinds that no Keras of today writes any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cxrviewer.errors import ModelError
from cxrviewer.models.building import without_training
from cxrviewer.models.legacy import is_legacy, modern_description
from cxrviewer.models.legacy_operations import modern_operation

PATH = Path("model.h5")


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": kind.lower(), **config}}


def modern(kind: str, **config: Any) -> dict[str, Any]:
    """Return the settings of a layer in the present form."""
    settings: dict[str, Any] = modern_description(layer(kind, **config), PATH)["config"]
    return settings


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.7.0", True), ("1.2.2", True), ("", True), ("3.1.0", False), ("20.0", False)],
)
def test_versions(version: str, expected: bool) -> None:
    assert is_legacy(version) is expected


def test_settings_without_a_meaning_are_dropped_and_others_kept() -> None:
    assert modern("DepthwiseConv2D", kernel_size=[3, 3], groups=1) == {
        "name": "depthwiseconv2d",
        "kernel_size": [3, 3],
    }
    assert modern("Conv2D", groups=2)["groups"] == 2
    assert modern("LeakyReLU", alpha=0.3)["negative_slope"] == 0.3
    assert modern("BatchNormalization", axis=[3])["axis"] == 3
    assert modern("LayerNormalization", axis=[1, 2])["axis"] == [1, 2]
    assert "rng_type" not in modern("RandomFlip", rng_type="stateful")


def test_precision_is_told_by_name() -> None:
    policy = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
    assert modern("Dense", dtype=policy)["dtype"] == "mixed_float16"
    assert modern("Dense", dtype="float32")["dtype"] == "float32"


def test_a_layer_as_an_activation_is_brought_up_to_date_too() -> None:
    inner = modern("Dense", activation=layer("LeakyReLU", alpha=0.1))["activation"]
    assert (inner["module"], inner["config"]["negative_slope"]) == ("keras.layers", 0.1)


def test_a_list_of_layers_is_a_sequential_model_with_an_input() -> None:
    """So did Keras before 2.3 write it."""
    old = {
        "class_name": "Sequential",
        "config": [layer("Conv2D", batch_input_shape=[None, 9, 9, 1], filters=2), layer("Flatten")],
    }
    found = modern_description(old, PATH)["config"]["layers"]
    assert [node["class_name"] for node in found] == ["InputLayer", "Conv2D", "Flatten"]
    assert found[0]["config"]["batch_shape"] == [None, 9, 9, 1]
    assert "batch_input_shape" not in found[1]["config"]


def test_a_sequential_takes_the_shape_of_the_model_in_it() -> None:
    start = {
        **layer("InputLayer", batch_input_shape=[None, 7, 7, 3]),
        "inbound_nodes": [],
        "name": "inputlayer",
    }
    ends = [["inputlayer", 0, 0]]
    config = {"name": "inner", "layers": [start], "input_layers": ends, "output_layers": ends}
    old = {
        "class_name": "Sequential",
        "config": {"name": "outer", "layers": [{"class_name": "Model", "config": config}]},
    }
    found = modern_description(old, PATH)["config"]["layers"]
    assert found[0]["config"]["batch_shape"] == [None, 7, 7, 3]


def test_a_class_of_another_package_keeps_its_place_and_is_left_to_the_judge() -> None:
    node = {**layer("Popen"), "module": "subprocess"}
    assert modern_description(node, PATH) is node


def test_what_keras_3_computes_differently_is_refused() -> None:
    with pytest.raises(ModelError, match="hard sigmoid"):
        modern("Activation", activation="hard_sigmoid")


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"class_name": "Sequential"},
        {"class_name": "Sequential", "config": {"layers": []}},
        {"class_name": "Model", "config": {"layers": [{"class_name": "Dense"}]}},
        {"class_name": "Functional", "config": {"layers": 3}},
    ],
)
def test_what_is_no_description_is_refused(description: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="not one that Keras writes"):
        modern_description(description, PATH)


TENSOR = {"class_name": "__keras_tensor__", "config": {}}


def operation(function: str, **named: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return modern_operation(function, "it", [{"args": [TENSOR], "kwargs": named}], PATH)


@pytest.mark.parametrize(
    ("function", "named", "kind", "settings"),
    [
        ("math.truediv", {"y": 255.0}, "TrueDivide", {}),
        ("math.reduce_mean", {"axis": [1, 2]}, "Mean", {"axis": [1, 2], "keepdims": False}),
        ("math.reduce_max", {"axis": -1, "keepdims": True}, "Max", {"axis": -1, "keepdims": True}),
        ("nn.leaky_relu", {"alpha": 0.1}, "LeakyRelu", {"negative_slope": 0.1}),
        ("nn.softmax", {"axis": -1}, "Softmax", {"axis": -1}),
        ("reshape", {"shape": [-1, 4]}, "Reshape", {"newshape": [-1, 4]}),
        (
            "image.resize",
            {"size": [3, 4]},
            "Resizing",
            {"height": 3, "width": 4, "interpolation": "bilinear"},
        ),
    ],
)
def test_functions_become_operations(
    function: str, named: dict[str, Any], kind: str, settings: dict[str, Any]
) -> None:
    found, calls = operation(function, **named)
    assert found["class_name"] == kind
    assert found["config"] == {**settings, "name": "it"}
    assert calls[0]["args"][0] == TENSOR


@pytest.mark.parametrize(
    ("function", "named"),
    [
        ("io.read_file", {}),
        ("math.truediv", {"y": 2.0, "extra": 1}),
        ("nn.relu", {"extra": 1}),
        ("nn.bias_add", {"bias": [1.0], "data_format": "NCHW"}),
        ("image.resize", {"size": [3, 4], "method": "gaussian"}),
        ("image.resize", {"size": [3, 4], "antialias": True}),
        ("__operators__.getitem", {"slice_spec": {"class_name": "__ellipsis__"}}),
        ("cast", {"dtype": "float32", "extra": 1}),
    ],
)
def test_what_is_not_known_to_be_the_same_is_refused(function: str, named: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="no counterpart"):
        operation(function, **named)


def test_an_operation_with_two_settings_is_refused() -> None:
    calls = [{"args": [TENSOR], "kwargs": {"axis": axis}} for axis in (1, 2)]
    with pytest.raises(ModelError, match="no counterpart"):
        modern_operation("math.reduce_mean", "it", calls, PATH)


def test_what_concerns_training_is_left_out() -> None:
    found = without_training(
        {
            "compile_config": {"loss": "mine"},
            "config": {
                "kernel_initializer": "orthogonal",
                "kernel_regularizer": {"class_name": "L2"},
                "bias_constraint": {"class_name": "Mine"},
                "layers": [{"compile_config": {}, "units": 3}],
            },
        }
    )
    assert found["config"].pop("kernel_initializer")["class_name"] == "Zeros"
    assert found == {
        "config": {"kernel_regularizer": None, "bias_constraint": None, "layers": [{"units": 3}]}
    }
