"""Computations that take long, in steps: after each, others may have their turn or the user may cancel."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

Steps = Generator[float, None, Floats]
"""Yields the share that is done, 0 to 1, at least every half second; returns a map."""


def in_steps(outcome: Floats | Steps) -> Steps:
    """Return steps for what a method gives, be it a map at once."""
    if isinstance(outcome, np.ndarray):
        return outcome
    return (yield from outcome)
