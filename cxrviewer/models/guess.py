"""A model card where the file has none: what can be read from the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cxrviewer.errors import CardError
from cxrviewer.models.card import Activation, InputSpec, ModelCard, Scaling
from cxrviewer.models.inner_scaling import find_inner_scaling
from cxrviewer.models.loaded import LoadedModel

FALLBACK_SIZE = 224
_TOLD = tuple(each.value for each in Scaling if each is not Scaling.MEAN_STD)
"""Scalings that a name alone says."""


def guess_input(model: LoadedModel) -> InputSpec:
    """Return the input of a model: its size where fixed, and the values that its own scaling takes."""
    found = find_inner_scaling(model.keras_model)
    return InputSpec(
        height=model.height or FALLBACK_SIZE,
        width=model.width or FALLBACK_SIZE,
        channels=model.channels,
        scaling=(found and found.takes) or Scaling.UNIT,
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


def answered_card(guess: ModelCard, labels: Sequence[str], scaling: str) -> ModelCard:
    """Return a guessed card with what a user says of the model.

    Parameters
    ----------
    guess : ModelCard
        From `guess_card`.
    labels : sequence of str
        One a class, in the order of the model's outputs; empty for those of the guess.
    scaling : str
        As in a card: "unit", say; "" for that of the guess.

    Raises
    ------
    CardError
        There is no such scaling.
    """
    names = tuple(labels) or guess.labels
    if scaling not in ("", *_TOLD):
        raise CardError(f"There is no scaling {scaling!r}.", f"Choose {', '.join(_TOLD)}.")
    spec = replace(guess.input, scaling=Scaling(scaling)) if scaling else guess.input
    return replace(
        guess, labels=names, thresholds=(0.5,) * len(names), input=spec, complete=bool(labels and scaling)
    )
