"""Descriptions in Keras's legacy form, brought to the present one.

Keras 2 wrote it, and Keras 3 still does in HDF5 files. Keras 3 reads some of it itself, but neither the
batch normalisation, nested models and separable convolutions of the later versions of Keras 2 nor
arithmetic on tensors. Nothing is built here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError
from cxrviewer.models.legacy_operations import MODULES, modern_operation

_Node = dict[str, Any]

_MODELS = frozenset({"Functional", "Model", "Sequential"})
_OPERATIONS = frozenset({"TFOpLambda", "SlicingOpLambda"})
_RENAMED = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    # They act in training alone and are gone.
    "RandomHeight": "Identity",
    "RandomWidth": "Identity",
}
_MODULES = {
    "LayerScale": "keras.src.applications.convnext",
    "StochasticDepth": "keras.src.applications.convnext",
}
_SETTINGS = {"LeakyReLU": {"alpha": "negative_slope"}}
"""Settings under another name."""
_GONE = {
    "SeparableConv2D": ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    "DepthwiseConv2D": ("groups",),
    "Conv2DTranspose": ("groups",),
    "BatchNormalization": ("fused", "renorm", "renorm_clipping", "renorm_momentum", "virtual_batch_size"),
    "Identity": ("factor", "interpolation", "seed"),
    "SpatialDropout2D": ("trainable", "noise_shape"),
    "MultiHeadAttention": ("query_shape", "key_shape", "value_shape", "softmax_robust_masking"),
}
"""Settings without a meaning for a model that is run."""
_GONE_EVERYWHERE = ("batch_input_shape", "rng_type", "implementation", "ragged")
_HINT = "Save the model again with a current Keras."


def is_legacy(version: str) -> bool:
    """Return whether this version of Keras wrote the legacy form in every file."""
    return not version or version.split(".", maxsplit=1)[0] in ("1", "2")


def modern_description(description: _Node, path: Path) -> _Node:
    """Return a description in the present form that stands for the same model.

    Parameters
    ----------
    description : dict
        In the legacy form.
    path : Path
        The file, for the message.

    Raises
    ------
    ModelError
        It uses what Keras 3 computes differently or has no counterpart for, or it is damaged.
    """
    try:
        return _layer(description, path)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        message = "The model's description is not one that Keras writes."
        raise ModelError(message, _HINT, path) from error


def _plain(name: str) -> str:
    """Return a layer's name without slashes, which separate layers in paths now."""
    return name.replace("/", "_")


def _layer(node: _Node, path: Path) -> _Node:
    name: str = node["class_name"]
    if name == "Sequential":
        return _described(node, "keras", name, _sequential(node["config"], path))
    if name in _MODELS:
        return _described(node, "keras", "Model", _functional(node["config"], path))
    name = _RENAMED.get(name, name)
    module = node.get("module")
    if isinstance(module, str) and module.split(".")[0] not in ("keras", "tf_keras", "tensorflow"):
        return node
    if module is None and name in MODULES and "trainable" not in node["config"]:
        # Keras 3 calls operations and layers alike there; layers alone can be trained.
        return {**_described(node, MODULES[name], name, dict(node["config"])), "registered_name": name}
    return _described(node, _MODULES.get(name, "keras.layers"), name, _settings(name, node["config"], path))


def _described(node: _Node, module: str, name: str, config: _Node) -> _Node:
    if isinstance(config.get("name"), str):
        config["name"] = _plain(config["name"])
    registered = name if name in _MODULES else None
    described = {"module": module, "class_name": name, "config": config, "registered_name": registered}
    return {**described, "name": _plain(node.get("name") or config.get("name", ""))}


def _settings(kind: str, given: _Node, path: Path) -> _Node:
    if kind == "InputLayer":
        shape = given.get("batch_shape", given.get("batch_input_shape"))
        return {"batch_shape": shape, "dtype": _dtype(given.get("dtype")), "name": given["name"]}
    config = {
        _SETTINGS.get(kind, {}).get(key, key): value
        for key, value in given.items()
        if key not in (*_GONE_EVERYWHERE, *_GONE.get(kind, ()))
    }
    if "dtype" in config:
        config["dtype"] = _dtype(config["dtype"])
    axis = config.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        config["axis"] = axis[0]
    for key in ("activation", "layer"):
        if isinstance(config.get(key), dict) and isinstance(config[key].get("config"), dict):
            config[key] = _layer(config[key], path)
    if config.get("activation") == "hard_sigmoid":
        message = f"The layer '{config.get('name')}' has a hard sigmoid, which Keras 3 computes differently."
        raise ModelError(message, "Save the model with a current Keras.", path)
    return config


