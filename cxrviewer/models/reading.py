"""How a model's output is read with its card."""

from __future__ import annotations

from cxrviewer.models.card import Activation, LabelGroup, ModelCard
from cxrviewer.models.prediction import Prediction


def joint_probability(card: ModelCard, indices: tuple[int, ...], prediction: Prediction) -> float:
    """Return the probability of several labels read as one finding, 0 to 1.

    Under softmax its classes exclude one another and their probabilities add up; otherwise the most
    probable of them is taken.
    """
    members = [float(prediction.probabilities[index]) for index in indices]
    return min(sum(members), 1.0) if card.activation is Activation.SOFTMAX else max(members)


def group_indices(card: ModelCard, group: LabelGroup) -> tuple[int, ...]:
    """Return the class indices of a group's labels, sorted."""
    return tuple(sorted(card.labels.index(label) for label in group.labels))


def group_probability(card: ModelCard, group: LabelGroup, prediction: Prediction) -> float:
    """Return the probability of a group of labels, as `joint_probability`."""
    return joint_probability(card, group_indices(card, group), prediction)
