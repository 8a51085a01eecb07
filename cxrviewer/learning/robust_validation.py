"""How well a classifier of normal against ill does, on clean and on corrupted validation images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.corruptions import CORRUPTIONS, corrupted, swapped_style
from cxrviewer.learning.dataset import Dataset
from cxrviewer.learning.measures import reliability
from cxrviewer.learning.metrics import OperatingPoint, auc, balanced_point, operating_point

CLEAN, SWAPPED = "clean", "style of the other class"


@dataclass(frozen=True, eq=False)
class ValidationSet:
    """Images, (N, H, W, 1) uint8, and class indices, (N,); class 0 is normal."""

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class SetResult:
    """AUC of normal against ill on one set, and the operating point at the common threshold."""

    name: str
    auc: float
    pneumonia: OperatingPoint


@dataclass(frozen=True)
class Validation:
    """What a model achieves on the patients held out.

    Parameters
    ----------
    images : int
        Number of clean images.
    auc_pneumonia, auc_kind, accuracy : float
        Clean: ill against normal; bacterial against viral among the ill; over all classes.
    ece : float
        Expected calibration error of ill against normal, over all sets.
    points : tuple of OperatingPoint
        Of each class, over all sets.
    pneumonia : OperatingPoint
        On the clean images, at the threshold chosen over all sets.
    sets : tuple of SetResult
        Of each set.
    lung_share : float
        Mean share of the positive evidence for the most probable class inside the lungs.
    """

    images: int
    auc_pneumonia: float
    auc_kind: float
    accuracy: float
    ece: float
    points: tuple[OperatingPoint, ...]
    pneumonia: OperatingPoint
    sets: tuple[SetResult, ...]
    lung_share: float

    @property
    def worst(self) -> SetResult:
        """The set on which normal and ill are told apart worst."""
        return min(self.sets, key=lambda one: one.auc)

    @property
    def rank(self) -> tuple[float, float]:
        """Order of epochs: the worst set first, then all of them."""
        return round(self.worst.auc, 3), float(np.mean([one.auc for one in self.sets])) + self.auc_kind / 10


def validation_sets(validation: Dataset, count: int, seed: int) -> tuple[ValidationSet, ...]:
    """Return the clean set and the corrupted ones, each of as many normal as ill images."""
    rng = np.random.default_rng(seed)
    ill = validation.labels > 0
    few = np.concatenate(
        [rng.permutation(np.flatnonzero(ill == kind))[: count // 2] for kind in (False, True)]
    )
    images, labels = validation.images[few], validation.labels[few]
    others = [
        ValidationSet(name, corrupted(images, name, seed + index), labels)
        for index, name in enumerate(CORRUPTIONS)
    ]
    swapped = ValidationSet(SWAPPED, swapped_style(images, labels > 0), labels)
    return (ValidationSet(CLEAN, validation.images, validation.labels), *others, swapped)


def validate(
    sets: tuple[ValidationSet, ...], probabilities: list[NDArray[np.float32]], lung_share: float
) -> Validation:
    """Measure the probabilities, (N, 3) for each set; the first set is the clean one.

    The operating points of the kinds give every set the same weight, whatever its size; that of ill against
    normal is the best one for the set that it is worst for, and that of normal says the same the other way.
    """
    labels, outputs = _pooled(sets, probabilities)
    scores = outputs[:, 1:].sum(axis=1)
    threshold = _threshold_for_the_worst(sets, probabilities)
    results = []
    for one, found in zip(sets, probabilities, strict=True):
        ill, score = one.labels > 0, found[:, 1:].sum(axis=1)
        results.append(SetResult(one.name, auc(ill, score), operating_point(ill, score, threshold)))
    clean, sick = probabilities[0], sets[0].labels > 0
    return Validation(
        images=len(sick),
        auc_pneumonia=results[0].auc,
        auc_kind=auc(sets[0].labels[sick] == 1, clean[sick, 1] - clean[sick, 2]),
        accuracy=float((clean.argmax(axis=1) == sets[0].labels).mean()),
        ece=_calibration_error(labels > 0, scores),
        points=(
            operating_point(labels == 0, outputs[:, 0], round(1 - threshold, 3)),
            *(balanced_point(labels == i, outputs[:, i]) for i in range(1, outputs.shape[1])),
        ),
        pneumonia=results[0].pneumonia,
        sets=tuple(results),
        lung_share=lung_share,
    )


def _threshold_for_the_worst(
    sets: tuple[ValidationSet, ...], probabilities: list[NDArray[np.float32]]
) -> float:
    """Return the threshold of the greatest balanced accuracy on the worst set; the middle of equal ones."""
    thresholds = np.round(np.arange(0.05, 0.951, 0.005), 3)
    worst = np.array(
        [
            min(
                operating_point(one.labels > 0, found[:, 1:].sum(axis=1), threshold).balanced_accuracy
                for one, found in zip(sets, probabilities, strict=True)
            )
            for threshold in thresholds
        ]
    )
    best = np.flatnonzero(worst == worst.max())
    return float(thresholds[best[len(best) // 2]])


def _calibration_error(positive: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    bins = reliability(scores.astype(np.float64), positive)
    return sum(each.count * abs(each.stated - each.observed) for each in bins) / len(scores)


def temperature(sets: tuple[ValidationSet, ...], probabilities: list[NDArray[np.float32]]) -> float:
    """Return by what the logits are to be divided to fit all sets best (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    labels, outputs = _pooled(sets, probabilities)
    logits = np.log(np.maximum(outputs.astype(np.float64), 1e-12))
    rows = np.arange(len(labels))

    def loss(logarithm: float) -> float:
        return float(-log_softmax(logits / np.exp(logarithm), axis=1)[rows, labels].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def from_json(facts: dict[str, Any]) -> Validation:
    """Return what `dataclasses.asdict` made a JSON object of."""
    sets = tuple(
        SetResult(one["name"], one["auc"], OperatingPoint(**one["pneumonia"])) for one in facts["sets"]
    )
    points = tuple(OperatingPoint(**point) for point in facts["points"])
    return Validation(
        **{**facts, "points": points, "pneumonia": OperatingPoint(**facts["pneumonia"]), "sets": sets}
    )


def _pooled(
    sets: tuple[ValidationSet, ...], probabilities: list[NDArray[np.float32]]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return labels and probabilities of all sets, as many of each as of the smallest."""
    count = min(len(one.labels) for one in sets)
    rng = np.random.default_rng(0)
    labels, outputs = [], []
    for one, found in zip(sets, probabilities, strict=True):
        chosen = np.concatenate(
            [
                rng.permutation(np.flatnonzero((one.labels > 0) == kind))[: count // 2]
                for kind in (False, True)
            ]
        )
        labels.append(one.labels[chosen])
        outputs.append(found[chosen])
    return np.concatenate(labels), np.concatenate(outputs)
