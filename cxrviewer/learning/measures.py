"""What an evaluation reports, from truth and probabilities alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.labelled_files import Finding
from cxrviewer.learning.metrics import OperatingPoint, auc, operating_point

Floats = NDArray[np.float64]

BINS = 15
_RESAMPLES = 1000


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ReliabilityBin:
    """Images whose stated probability lies in a range: their number, its mean, and the share that is so."""

    low: float
    high: float
    count: int
    stated: float
    observed: float


@dataclass(frozen=True)
class ClassMeasures:
    """One class.

    Parameters
    ----------
    name : str
        The class.
    precision, recall, f1 : float
        At the decision that accuracy is counted by; 0 where nothing was called so.
    support : int
        Images that have it.
    auc, average_precision : float or None
        Against all other images; None where all or none have it.
    point : OperatingPoint or None
        At the card's threshold.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int
    auc: float | None
    average_precision: float | None
    point: OperatingPoint | None


@dataclass(frozen=True, eq=False)
class Measures:
    """All numbers of an evaluation.

    Parameters
    ----------
    n : int
        Images.
    accuracy : Interval
        Share of images (of decisions, in a multi-label evaluation) that are right.
    auc : Interval or None
        Of the finding where there are two classes, else the mean over the classes.
    auc_micro : float or None
        Over all pairs of image and class together.
    loss : float
        Mean cross-entropy.
    ece : float
        Expected calibration error (Naeini et al. 2015; Guo et al. 2017) in 15 bins of equal width: of the
        probability of the second of two classes, else of the class called; of all where images have several.
    classes : tuple of ClassMeasures
        In the order of the findings.
    confusion : (K, K) int array
        Rows are the truth, columns what was called; in a multi-label evaluation None.
    called : (N, K) bool array
        What was decided.
    bins : tuple of ReliabilityBin
        Of the reliability diagram, those with images.
    """

    n: int
    accuracy: Interval
    auc: Interval | None
    auc_micro: float | None
    loss: float
    ece: float
    classes: tuple[ClassMeasures, ...]
    confusion: NDArray[np.int64] | None
    called: NDArray[np.bool_]
    bins: tuple[ReliabilityBin, ...]


def measure(
    truth: NDArray[np.bool_],
    probabilities: Floats,
    findings: tuple[Finding, ...],
    *,
    exclusive: bool,
    seed: int = 0,
) -> Measures:
    """Compare probabilities with the truth.

    Parameters
    ----------
    truth : (N, K) bool array
        Which image has which finding.
    probabilities : (N, K) float array
        What the model says of each.
    findings : tuple of Finding
        Names and thresholds.
    exclusive : bool
        Whether every image has exactly one finding. Then the most probable one is called; of two, the second
        where it reaches its threshold: the operating point of the card. Otherwise each that reaches its own.
    seed : int
        Of the bootstrap.
    """
    called = decide(probabilities, findings, exclusive=exclusive)
    right = np.asarray((called & truth).any(axis=1) if exclusive else called == truth)
    stated, happened = _stated(truth, probabilities, called, exclusive=exclusive)
    bins = reliability(stated, happened)
    return Measures(
        n=len(truth),
        accuracy=bootstrap(lambda rows: float(right[rows].mean()), len(truth), seed),
        auc=_auc_interval(truth, probabilities, seed),
        auc_micro=_auc(truth.ravel(), probabilities.ravel()),
        loss=_cross_entropy(truth, probabilities, exclusive=exclusive),
        ece=sum(each.count * abs(each.stated - each.observed) for each in bins) / len(stated),
        classes=tuple(
            _class(finding, truth[:, k], probabilities[:, k], called[:, k])
            for k, finding in enumerate(findings)
        ),
        confusion=_confusion(truth, called) if exclusive else None,
        called=called,
        bins=bins,
    )


def decide(probabilities: Floats, findings: tuple[Finding, ...], *, exclusive: bool) -> NDArray[np.bool_]:
    """Return what is called, (N, K) bool, by the rule of `measure`."""
    thresholds = np.array([finding.threshold for finding in findings])
    if not exclusive:
        return np.asarray(probabilities >= thresholds)
    if len(findings) == 2:
        best = (probabilities[:, 1] >= thresholds[1]).astype(np.int64)
    else:
        best = probabilities.argmax(axis=1)
    return np.asarray(best[:, None] == np.arange(len(findings)))


