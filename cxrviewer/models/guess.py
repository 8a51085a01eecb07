"""A model card where the file has none: what can be read from the model."""

from __future__ import annotations

from typing import Any

from cxrviewer.models.card import Activation, InputSpec, ModelCard, Scaling
from cxrviewer.models.loaded import LoadedModel

FALLBACK_SIZE = 224


def guess_input(model: LoadedModel) -> InputSpec:
    """Return the input of a model: its size where fixed, and bytes where it rescales by itself."""
    return InputSpec(
        height=model.height or FALLBACK_SIZE,
        width=model.width or FALLBACK_SIZE,
        channels=model.channels,
        scaling=Scaling.BYTE if _rescales(model.keras_model) else Scaling.UNIT,
    )


def guess_card(model: LoadedModel, activation: Activation) -> ModelCard:
    """Return a card to start from, marked as not complete.

    Parameters
    ----------
    model : LoadedModel
        The classifier. A single unit is taken to decide between two labels.
    activation : Activation
        What the model was seen to end in.
    """
    count = max(model.units, 2)
    return ModelCard(
        id=model.path.stem,
        name=model.path.stem,
        version="",
        sha256=model.sha256,
        labels=tuple(f"Class {index}" for index in range(count)),
        thresholds=(0.5,) * count,
        activation=activation,
        input=guess_input(model),
        complete=False,
    )


def _rescales(model: Any) -> bool:
    return any(
        _rescales(layer) if hasattr(layer, "layers") else type(layer).__name__ == "Rescaling"
        for layer in model.layers
    )
