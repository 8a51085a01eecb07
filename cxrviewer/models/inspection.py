"""Judging a model file before anything is built from it.

A Keras file describes its layers as JSON. A layer can be a program of its own (Lambda), name any
Python object, or read other files; sizes can be absurd. Such files are refused with the reason.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from cxrviewer.errors import ModelError

MAX_BYTES = 4 * 2**30
"""Largest total of weights that is read."""

_MAX_RATIO = 200
_MAX_CONFIG_BYTES = 64 * 2**20
_FRESH = "Save the model again, or get a fresh copy of the file."
_REFUSE = "Only models made of Keras's own layers are opened."


def inspect_file(path: Path) -> None:
    """Check that a file is a Keras model that can be built without running code of its own.

    Raises
    ------
    ModelError
        It is not, with the reason.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise ModelError(
            f"The model cannot be read: {error.strerror}.", "Check that the file is readable.", path
        ) from error
    if start[:4] == b"PK\x03\x04":
        config = _archive_config(path)
    elif start == b"\x89HDF\r\n\x1a\n":
        config = _hdf5_config(path)
    elif not start:
        raise ModelError("The file is empty.", _FRESH, path)
    else:
        raise ModelError("The file is not a Keras model.", "Choose a .keras or .h5 file.", path)
    if not isinstance(config, dict):
        raise ModelError("The model's description is damaged.", _FRESH, path)
    # The model is never compiled, so a custom loss in it does no harm.
    _judge({key: value for key, value in config.items() if key != "compile_config"}, path)


def _archive_config(path: Path) -> Any:
    if path.suffix != ".keras":
        raise ModelError(
            "The file is a Keras archive with another suffix.", "Rename it to end in .keras.", path
        )
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise ModelError("The model claims more than 4 GiB.", _FRESH, path)
            if any(entry.file_size > _MAX_RATIO * max(entry.compress_size, 4096) for entry in entries):
                raise ModelError("The archive is compressed beyond belief.", _FRESH, path)
            if archive.getinfo("config.json").file_size > _MAX_CONFIG_BYTES:
                raise ModelError("The model's description is implausibly large.", _FRESH, path)
            return json.loads(archive.read("config.json"))
    except KeyError as error:
        raise ModelError("The archive holds no Keras model.", "Choose a .keras or .h5 file.", path) from error
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RecursionError) as error:
        raise ModelError("The model file is damaged or incomplete.", _FRESH, path) from error


def _hdf5_config(path: Path) -> Any:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            text = file.attrs.get("model_config")
            if text is None:
                raise ModelError(
                    "The file holds weights without a model.",
                    "Save the whole model, not its weights only.",
                    path,
                )
            return json.loads(text)
    except (OSError, ValueError, RuntimeError, KeyError, RecursionError) as error:
        raise ModelError("The model file is damaged or incomplete.", _FRESH, path) from error


def _judge(node: object, path: Path) -> None:
    """Refuse what would run code of its own, anywhere in the description."""
    if isinstance(node, list):
        for item in node:
            _judge(item, path)
    elif isinstance(node, dict):
        name = node.get("class_name")
        if isinstance(name, str):
            if name in ("Lambda", "__lambda__", "TFOpLambda", "SlicingOpLambda"):
                raise ModelError("The model contains a Lambda layer, which is program code.", _REFUSE, path)
            module = node.get("module")
            if isinstance(module, str) and module != "builtins" and module.split(".")[0] != "keras":
                raise ModelError(f"The model needs the custom object '{module}.{name}'.", _REFUSE, path)
        for value in node.values():
            _judge(value, path)
