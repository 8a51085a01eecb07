"""How far the analysis of a file is, for its row in the file list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cxrviewer.export.words import percent
from cxrviewer.models.card import ModelCard
from cxrviewer.models.prediction import Prediction


class Progress(Enum):
    """Of an analysis."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class FileStatus:
    """What is said of a file.

    Parameters
    ----------
    progress : Progress
        How far it is.
    text : str
        In few words; may be cut.
    value : str
        The probability.
    positive : bool
        Whether the most probable label reaches its operating threshold.
    reason : str
        Why it failed, and what can be done.
    """

    progress: Progress
    text: str
    value: str = ""
    positive: bool = False
    reason: str = ""


ANALYSING = FileStatus(Progress.RUNNING, "Analysing…")


def analysed(card: ModelCard, prediction: Prediction) -> FileStatus:
    """Return the status of a file whose output is known: its most probable label and the probability."""
    share = float(prediction.probabilities[prediction.top])
    positive = share >= card.thresholds[prediction.top]
    return FileStatus(Progress.DONE, card.labels[prediction.top], percent(share), positive)


def failed(text: str, message: str, hint: str) -> FileStatus:
    """Return the status of a file with which something failed."""
    return FileStatus(Progress.FAILED, text, reason=f"{message} {hint}".strip())
