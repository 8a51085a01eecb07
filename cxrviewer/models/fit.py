"""Bringing a model and its card together: what does not fit is said before anything is computed."""

from __future__ import annotations

from dataclasses import replace

from cxrviewer.errors import CardError
from cxrviewer.models.card import Activation, ModelCard
from cxrviewer.models.inner_scaling import find_inner_scaling, scaling_notes
from cxrviewer.models.loaded import LoadedModel


def check_card(card: ModelCard, model: LoadedModel) -> None:
    """Check that a card can be the card of a model.

    Raises
    ------
    CardError
        The size of the input or the number of labels is not the model's.
    """
    spec = card.input
    takes = (model.height or spec.height, model.width or spec.width, model.channels)
    if takes != (spec.height, spec.width, spec.channels):
        given = f"{spec.height}×{spec.width}×{spec.channels}"
        needed = "×".join(str(size) for size in takes)
        message = f"The card gives the input as {given}, but the model takes {needed}."
        raise CardError(message, "Correct the input in the model card.", model.path)
    allowed = {1, 2} if model.units == 1 else {model.units}
    if len(card.labels) not in allowed:
        message = f"The card has {len(card.labels)} labels, but the model gives {model.units} scores."
        raise CardError(message, "Correct the labels in the model card.", model.path)


def settle_card(
    card: ModelCard, model: LoadedModel, activation: Activation, layers: tuple[str, ...]
) -> tuple[ModelCard, tuple[str, ...]]:
    """Return the card that holds for a model as it was found, and what a user should know of it.

    Parameters
    ----------
    card : ModelCard
        As given.
    model : LoadedModel
        The classifier.
    activation : Activation
        What the model was seen to end in; LOGITS where in nothing.
    layers : tuple of str
        Paths of its spatial layers.

    Returns
    -------
    ModelCard, tuple of str
        The card with the digest of the file, the activation and a default layer that exist.
    """
    notes = list(model.notes)
    if card.sha256 and card.sha256 != model.sha256:
        notes.append("The weights differ from those that the card describes.")
    if activation not in (Activation.LOGITS, card.activation):
        notes.append(f"The model ends in {activation}, not in {card.activation} as the card says.")
        card = replace(card, activation=activation)
    if card.default_layer not in ("auto", *layers):
        notes.append(f"The card's target layer '{card.default_layer}' is not in the model.")
        card = replace(card, default_layer="auto")
    found = find_inner_scaling(model.keras_model)
    notes += scaling_notes(found, card.input, is_guess=not card.complete)
    return replace(card, sha256=model.sha256), tuple(notes)
