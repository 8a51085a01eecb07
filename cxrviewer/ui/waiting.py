"""What the user waits for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Activity(Enum):
    """What goes on, in the words of the status line."""

    STARTING = "Starting the analysis engine…"
    LOADING = "Loading the model…"
    ANALYSING = "Analysing…"
    READY = "Ready"
    IDLE = "No model"

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self in (Activity.STARTING, Activity.LOADING, Activity.ANALYSING)

    @property
    def can_be_cancelled(self) -> bool:
        """Whether the user may end it."""
        return self in (Activity.LOADING, Activity.ANALYSING)


@dataclass(frozen=True)
class Waiting:
    """Something that the user waits for.

    Parameters
    ----------
    text : str
        What it is, and how far it has got.
    share : float, optional
        What is done of it, 0 to 1; None where that is not known.
    """

    text: str
    share: float | None = None
