"""From a model's raw output row to logits and probabilities, one a label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.models.card import Activation
from cxrviewer.models.prediction import Prediction

_SMALLEST = 1e-12


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
    gives_logits : bool
        False where the raw row is probabilities already.
    """

    activation: Activation
    units: int
    labels: int
    gives_logits: bool = True

    @property
    def exclusive(self) -> bool:
        """Whether several units share one softmax."""
        return self.units > 1 and self.activation is not Activation.SIGMOID

    @property
    def single(self) -> bool:
        """Whether one unit decides between two labels."""
        return self.units == 1 and self.labels == 2

    def predict(self, raw: NDArray[np.float32]) -> Prediction:
        """Return logits and probabilities of all labels.

        Parameters
        ----------
        raw : (units,) float32 array
            As the model computes them: logits, or probabilities where it does not give logits.
        """
        z = raw.astype(np.float64)
        if not self.gives_logits:
            p = np.clip(z, _SMALLEST, 1.0)
            z = np.log(p) if self.exclusive else np.log(p) - np.log(np.maximum(1.0 - p, _SMALLEST))
        if self.single:
            z = np.array([-z[0] / 2, z[0] / 2])
        if self.exclusive or self.single:
            weights = np.exp(z - z.max())
            probabilities = weights / weights.sum()
        else:
            # The logistic function, which cannot overflow in this form.
            probabilities = 0.5 * (1.0 + np.tanh(z / 2))
        return Prediction(z.astype(np.float32), probabilities.astype(np.float32))
