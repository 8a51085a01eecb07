"""Building a model from its description without taking more memory than its weights can need."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError

_SLACK = 2**20
_FRESH = "Save the model again, or get a fresh copy of the file."
_ZEROS: dict[str, Any] = {
    "module": "keras.initializers",
    "class_name": "Zeros",
    "config": {},
    "registered_name": None,
}
_TRAINING = ("_regularizer", "_constraint")


def without_training(node: Any) -> Any:
    """Return a description without what concerns training alone, which is never run.

    Weights start as zeros, as they are read from the file; how the model was compiled, regularised and
    constrained is left out.
    """
    if isinstance(node, list):
        return [without_training(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Any] = {}
    for key, value in node.items():
        if key == "compile_config":
            continue
        if value is not None and key.endswith("_initializer"):
            kept[key] = dict(_ZEROS)
        else:
            kept[key] = None if key.endswith(_TRAINING) else without_training(value)
    return kept


def build(description: dict[str, Any], held: int, path: Path) -> Any:
    """Return the Keras model of a description, with weights that are not read yet.

    Parameters
    ----------
    description : dict
        In the form of Keras 3, judged.
    held : int
        Bytes of weights that the file holds. The layers are made without their weights first, and get
        them only where these are no more than that.
    path : Path
        The file, for the message.

    Raises
    ------
    ModelError
        The model needs far more weights than the file holds.
    """
    import keras

    def make() -> Any:
        with keras.StatelessScope(initialize_variables=False) as scope:
            # Keras takes descriptions apart.
            model = keras.saving.deserialize_keras_object(json.loads(json.dumps(description)))
            needed = sum(_bytes(variable) for variable in getattr(model, "variables", ()))
            if needed > 2 * held + _SLACK:
                raise ModelError("The model file claims far more than it holds.", _FRESH, path)
            scope.initialize_variables = True
        return model

    return _alone(make)


def _bytes(variable: Any) -> int:
    import numpy as np

    # Precisions that NumPy does not know take one or two bytes.
    size: int = np.dtype(variable.dtype).itemsize if hasattr(np, variable.dtype) else 2
    count: int = math.prod(variable.shape)
    return count * size


def _alone(make: Callable[[], Any]) -> Any:
    """Return what a function returns in a thread of its own.

    Keras notes per thread which weights are still to be made; those of a refused model must never be.
    """
    outcome: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(make())
        except BaseException as error:  # Raised again where it is expected.
            errors.append(error)

    thread = threading.Thread(target=run, name="model")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return outcome[0]
