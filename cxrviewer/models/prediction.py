"""A model's output for one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Prediction:
    """Logits and probabilities of all classes.

    Parameters
    ----------
    logits : (K,) float32 array
        Before the activation. One per label of the card; a single sigmoid unit that stands for two
        labels is given as (-z/2, z/2), a margin of z.
    probabilities : (K,) float32 array
        After it, in 0 to 1.
    """

    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    @property
    def top(self) -> int:
        """Index of the most probable class."""
        return int(np.argmax(self.logits))
