"""Loading a Keras classifier from files that are not trusted."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError, first_line
from cxrviewer.models import backend
from cxrviewer.models.building import build, without_training
from cxrviewer.models.card import MAX_SIDE
from cxrviewer.models.catalog import file_digest
from cxrviewer.models.inspection import FileKind, ModelFile, read_model_file
from cxrviewer.models.legacy import is_legacy, modern_description
from cxrviewer.models.loaded import LoadedModel
from cxrviewer.models.saved_model import SAVED_MODEL_NOTE, load_saved_model
from cxrviewer.models.trust import judge_description
from cxrviewer.models.weights import load_weights

_OTHER = "Choose an image classifier with one input and one output."
_MEMORY = "The model needs more memory than there is."
_CLOSE = "Close other programs, or choose a smaller model."


def load_model(path: Path) -> LoadedModel:
    """Load a classifier from a .keras or .h5 file, or from the folder of a SavedModel.

    The file's description of the model is read and judged before anything is built from it, and what is
    built is what was judged.

    Parameters
    ----------
    path : Path
        The weights.

    Raises
    ------
    ModelError
        The file is missing, damaged, not a Keras model, would run code of its own (a Lambda layer,
        a custom object), is implausibly large, or is not a classifier of one image.
    """
    digest = file_digest(path)
    model, file = rebuild(path)
    notes = (SAVED_MODEL_NOTE,) if file.kind is FileKind.SAVED_MODEL else ()
    return _checked(model, path, digest, notes)


def in_memory(model: Any, digest: str = "") -> LoadedModel:
    """Return a classifier that is in memory already: in a notebook, or one that is being trained.

    Parameters
    ----------
    model : keras.Model
        The classifier; what it is made of is not judged, as it is the user's own program.
    digest : str
        Of its weights, hexadecimal.

    Raises
    ------
    ModelError
        It is no Keras model, is not built yet, or is not a classifier of one image.
    """
    return _checked(model, Path(str(getattr(model, "name", "model"))), digest, ())


def rebuild(path: Path) -> tuple[Any, ModelFile]:
    """Build whatever model of one input and one output a file has, as carefully as `load_model`.

    Returns
    -------
    keras.Model, ModelFile
        The model, and what its file says of it.

    Raises
    ------
    ModelError
        As for `load_model`, but for what the model is for.
    """
    file = read_model_file(path)
    backend.tensorflow()
    try:
        with warnings.catch_warnings():
            # They are meant for the author of the model.
            warnings.simplefilter("ignore")
            return _rebuilt(file), file
    except ModelError:
        raise
    except Exception as error:  # Keras raises whatever its layers raise on a config that does not fit.
        if backend.is_out_of_memory(error):
            raise ModelError(_MEMORY, _CLOSE, path) from error
        hint = "Save the model again with a current Keras, or get a fresh copy of the file."
        raise ModelError(f"The model cannot be rebuilt: {_cause(error)}", hint, path) from error


def _rebuilt(file: ModelFile) -> Any:
    if file.kind is FileKind.SAVED_MODEL:
        return load_saved_model(file)
    description = without_training(file.description)
    if file.kind is FileKind.HDF5 or is_legacy(file.keras_version):
        description = modern_description(description, file.path)
    judge_description(description, file.path)
    model = build(description, file.held, file.path)
    # A model without a shape has no weights to load yet.
    _signature(model, file.path)
    load_weights(model, file)
    return model


def _cause(error: Exception) -> str:
    """Return what went wrong innermost: Keras wraps an error once for every model around it."""
    return first_line(ValueError(str(error).rpartition("Exception encountered: ")[2]))


def _checked(model: Any, path: Path, digest: str, notes: tuple[str, ...]) -> LoadedModel:
    """Return the model where it is a classifier of one channels-last image."""
    shape, scores = _signature(model, path)
    if len(shape) != 4:
        raise ModelError(f"The model takes no image: its input has the shape {shape}.", _OTHER, path)
    if len(scores) != 2 or not scores[1]:
        message = f"The model is no classifier: its output has the shape {scores}, not one score a class."
        raise ModelError(message, _OTHER, path)
    first = next((layer for layer in _leaves(model) if _channels_first(layer)), None)
    if first is not None or (shape[1] in (1, 3) and shape[3] not in (1, 3)):
        where = f" (layer '{first.name}')" if first is not None else ""
        message = f"The model keeps its channels first{where}; it has to have them last."
        raise ModelError(message, "Convert it to channels last.", path)
    if shape[3] not in (1, 3):
        raise ModelError(f"The model takes {shape[3]} channels, not 1 or 3.", _OTHER, path)
    if shape[0] not in (None, 1):
        raise ModelError(f"The model takes {shape[0]} images at a time, not one.", _OTHER, path)
    if any(size is not None and size > MAX_SIDE for size in shape[1:3]):
        message = f"The model takes images of {shape[1]}×{shape[2]}; {MAX_SIDE} is the most."
        raise ModelError(message, _OTHER, path)
    return LoadedModel(model, path, digest, shape[1], shape[2], shape[3], scores[1], notes)


def _signature(model: Any, path: Path) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return the shapes of the input and the output of a model that has one of each."""
    import keras

    inputs = getattr(model, "inputs", None) if isinstance(model, keras.Model) else None
    outputs = getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise ModelError("The model does not say what shape its input has.", _OTHER, path)
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