def reliability(stated: Floats, happened: NDArray[np.bool_]) -> tuple[ReliabilityBin, ...]:
    """Return the bins of a reliability diagram that have images."""
    edges = np.linspace(0, 1, BINS + 1)
    place = np.clip(np.ceil(stated * BINS).astype(int) - 1, 0, BINS - 1)
    found = []
    for number in np.unique(place):
        inside = place == number
        found.append(
            ReliabilityBin(
                float(edges[number]),
                float(edges[number + 1]),
                int(inside.sum()),
                float(stated[inside].mean()),
                float(happened[inside].mean()),
            )
        )
    return tuple(found)


def bootstrap(statistic: Callable[[NDArray[np.int64]], float], count: int, seed: int) -> Interval:
    """Return a statistic of all items with its 95 % percentile interval (Efron and Tibshirani 1993, ch. 13).

    Parameters
    ----------
    statistic : callable
        Of the positions of the items that count; NaN where these allow none, which is passed over.
    count : int
        Number of items.
    seed : int
        Of the resampling.
    """
    rng = np.random.default_rng(seed)
    values = [statistic(rng.integers(count, size=count)) for _ in range(_RESAMPLES)]
    low, high = np.nanquantile(values, (0.025, 0.975))
    return Interval(statistic(np.arange(count)), float(low), float(high))


def _class(
    finding: Finding, truth: NDArray[np.bool_], probability: Floats, called: NDArray[np.bool_]
) -> ClassMeasures:
    from sklearn.metrics import average_precision_score, precision_recall_fscore_support

    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, called, average="binary", zero_division=0
    )
    mixed = bool(truth.any()) and not bool(truth.all())
    return ClassMeasures(
        finding.name,
        float(precision),
        float(recall),
        float(f1),
        int(truth.sum()),
        _auc(truth, probability),
        float(average_precision_score(truth, probability)) if mixed else None,
        operating_point(truth, probability, finding.threshold) if mixed else None,
    )


def _auc(truth: NDArray[np.bool_], probability: Floats) -> float | None:
    return auc(truth, probability) if truth.any() and not truth.all() else None


def _auc_interval(truth: NDArray[np.bool_], probabilities: Floats, seed: int) -> Interval | None:
    """Return the AUC of the second of two classes, or the mean over all that some images have, not all."""
    columns = [1] if truth.shape[1] == 2 else range(truth.shape[1])
    columns = [k for k in columns if truth[:, k].any() and not truth[:, k].all()]
    if not columns:
        return None

    def mean(rows: NDArray[np.int64]) -> float:
        found = [_auc(truth[rows, k], probabilities[rows, k]) for k in columns]
        return float("nan") if None in found else float(np.mean([each for each in found if each is not None]))

    return bootstrap(mean, len(truth), seed)


def _cross_entropy(truth: NDArray[np.bool_], probabilities: Floats, *, exclusive: bool) -> float:
    from sklearn.metrics import log_loss

    if exclusive:
        labels = np.arange(truth.shape[1])
        shares = probabilities / probabilities.sum(axis=1, keepdims=True)
        return float(log_loss(truth.argmax(axis=1), shares, labels=labels))
    pairs = probabilities.ravel()
    return float(log_loss(truth.ravel(), np.stack([1 - pairs, pairs], axis=1), labels=[False, True]))


def _stated(
    truth: NDArray[np.bool_], probabilities: Floats, called: NDArray[np.bool_], *, exclusive: bool
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the probabilities that calibration is about, and whether what they say was so."""
    if not exclusive:
        return probabilities.ravel(), truth.ravel()
    if truth.shape[1] == 2:
        return probabilities[:, 1], truth[:, 1]
    best = called.argmax(axis=1)
    rows = np.arange(len(truth))
    return probabilities[rows, best], truth[rows, best]


def _confusion(truth: NDArray[np.bool_], called: NDArray[np.bool_]) -> NDArray[np.int64]:
    from sklearn.metrics import confusion_matrix

    labels = np.arange(truth.shape[1])
    return np.asarray(confusion_matrix(truth.argmax(axis=1), called.argmax(axis=1), labels=labels))
