"""The raw result of an attribution method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.explain.target import Target


@dataclass(frozen=True, eq=False)
class Attribution:
    """A signed, unnormalised map on the native grid of the target layer, or on the input's.

    Parameters
    ----------
    values : (h, w) float32 array
        Positive where the region spoke for the target, negative where against. Not clipped, not
        scaled.
    question : Question
        What was asked, settled: actual class, actual layers, all parameters.
    explains_logit : bool
        False where only the probability could be reached; said on screen.
    logit_factor : float, optional
        What a value is multiplied with to be in units of the logit, so that the mean over the map is a
        contribution (or each value a change); None where the method has no such units, or only the
        probability could be reached.
    notes : tuple of str
        What the method has to say about this one map, in sentences: how complete it is, say.
    """

    values: NDArray[np.float32]
    question: Question
    explains_logit: bool = True
    logit_factor: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def target(self) -> Target:
        """What was explained."""
        return self.question.target

    @property
    def method(self) -> str:
        """Id of the method."""
        return self.question.method

    @property
    def layer(self) -> str:
        """Path of the target layer; of several, joined by " + "; "" for a method that explains the input."""
        return " + ".join(self.question.layers)

    @property
    def signed(self) -> bool:
        """Whether negative values mean evidence against: neither every method nor every fusion has them."""
        question = self.question
        fused = len(question.layers) > 1 and question.fusion is not Fusion.MEAN
        return method_spec(question.method).signed and not fused
