"""Loading a Keras classifier from a file that is not trusted."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError, first_line
from cxrviewer.models import backend
from cxrviewer.models.catalog import file_digest
from cxrviewer.models.inspection import read_description
from cxrviewer.models.loaded import LoadedModel
from cxrviewer.models.trust import judge_description

_OTHER = "Choose an image classifier with one input and one output."
_MEMORY = "The model needs more memory than there is."
_CLOSE = "Close other programs, or choose a smaller model."


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
    judge_description(read_description(path), path)
    backend.tensorflow()
    import keras

    try:
        with warnings.catch_warnings():
            # They are meant for the author of the model.
            warnings.simplefilter("ignore")
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its layers raise on a config that does not fit.
        if backend.is_out_of_memory(error):
            raise ModelError(_MEMORY, _CLOSE, path) from error
        hint = "Save the model again with a current Keras, or get a fresh copy of the file."
        raise ModelError(f"The model cannot be rebuilt: {first_line(error)}", hint, path) from error
    return _checked(model, path, digest)


def _checked(model: Any, path: Path, digest: str) -> LoadedModel:
    """Return the model where it is a classifier of one channels-last image."""
    shape, scores = _signature(model, path)
    if len(shape) != 4:
        raise ModelError(f"The model takes no image: its input has the shape {shape}.", _OTHER, path)
    if len(scores) != 2 or not scores[1]:
        message = f"The model is no classifier: its output has the shape {scores}, not one score a class."
        raise ModelError(message, _OTHER, path)
    first = next((layer for layer in _leaves(model) if _channels_first(layer)), None)
    if first is not None:
        message = f"The model keeps its channels first (layer '{first.name}'); it has to have them last."
        raise ModelError(message, "Convert it to channels last.", path)
    if shape[3] not in (1, 3):
        raise ModelError(f"The model takes {shape[3]} channels, not 1 or 3.", _OTHER, path)
    if shape[0] not in (None, 1):
        raise ModelError(f"The model takes {shape[0]} images at a time, not one.", _OTHER, path)
    return LoadedModel(model, path, digest, shape[1], shape[2], shape[3], scores[1])


def _signature(model: Any, path: Path) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return the shapes of the input and the output of a model that has one of each."""
    import keras

    inputs = getattr(model, "inputs", None) if isinstance(model, keras.Model) else None
    outputs = getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise ModelError("The model was saved without the shape of its input.", _OTHER, path)
    if len(inputs) != 1 or len(outputs) != 1:
        message = f"The model has {len(inputs)} inputs and {len(outputs)} outputs, not one of each."
        raise ModelError(message, _OTHER, path)
    return tuple(inputs[0].shape), tuple(outputs[0].shape)


def _leaves(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _leaves(layer)
        else:
            yield layer


def _channels_first(layer: Any) -> bool:
    return getattr(layer, "data_format", None) == "channels_first"
