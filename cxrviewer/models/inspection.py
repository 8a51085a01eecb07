"""Reading what a model file says of itself, before anything is built from it.

A .keras file is a zip archive with the description of the layers as JSON and the weights as HDF5; a
.h5 file is one HDF5 file with both; a SavedModel is a folder. Sizes are claims until they are checked.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError
from cxrviewer.models.card import MAX_SIDE

GRAPH = "saved_model.pb"
"""What makes a folder a SavedModel."""
WEIGHTS = "model.weights.h5"
"""The weights in a .keras archive."""
MAX_BYTES = 4 * 2**30
"""Largest total of weights that is read."""

# Deflate cannot reach 1100, and trained weights hardly compress at all.
_MAX_EXPANSION = 100
_SMALL = 2**20
_MAX_DESCRIPTION = 64 * 2**20
_MAX_LAYERS = 5000
_FRESH = "Save the model again, or get a fresh copy of the file."
_CHOOSE = "Choose a .keras or .h5 file, or the folder of a SavedModel."
_DAMAGED = (OSError, EOFError, ValueError, RuntimeError, KeyError, RecursionError, zipfile.BadZipFile)


class FileKind(StrEnum):
    """How a model is stored."""

    KERAS = "Keras archive"
    HDF5 = "HDF5"
    SAVED_MODEL = "SavedModel"


@dataclass(frozen=True, eq=False)
class ModelFile:
    """What a file says of the model in it.

    Parameters
    ----------
    path : Path
        The file or folder.
    kind : FileKind
        How it is stored.
    keras_version : str
        Of the Keras that wrote it, "" where unknown.
    description : dict
        The layers, as Keras describes them; empty for a SavedModel, which has none.
    held : int
        Bytes that its weights take once they are unpacked.
    """

    path: Path
    kind: FileKind
    keras_version: str
    description: dict[str, Any]
    held: int


def read_model_file(path: Path) -> ModelFile:
    """Return what a model file says of itself, checking sizes on the way.

    Parameters
    ----------
    path : Path
        A .keras or .h5 file, of which the content decides, or the folder of a SavedModel.

    Raises
    ------
    ModelError
        The file cannot be read, is damaged, is no Keras model, or claims implausible sizes.
    """
    if path.is_dir():
        return _read_folder(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        hint = "Check that the file exists and is readable."
        raise ModelError(f"The model cannot be read: {error.strerror}.", hint, path) from error
    if not start:
        raise ModelError("The model file is empty.", _FRESH, path)
    if start[:4] == b"PK\x03\x04":
        read = _read_archive
    elif start == b"\x89HDF\r\n\x1a\n":
        read = _read_hdf5
    else:
        raise ModelError("The file is not a Keras model.", _CHOOSE, path)
    try:
        file = read(path)
    except _DAMAGED as error:
        raise ModelError("The model file is damaged or incomplete.", _FRESH, path) from error
    if not isinstance(file.description, dict):
        raise ModelError("The model file is damaged: its description is not one.", _FRESH, path)
    _check_layers(file)
    return file


def parts(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every table of a description, however deep: layers, their settings, nested models."""
    left: list[object] = [description]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left.extend(node)
        elif isinstance(node, dict):
            left.extend(node.values())
            yield node


def check_weights(path: Path) -> int:
    """Check the data sets of an HDF5 file and return the bytes that they take once unpacked.

    Raises
    ------
    ModelError
        The file is damaged, keeps data elsewhere, or claims more than it stores.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return _held(file, path)
    except _DAMAGED as error:
        raise ModelError("The model file is damaged or incomplete.", _FRESH, path) from error


def _read_folder(path: Path) -> ModelFile:
    if not (path / GRAPH).is_file():
        raise ModelError("The folder holds no SavedModel.", _CHOOSE, path)
    try:
        held = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    except OSError as error:
        raise ModelError(f"The model cannot be read: {error.strerror}.", "", path) from error
    _check_size(held, path)
    return ModelFile(path, FileKind.SAVED_MODEL, "", {}, held)


def _read_archive(path: Path) -> ModelFile:
    if path.suffix.lower() != ".keras":
        raise ModelError(
            "The file is a Keras archive under another name.", "Rename it to end in .keras.", path
        )
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        if "config.json" not in entries:
            raise ModelError("The archive holds no Keras model.", _CHOOSE, path)
        _check_size(sum(entry.file_size for entry in entries.values()), path)
        for entry in entries.values():
            _check_expansion(entry.file_size, entry.compress_size, path)
        if entries["config.json"].file_size > _MAX_DESCRIPTION:
            raise ModelError("The model's description is implausibly large.", _FRESH, path)
        description = json.loads(archive.read("config.json"))
        metadata = json.loads(archive.read("metadata.json")) if "metadata.json" in entries else {}
        held = entries[WEIGHTS].file_size if WEIGHTS in entries else 0
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return ModelFile(path, FileKind.KERAS, _text(version), description, held)


def _read_hdf5(path: Path) -> ModelFile:
    import h5py

    if path.suffix.lower() not in (".h5", ".hdf5"):
        raise ModelError("The file is an HDF5 model under another name.", "Rename it to end in .h5.", path)
    with h5py.File(path, "r") as file:
        held = _held(file, path)
        text = file.attrs.get("model_config")
        if text is None:
            hint = "Save the whole model, not its weights only."
            raise ModelError("The file holds weights without a model.", hint, path)
        return ModelFile(path, FileKind.HDF5, _text(file.attrs.get("keras_version")), json.loads(text), held)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _held(file: Any, path: Path) -> int:
    """Return the bytes of all data sets of an HDF5 file."""
    total = 0
    for dataset in _datasets(file, path):
        _check_expansion(dataset.nbytes, dataset.id.get_storage_size(), path)
        total += dataset.nbytes
    _check_size(total, path)
    return total


def _datasets(group: Any, path: Path) -> Iterator[Any]:
    """Yield the data sets below a group; links could lead out of the file or in a circle."""
    import h5py

    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ModelError("The file links to other files.", _FRESH, path)
        item = group[name]
        if isinstance(item, h5py.Group):
            yield from _datasets(item, path)
        elif isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual:
                raise ModelError("The file keeps its weights in other files.", _FRESH, path)
            yield item


def _check_layers(file: ModelFile) -> None:
    """Refuse what would take very long to build, or could not be run anywhere."""
    count = 0
    for node in parts(file.description):
        count += isinstance(node.get("config"), dict) and "name" in node["config"]
        shape = node.get("batch_shape", node.get("batch_input_shape"))
        if isinstance(shape, list) and any(isinstance(size, int) and size > MAX_SIDE for size in shape):
            message = f"The model takes images of {'×'.join(map(str, shape[1:]))}; {MAX_SIDE} is the most."
            raise ModelError(message, _FRESH, file.path)
    if count > _MAX_LAYERS:
        message = f"The model claims {count} layers; {_MAX_LAYERS} is the most."
        raise ModelError(message, _FRESH, file.path)


def _check_size(total: int, path: Path) -> None:
    if total > MAX_BYTES:
        gigabytes = total / 2**30
        limit = MAX_BYTES // 2**30
        raise ModelError(f"The model claims {gigabytes:.0f} GiB; {limit} GiB is the most.", _FRESH, path)


def _check_expansion(claimed: int, stored: int, path: Path) -> None:
    if claimed > _SMALL and claimed > _MAX_EXPANSION * stored:
        raise ModelError("The model file claims far more than it holds.", _FRESH, path)
