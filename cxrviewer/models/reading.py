"""How a model's output is read with its card."""

from __future__ import annotations

from cxrviewer.models.card import Activation, LabelGroup, ModelCard
from cxrviewer.models.prediction import Prediction


def group_probability(card: ModelCard, group: LabelGroup, prediction: Prediction) -> float:
    """Return the probability of a group of labels, 0 to 1.

    Under softmax its classes exclude one another and their probabilities add up; otherwise the most
    probable of them is taken.
    """
    members = [float(prediction.probabilities[card.labels.index(label)]) for label in group.labels]
    return min(sum(members), 1.0) if card.activation is Activation.SOFTMAX else max(members)
