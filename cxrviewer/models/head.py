"""From a model's raw output row to logits and probabilities, one a label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.models.card import Activation
from cxrviewer.models.prediction import Prediction


@dataclass(frozen=True)
class Head:
    """How the units of a model's output stand for labels.

    Parameters
    ----------
    activation : Activation
        How logits become probabilities. Bare logits are read as softmax, a single one as sigmoid.
    units : int
        Scores in the output.
    labels : int
        Labels of the card: as many as units, or two for a single unit.
    """

    activation: Activation
    units: int
    labels: int

    @property
    def softmax(self) -> bool:
        """Whether the probabilities of all labels sum to 1 by a softmax over several units."""
        return self.units > 1 and self.activation is not Activation.SIGMOID

    def predict(self, raw: NDArray[np.float32]) -> Prediction:
        """Return logits and probabilities of all labels.

        Parameters
        ----------
        raw : (units,) float32 array
            Logits as the model computes them.
        """
        logits = raw
        if self.units == 1 and self.labels == 2:
            logits = np.array([-raw[0] / 2, raw[0] / 2], np.float32)
        if self.softmax or (self.units == 1 and self.labels == 2):
            shifted = np.exp(logits.astype(np.float64) - logits.max())
            probabilities = shifted / shifted.sum()
        else:
            probabilities = 0.5 * (1.0 + np.tanh(logits.astype(np.float64) / 2))
        return Prediction(logits.astype(np.float32), probabilities.astype(np.float32))
