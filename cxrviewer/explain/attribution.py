"""The raw result of an attribution method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Attribution:
    """A signed, unnormalised map on the native grid of the target layer.

    Parameters
    ----------
    values : (h, w) float32 array
        Positive where the region spoke for the target, negative where against. Not clipped, not
        scaled. HiResCAM values are in logit units; the others in units of their method.
    class_index : int
        The class that was explained.
    layer : str
        Path of the target layer.
    method : str
        Id of the method.
    explains_logit : bool
        False where only the probability could be reached; said on screen.
    """

    values: NDArray[np.float32]
    class_index: int
    layer: str
    method: str
    explains_logit: bool = True
