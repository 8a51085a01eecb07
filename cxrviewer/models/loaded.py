"""A classifier in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A Keras model that takes one image and gives one row of scores.

    Parameters
    ----------
    keras_model : keras.Model
        Channels last; never altered.
    path : Path
        The weights file, or the folder of a SavedModel.
    sha256 : str
        Of what is there, hexadecimal.
    height, width : int, optional
        Rows and columns of the input; None where the model takes any.
    channels : int
        1 or 3.
    units : int
        Scores in the output.
    notes : tuple of str
        What a user should know of it.
    """

    keras_model: Any
    path: Path
    sha256: str
    height: int | None
    width: int | None
    channels: int
    units: int
    notes: tuple[str, ...] = ()
