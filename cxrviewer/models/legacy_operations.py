"""TensorFlow functions in the description of a Keras 2 model, as operations of Keras 3.

Keras 2 wrote arithmetic on its tensors, ``x / 127.5 - 1`` say, as layers that name a function of
TensorFlow. Those below stand for exactly the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError

_Node = dict[str, Any]
_Parts = tuple[str, _Node, list[Any]]
"""Class with its module, settings, and arguments of the call."""

_NUMPY, _NN, _CORE, _LAYERS = "keras.src.ops.numpy", "keras.src.ops.nn", "keras.src.ops.core", "keras.layers"
_WITH_Y = {
    "math.add": "Add",
    "__operators__.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.truediv": "TrueDivide",
    "math.divide": "TrueDivide",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
    "math.pow": "Power",
}
_ALONE = {
    "math.sqrt": f"{_NUMPY}.Sqrt",
    "math.square": f"{_NUMPY}.Square",
    "math.exp": f"{_NUMPY}.Exp",
    "math.log": f"{_NUMPY}.Log",
    "math.abs": f"{_NUMPY}.Absolute",
    "math.negative": f"{_NUMPY}.Negative",
    "math.tanh": f"{_NUMPY}.Tanh",
    "math.sigmoid": f"{_NN}.Sigmoid",
    "nn.relu": f"{_NN}.Relu",
    "nn.relu6": f"{_NN}.Relu6",
    "nn.silu": f"{_NN}.Silu",
    "nn.elu": f"{_NN}.Elu",
    "nn.softplus": f"{_NN}.Softplus",
}
_REDUCING = {"math.reduce_mean": "Mean", "math.reduce_sum": "Sum", "math.reduce_max": "Max"}
_HINT = "Only models made of Keras's own layers are opened; save this one again with a current Keras."


def modern_operation(function: str, name: str, calls: list[_Node], path: Path) -> tuple[_Node, list[_Node]]:
    """Return the operation of Keras 3 that a function of TensorFlow is, and how it is called.

    Parameters
    ----------
    function : str
        As the description names it, "math.truediv" say.
    name : str
        Of the layer.
    calls : list of dict
        Arguments of each call, "args" and "kwargs".
    path : Path
        The file, for the message.

    Raises
    ------
    ModelError
        There is no operation that is known to do the same.
    """
    found = [_operation(function, call["args"][0], dict(call["kwargs"])) for call in calls]
    first = found[0] if found else None
    # One operation has the same settings in all its calls.
    if first is None or any(other is None or other[:2] != first[:2] for other in found):
        message = f"The model calls TensorFlow's '{function}' in a way that has no counterpart in Keras 3."
        raise ModelError(message, _HINT, path)
    place, settings, _ = first
    module, _, kind = place.rpartition(".")
    registered = None if module == _LAYERS else kind
    described = {"module": module, "class_name": kind, "registered_name": registered, "name": name}
    return {**described, "config": {**settings, "name": name}}, [
        {"args": part[2], "kwargs": {}} for part in found if part is not None
    ]


def _operation(function: str, x: Any, named: _Node) -> _Parts | None:
    """Return what a call is; None where it is unknown or an argument of it is."""
    named.pop("name", None)
    make = _MAKERS.get(function)
    if function in _WITH_Y and named.keys() == {"y"}:
        return f"{_NUMPY}.{_WITH_Y[function]}", {}, [_constant(x), _constant(named["y"])]
    if function in _ALONE and not named:
        return _ALONE[function], {}, [x]
    if function in _REDUCING and named.keys() <= {"axis", "keepdims"}:
        settings = {"axis": named.get("axis"), "keepdims": named.get("keepdims", False)}
        return f"{_NUMPY}.{_REDUCING[function]}", settings, [x]
    return make(x, named) if make is not None else None


def _constant(value: Any) -> Any:
    if isinstance(value, list):
        return {"class_name": "__tensor__", "config": {"value": value, "dtype": "float32"}}
    return value


def _bias_add(x: Any, named: _Node) -> _Parts | None:
    if named.get("data_format") not in (None, "NHWC"):
        return None
    return f"{_NUMPY}.Add", {}, [x, _constant(named["bias"])]


def _concat(x: Any, named: _Node) -> _Parts | None:
    tensors = x if isinstance(x, list) else [x]
    return (f"{_NUMPY}.Concatenate", {"axis": named["axis"]}, [tensors]) if named.keys() == {"axis"} else None


def _resize(x: Any, named: _Node) -> _Parts | None:
    method = named.get("method", "bilinear")
    if not named.keys() <= {"size", "method"} or method not in ("bilinear", "nearest", "bicubic"):
        return None
    height, width = named["size"]
    return f"{_LAYERS}.Resizing", {"height": height, "width": width, "interpolation": method}, [x]


def _getitem(x: Any, named: _Node) -> _Parts | None:
    given = named.get("slice_spec")
    return (
        (f"{_NUMPY}.GetItem", {}, [x, [_index(item) for item in given]]) if isinstance(given, list) else None
    )


def _index(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    if "class_name" in item:
        return {"class_name": item["class_name"], "config": {}}
    return {"class_name": "__slice__", "config": {key: item.get(key) for key in ("start", "stop", "step")}}


def _renaming(place: str, **settings: str) -> Callable[[Any, _Node], _Parts | None]:
    """Return a maker of an operation whose settings have other names, and are all that a call may give."""

    def make(x: Any, named: _Node) -> _Parts | None:
        if not named.keys() <= settings.keys():
            return None
        return place, {settings[key]: value for key, value in named.items()}, [x]

    return make


_MAKERS: dict[str, Callable[[Any, _Node], _Parts | None]] = {
    "nn.bias_add": _bias_add,
    "concat": _concat,
    "image.resize": _resize,
    "__operators__.getitem": _getitem,
    "image.grayscale_to_rgb": lambda x, _: (f"{_NUMPY}.Repeat", {"repeats": 3, "axis": -1}, [x]),
    "cast": _renaming(f"{_CORE}.Cast", dtype="dtype"),
    "clip_by_value": _renaming(f"{_NUMPY}.Clip", clip_value_min="x_min", clip_value_max="x_max"),
    "reshape": _renaming(f"{_NUMPY}.Reshape", shape="newshape"),
    "expand_dims": _renaming(f"{_NUMPY}.ExpandDims", axis="axis"),
    "squeeze": _renaming(f"{_NUMPY}.Squeeze", axis="axis"),
    "identity": _renaming(f"{_LAYERS}.Identity"),
    "nn.softmax": _renaming(f"{_NN}.Softmax", axis="axis"),
    "nn.gelu": _renaming(f"{_NN}.Gelu", approximate="approximate"),
    "nn.leaky_relu": _renaming(f"{_NN}.LeakyRelu", alpha="negative_slope"),
}
_UNNAMED = ("GetItem", "Stack", "Divide", "Concatenate", "Repeat", "Reshape", "Clip", "ExpandDims", "Squeeze")
MODULES = {place.rpartition(".")[2]: place.rpartition(".")[0] for place in _ALONE.values()} | dict.fromkeys(
    (*_WITH_Y.values(), *_REDUCING.values(), *_UNNAMED), _NUMPY
)
"""Where the operations are that Keras 3 itself puts into descriptions without saying so."""
