"""Reading what a model file says of itself, before anything is built from it.

A .keras file is a zip archive with the description of the layers as JSON and the weights as HDF5; a
.h5 file is one HDF5 file with both. Sizes are claims until they are checked.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError

MAX_BYTES = 4 * 2**30
"""Largest total of weights that is read."""

# Deflate cannot reach 1100, and trained weights hardly compress at all.
_MAX_EXPANSION = 100
_SMALL = 2**20
_MAX_DESCRIPTION = 64 * 2**20
_FRESH = "Save the model again, or get a fresh copy of the file."
_CHOOSE = "Choose a .keras or .h5 file."
_DAMAGED = (OSError, EOFError, ValueError, RuntimeError, KeyError, RecursionError, zipfile.BadZipFile)


def read_description(path: Path) -> dict[str, Any]:
    """Return the description of the layers in a Keras file, checking sizes on the way.

    Parameters
    ----------
    path : Path
        A .keras or .h5 file; the content decides.

    Raises
    ------
    ModelError
        The file cannot be read, is damaged, is no Keras model, or claims implausible sizes.
    """
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
        description = read(path)
    except _DAMAGED as error:
        raise ModelError("The model file is damaged or incomplete.", _FRESH, path) from error
    if not isinstance(description, dict):
        raise ModelError("The model file is damaged: its description is not one.", _FRESH, path)
    _check_layers(description, path)
    return description


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


def _read_archive(path: Path) -> Any:
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
        return json.loads(archive.read("config.json"))


def _read_hdf5(path: Path) -> Any:
    import h5py

    if path.suffix.lower() not in (".h5", ".hdf5"):
        raise ModelError("The file is an HDF5 model under another name.", "Rename it to end in .h5.", path)
    with h5py.File(path, "r") as file:
        total = 0
        for dataset in _datasets(file, path):
            _check_expansion(dataset.nbytes, dataset.id.get_storage_size(), path)
            total += dataset.nbytes
        _check_size(total, path)
        text = file.attrs.get("model_config")
        if text is None:
            hint = "Save the whole model, not its weights only."
            raise ModelError("The file holds weights without a model.", hint, path)
        return json.loads(text)


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


def _check_layers(description: dict[str, Any], path: Path) -> None:
    """Refuse a layer that has more units than the file has bytes: each unit has a weight at least."""
    held = path.stat().st_size
    for node in parts(description):
        sizes = [node.get(key) for key in ("units", "filters", "output_dim")]
        if any(isinstance(size, int) and size > held for size in sizes):
            raise ModelError("The model file claims far more than it holds.", _FRESH, path)


def _check_size(total: int, path: Path) -> None:
    if total > MAX_BYTES:
        gigabytes = total / 2**30
        limit = MAX_BYTES // 2**30
        raise ModelError(f"The model claims {gigabytes:.0f} GiB; {limit} GiB is the most.", _FRESH, path)


def _check_expansion(claimed: int, stored: int, path: Path) -> None:
    if claimed > _SMALL and claimed > _MAX_EXPANSION * stored:
        raise ModelError("The model file claims far more than it holds.", _FRESH, path)
