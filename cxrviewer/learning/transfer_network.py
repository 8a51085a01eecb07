"""Networks of keras.applications with a new head, flat, and the weights that they begin with."""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrviewer.errors import UserError, first_line
from cxrviewer.learning.transfer_spec import IMAGENET, RANDOM, TransferSpec
from cxrviewer.models.card import InputSpec

if TYPE_CHECKING:
    import keras

POOL = "pool"
"""Name of the layer between backbone and head."""
_SILENCE = 20.0
"""Seconds after which a server that does not answer is given up."""


def build(recipe: TransferSpec, spec: InputSpec, classes: int, weights: Path | str = IMAGENET) -> keras.Model:
    """Build the network of a recipe.

    Parameters
    ----------
    recipe : TransferSpec
        Backbone and head.
    spec : InputSpec
        Rows, columns and channels of the input.
    classes : int
        Number of outputs.
    weights : str or Path
        "imagenet", "random", or a Keras file with weights of the backbone or of the whole network.

    Returns
    -------
    keras.Model
        Flat functional model, (N, rows, columns, channels) to (N, classes) probabilities, float32. The layers
        of the backbone keep their names.

    Raises
    ------
    UserError
        The weights cannot be downloaded, or do not fit.
    """
    import keras

    inputs = keras.Input((spec.height, spec.width, spec.channels), name="image")
    backbone = _backbone(recipe, inputs, weights)
    if recipe.backbone.frozen:
        for layer in backbone.layers:
            layer.trainable = False
    x = keras.layers.GlobalAveragePooling2D(name=POOL)(backbone.output)
    for number, (units, rate) in enumerate(zip(recipe.head.units, recipe.head.dropout, strict=True), 1):
        x = keras.layers.Dense(units, activation="relu", name=f"dense{number}")(x)
        x = keras.layers.Dropout(rate, name=f"dropout{number}")(x) if rate else x
    activation = recipe.head.activation.value
    outputs = keras.layers.Dense(classes, activation=activation, dtype="float32", name="probabilities")(x)
    model = keras.Model(inputs, outputs, name=recipe.id.replace("-", "_"))
    if weights not in (IMAGENET, RANDOM):
        _load(model, backbone, Path(weights))
    return model


def _backbone(recipe: TransferSpec, inputs: Any, weights: Path | str) -> keras.Model:
    import keras

    make = getattr(keras.applications, recipe.backbone.name)
    if weights != IMAGENET:
        return make(include_top=False, weights=None, input_tensor=inputs)
    try:
        with _impatient(), contextlib.redirect_stdout(io.StringIO()):
            return make(include_top=False, weights="imagenet", input_tensor=inputs)
    except Exception as error:  # Whatever the download or the cache raises.
        raise UserError(
            f"The ImageNet weights of {recipe.backbone.name} cannot be downloaded: {first_line(error)}.",
            "Give a file of them with --weights FILE, or begin with --weights random.",
        ) from error


def _load(model: keras.Model, backbone: keras.Model, path: Path) -> None:
    """Give the whole network the weights of a file, or else the backbone alone."""
    if not path.is_file():
        hint = "Give a Keras file, imagenet or random."
        raise UserError("The file of weights does not exist.", hint, path)
    try:
        model.load_weights(path)
    except Exception:  # Keras raises what it likes on a file that does not fit.
        try:
            backbone.load_weights(path)
        except Exception as error:
            raise UserError(
                f"The weights fit neither the network nor its backbone: {first_line(error)}.",
                f"Give weights of the same recipe, or of {backbone.name} without its top.",
                path,
            ) from error


@contextmanager
def _impatient() -> Iterator[None]:
    """Give up connections that say nothing for long."""
    former = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SILENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(former)
