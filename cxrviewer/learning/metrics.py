"""How well probabilities tell two classes apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def auc(positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Return the area under the ROC curve: the chance that a positive scores above a negative.

    By rank sums, ties counted half (Mann and Whitney 1947; Hanley and McNeil 1982).

    Parameters
    ----------
    positive : (N,) bool array
        Which items are positive.
    scores : (N,) float array
        Higher for positive.

    Raises
    ------
    ValueError
        There is no positive or no negative item.
    """
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if not positives or not negatives:
        raise ValueError("an AUC needs positive and negative items")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold on a probability and what it achieves; at or above it is positive."""

    threshold: float
    sensitivity: float
    specificity: float

    @property
    def balanced_accuracy(self) -> float:
        """Mean of sensitivity and specificity."""
        return (self.sensitivity + self.specificity) / 2


def operating_point(
    positive: NDArray[np.bool_], scores: NDArray[np.floating], threshold: float
) -> OperatingPoint:
    """Return sensitivity and specificity at a threshold."""
    called = scores >= threshold
    return OperatingPoint(threshold, float(called[positive].mean()), float((~called)[~positive].mean()))


def balanced_point(positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> OperatingPoint:
    """Return the operating point of the greatest balanced accuracy (Youden 1950).

    The threshold lies in the middle of the gap between two scores, so that it does not depend on
    the last digit of one, and is rounded to three decimals.

    Parameters
    ----------
    positive : (N,) bool array
        Which items are positive.
    scores : (N,) float array
        Probabilities.
    """
    values = np.unique(scores)
    hits = np.searchsorted(np.sort(scores[positive]), values, side="left")
    rejected = np.searchsorted(np.sort(scores[~positive]), values, side="left")
    sensitivity = 1 - hits / positive.sum()
    specificity = rejected / (~positive).sum()
    best = int(np.argmax(sensitivity + specificity))
    below = values[best - 1] if best else 0.0
    return operating_point(positive, scores, round(float((values[best] + below) / 2), 3))
