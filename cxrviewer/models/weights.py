"""Reading the weights of a model that was built from its description."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError
from cxrviewer.models.inspection import WEIGHTS, FileKind, ModelFile, check_weights

_KINDS = frozenset({"kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"})
_FRESH = "Save the model again with a current Keras, or get a fresh copy of the file."


def load_weights(model: Any, file: ModelFile) -> None:
    """Give a model the weights of its file.

    Raises
    ------
    ModelError
        There are none, or they are damaged or in another order than the model's.
    OSError
        There is no room to unpack them.
    """
    if file.kind is FileKind.HDF5:
        _check_order(model, file.path)
        model.load_weights(file.path)
        return
    # Keras reads a data set at a time, and would unpack the archive anew for many of them.
    with tempfile.TemporaryDirectory(prefix="cxrviewer-") as folder, zipfile.ZipFile(file.path) as archive:
        if WEIGHTS not in archive.namelist():
            raise ModelError("The archive holds no weights.", _FRESH, file.path)
        unpacked = Path(folder) / WEIGHTS
        with archive.open(WEIGHTS) as packed, unpacked.open("wb") as stream:
            shutil.copyfileobj(packed, stream, 2**22)
        try:
            check_weights(unpacked)
        except ModelError as error:
            raise ModelError(error.message, error.hint, file.path) from error
        model.load_weights(unpacked)


def _check_order(model: Any, path: Path) -> None:
    """Refuse weights that Keras would give to others of the same shape.

    An HDF5 model has its weights in the order of its layers, which decides alone. Names tell whether the
    order is that of the model: a mean that is taken for a variance leaves no other trace.
    """
    import h5py

    layers = [layer.trainable_weights + layer.non_trainable_weights for layer in model.layers]
    wanted = [[weight.name for weight in weights] for weights in layers if weights]
    with h5py.File(path, "r") as file:
        group = file["model_weights"]
        names = [list(_texts(group[name], "weight_names")) for name in _texts(group, "layer_names")]
    stored = [[name.rpartition("/")[2].partition(":")[0] for name in layer] for layer in names if layer]
    for layer_stored, layer_wanted in zip(stored, wanted, strict=False):
        for one, other in zip(layer_stored, layer_wanted, strict=False):
            if one != other and one in _KINDS and other in _KINDS:
                raise ModelError("The model's weights are in another order than its layers.", _FRESH, path)


def _texts(group: Any, key: str) -> Iterator[str]:
    """Yield the texts of an attribute, which is split where it is long."""
    keys = [key] if key in group.attrs else [f"{key}{part}" for part in range(len(group.attrs))]
    for part in keys:
        for text in group.attrs.get(part, ()):
            yield text.decode("utf-8") if isinstance(text, bytes) else str(text)
