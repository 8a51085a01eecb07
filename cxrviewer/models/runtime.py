"""Loading a Keras classifier from a file that is not trusted."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError
from cxrviewer.models import backend
from cxrviewer.models.catalog import file_digest
from cxrviewer.models.inspection import inspect_file
from cxrviewer.models.loaded import LoadedModel

_DAMAGED = "Save the model again, or get a fresh copy of the file."
_NOT_HERE = "Choose an image classifier with one input and one output."


def load_model(path: Path) -> LoadedModel:
    """Load a classifier from a .keras or .h5 file.

    The file's description of the model is read and judged before anything is built from it.

    Parameters
    ----------
    path : Path
        The weights file.

    Raises
    ------
    ModelError
        The file is missing, damaged, not a Keras model, would run code of its own (a Lambda layer,
        a custom object), is implausibly large, or is not a classifier of one image.
    """
    digest = file_digest(path)
    inspect_file(path)
    backend.tensorflow()
    import keras

    try:
        with warnings.catch_warnings():
            # They are for whoever built the model.
            warnings.simplefilter("ignore")
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except MemoryError as error:
        raise ModelError(
            "The model needs more memory than there is.", "Close other programs.", path
        ) from error
    except Exception as error:  # Keras raises whatever its layers raise on a config that does not fit.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ModelError(f"The model cannot be rebuilt: {_shortened(reason)}", _DAMAGED, path) from error
    return _checked(model, path, digest)


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:197]}..."


def _checked(model: Any, path: Path, digest: str) -> LoadedModel:
    """Return the model where it is a classifier of one channels-last image."""
    import keras

    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not isinstance(model, keras.Model) or not inputs or not outputs:
        raise ModelError("The model has not been built with a fixed input.", _NOT_HERE, path)
    if len(inputs) != 1 or len(outputs) != 1:
        found = f"{len(inputs)} inputs and {len(outputs)} outputs"
        raise ModelError(f"The model has {found}, not one of each.", _NOT_HERE, path)
    shape, scores = tuple(inputs[0].shape), tuple(outputs[0].shape)
    if len(shape) != 4:
        raise ModelError(
            f"The model does not take an image: its input has the shape {shape}.", _NOT_HERE, path
        )
    if len(scores) != 2 or not scores[1]:
        raise ModelError(
            f"The model is not a classifier: its output has the shape {scores}, not one score a class.",
            _NOT_HERE,
            path,
        )
    first = next((layer for layer in _leaves(model) if _channels_first(layer)), None)
    if first is not None:
        raise ModelError(
            f"The model keeps its channels first (layer '{first.name}'), which cannot run on a processor.",
            "Convert it to channels last.",
            path,
        )
    if shape[3] not in (1, 3):
        raise ModelError(f"The model takes {shape[3]} channels, not 1 or 3.", _NOT_HERE, path)
    if shape[0] not in (None, 1):
        raise ModelError(f"The model takes {shape[0]} images at a time, not one.", _NOT_HERE, path)
    return LoadedModel(model, path, digest, shape[1], shape[2], shape[3], scores[1])


def _leaves(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _leaves(layer)
        else:
            yield layer


def _channels_first(layer: Any) -> bool:
    return getattr(layer, "data_format", None) == "channels_first"
