"""Which models are built: those made of Keras's own parts, which run no code of their own.

A description can name a Lambda layer, which is a program; any importable Python object; or a layer
that reads other files. Keras refuses some of these; the list here says what is allowed instead.
"""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError
from cxrviewer.models import backend
from cxrviewer.models.inspection import parts

_HINT = "Only models made of Keras's own layers are opened."
_PROGRAMS = frozenset({"Lambda", "__lambda__", "TFOpLambda", "SlicingOpLambda"})
# They wrap a foreign program or read a vocabulary from a path.
_FOREIGN = frozenset(
    {
        "TFSMLayer",
        "TorchModuleWrapper",
        "JaxLayer",
        "FlaxLayer",
        "StringLookup",
        "IntegerLookup",
        "TextVectorization",
    }
)
_INNER = ("keras.ops.", "keras.src.ops.", "keras.src.applications.")
_STRUCTURE = frozenset(
    {
        "Functional",
        "Model",
        "Sequential",
        "Policy",
        "TensorShape",
        "__tuple__",
        "__tensor__",
        "__numpy__",
        "__keras_tensor__",
        "__slice__",
        "__ellipsis__",
    }
)


def judge_description(description: dict[str, Any], path: Path) -> None:
    """Refuse a model that is more than Keras's own layers.

    Parameters
    ----------
    description : dict
        As in the file; nothing has been built from it.
    path : Path
        The file, for the message.

    Raises
    ------
    ModelError
        It contains a Lambda layer, a custom object or a layer that reads other files.
    """
    # The model is never compiled, so that a custom loss does no harm.
    built = {key: value for key, value in description.items() if key != "compile_config"}
    for node in parts(built):
        if isinstance(node.get("class_name"), str):
            _judge(node, path)


def _judge(node: dict[str, Any], path: Path) -> None:
    name, module = node["class_name"], node.get("module")
    if name in _PROGRAMS:
        raise ModelError(f"The model contains program code (a {name} layer), which is not run.", _HINT, path)
    if name in _FOREIGN:
        raise ModelError(f"The model contains a {name} layer, which reads other files.", _HINT, path)
    if name == "function":
        # Keras looks functions up among its own by name; those that do more are not among these.
        allowed = module in (None, "builtins") and node.get("config") in _functions()
        name = f"function {node.get('config')}"
    elif isinstance(module, str) and module.startswith(_INNER):
        # Operations written in a model's own code, and the layers of Keras's architectures.
        allowed = name.isidentifier() and name[0].isupper()
    else:
        inside = module in (None, "builtins") or module == "keras" or str(module).startswith("keras.")
        allowed = inside and (name in _STRUCTURE or name in _classes())
    if not allowed:
        import keras

        where = f"{module}." if isinstance(module, str) and not module.startswith("keras") else ""
        raise ModelError(
            f"The model needs '{where}{name}', which is not a part of Keras {keras.__version__}.", _HINT, path
        )


@cache
def _classes() -> frozenset[str]:
    backend.tensorflow()
    import keras

    modules = (
        keras.layers,
        keras.initializers,
        keras.regularizers,
        keras.constraints,
        keras.dtype_policies,
        keras.quantizers,
    )
    return frozenset(
        name for module in modules for name in dir(module) if inspect.isclass(getattr(module, name))
    )


@cache
def _functions() -> frozenset[str]:
    backend.tensorflow()
    import keras

    return frozenset(name for name in dir(keras.activations) if not name.startswith("_"))