def _dtype(given: object) -> object:
    """Return a precision by its name; a policy is a table with one."""
    return given["config"]["name"] if isinstance(given, dict) else given


def _sequential(given: _Node | list[_Node], path: Path) -> _Node:
    config: _Node = {"name": "sequential", "layers": given} if isinstance(given, list) else dict(given)
    layers = [_layer(node, path) for node in config["layers"]]
    shape = config.pop("build_input_shape", None) or _input_shape(config["layers"][0])
    if layers[0]["class_name"] != "InputLayer" and shape:
        start: _Node = {
            "class_name": "InputLayer",
            "config": {"batch_input_shape": shape, "name": "image_input"},
        }
        layers.insert(0, _layer(start, path))
    return {**config, "layers": layers}


def _input_shape(node: _Node) -> Any:
    """Return the shape of what a layer or model takes, where its description has it."""
    config = node["config"]
    if node["class_name"] in _MODELS:
        return _input_shape((config if isinstance(config, list) else config["layers"])[0])
    return config.get("batch_input_shape")


def _functional(given: _Node, path: Path) -> _Node:
    calls = [call for node in given["layers"] for call in node["inbound_nodes"]]
    counted = any(isinstance(call, list) for call in calls)
    shifts = {node["name"]: _own_nodes(node) if counted else 0 for node in given["layers"]}
    layers = []
    for node in given["layers"]:
        calls = [_call(call, shifts) for call in node["inbound_nodes"]]
        if node["class_name"] in _OPERATIONS:
            name = _plain(node["name"])
            operation, calls = modern_operation(node["config"]["function"], name, calls, path)
            layers.append({**operation, "inbound_nodes": calls})
        else:
            layers.append({**_layer(node, path), "inbound_nodes": calls})
    sequential = {node["name"] for node in given["layers"] if node["class_name"] == "Sequential"}
    # Keras 3 takes the own node of a functional model away itself, here alone.
    ends = {name: shifts[name] if name in sequential else 0 for name in shifts}
    inputs = _moved(given["input_layers"], dict.fromkeys(shifts, 0))
    outputs = _moved(given["output_layers"], ends)
    return {**given, "layers": layers, "input_layers": _single(inputs), "output_layers": _single(outputs)}


def _single(references: list[Any]) -> list[Any]:
    """Return the only one of some references: a model with a list of one gives lists."""
    return references[0] if len(references) == 1 else references


def _own_nodes(node: _Node) -> int:
    """Return how many calls of a nested model Keras 2 counted before those of the model around it.

    The way from a nested model's own input to its output was the first.
    """
    if node["class_name"] not in _MODELS:
        return 0
    config = node["config"]
    first = (config if isinstance(config, list) else config["layers"])[0]
    return int(first["class_name"] == "InputLayer" or node["class_name"] != "Sequential")


def _moved(references: Any, shifts: dict[str, int]) -> Any:
    if _is_reference(references, shifts):
        name, call, output = references
        return [_plain(name), call - shifts[name], output]
    return [_moved(reference, shifts) for reference in references]


def _is_reference(value: Any, shifts: dict[str, int]) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and value[0] in shifts
        and all(isinstance(number, int) for number in value[1:])
    )


def _call(call: Any, shifts: dict[str, int]) -> _Node:
    """Return one call of a layer as arguments, tensors by the layer, call and output that they come from."""
    if isinstance(call, dict):
        return call
    if not call:
        return {"args": [], "kwargs": {}}
    if isinstance(call[0], str):
        name, _, value, named = call
        first = value if name == "_CONSTANT_VALUE" else _tensor(call[:3], shifts)
    else:
        named = call[0][3] if len(call[0]) == 4 else {}
        tensors = [_tensor(reference[:3], shifts) for reference in call]
        first = tensors[0] if len(tensors) == 1 else tensors
    kept = {key: _argument(value, shifts) for key, value in named.items() if value is not None}
    return {"args": [first], "kwargs": kept}


def _argument(value: Any, shifts: dict[str, int]) -> Any:
    if _is_reference(value, shifts):
        return _tensor(value, shifts)
    return [_argument(item, shifts) for item in value] if isinstance(value, list) else value


def _tensor(reference: list[Any], shifts: dict[str, int]) -> _Node:
    name, call, output = reference
    # Shape and precision are those of the tensor that is found by its history.
    history = [_plain(name), call - shifts[name], output]
    source = {"shape": [None], "dtype": "float32", "keras_history": history}
    return {"class_name": "__keras_tensor__", "config": source}
