"""The numbers of an evaluation against scikit-learn, on planted predictions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from cxrviewer.learning.labelled_files import Finding
from cxrviewer.learning.measures import bootstrap, decide, measure, reliability

COUNT = 400
TWO = (Finding("normal", (0,), 0.5), Finding("ill", (1,), 0.3))
THREE = tuple(Finding(name, (place,), 0.4) for place, name in enumerate("abc"))


def planted(classes: int, seed: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, their one-hot form, and probabilities that are better than chance."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=COUNT)
    truth = labels[:, None] == np.arange(classes)
    weights = np.exp(rng.normal(size=(COUNT, classes)) + 1.2 * truth)
    return labels, truth, weights / weights.sum(axis=1, keepdims=True)


def test_three_classes_are_measured_as_scikit_learn_does() -> None:
    labels, truth, probabilities = planted(3)
    found = measure(truth, probabilities, THREE, exclusive=True)
    called = probabilities.argmax(axis=1)
    assert found.n == COUNT
    assert found.accuracy.value == pytest.approx(metrics.accuracy_score(labels, called))
    assert found.auc is not None
    assert found.auc.value == pytest.approx(metrics.roc_auc_score(labels, probabilities, multi_class="ovr"))
    assert found.auc_micro == pytest.approx(metrics.roc_auc_score(truth.ravel(), probabilities.ravel()))
    assert found.loss == pytest.approx(metrics.log_loss(labels, probabilities))
    assert found.confusion is not None
    np.testing.assert_array_equal(found.confusion, metrics.confusion_matrix(labels, called))
    report = metrics.classification_report(labels, called, output_dict=True)
    for place, each in enumerate(found.classes):
        expected = report[str(place)]
        assert (each.precision, each.recall, each.f1) == pytest.approx(
            (expected["precision"], expected["recall"], expected["f1-score"])
        )
        assert each.support == expected["support"]
        score = metrics.average_precision_score(truth[:, place], probabilities[:, place])
        assert each.average_precision == pytest.approx(score)


def test_of_two_classes_the_second_is_called_at_its_threshold() -> None:
    labels, truth, probabilities = planted(2)
    found = measure(truth, probabilities, TWO, exclusive=True)
    called = (probabilities[:, 1] >= 0.3).astype(int)
    assert found.accuracy.value == pytest.approx(metrics.accuracy_score(labels, called))
    assert found.accuracy.value != metrics.accuracy_score(labels, probabilities.argmax(axis=1))
    assert found.auc is not None
    assert found.auc.value == pytest.approx(metrics.roc_auc_score(labels, probabilities[:, 1]))
    point = found.classes[1].point
    assert point is not None
    assert point.sensitivity == pytest.approx(metrics.recall_score(labels, called))
    assert point.specificity == pytest.approx(metrics.recall_score(1 - labels, 1 - called))


def test_several_findings_an_image_are_each_decided() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random((COUNT, 3)) < 0.3
    probabilities = np.clip(0.3 * truth + 0.6 * rng.random((COUNT, 3)), 0, 1)
    found = measure(truth, probabilities, THREE, exclusive=False)
    assert found.confusion is None
    assert found.accuracy.value == pytest.approx(((probabilities >= 0.4) == truth).mean())
    assert found.auc is not None
    assert found.auc.value == pytest.approx(metrics.roc_auc_score(truth, probabilities, average="macro"))
    assert found.loss == pytest.approx(metrics.log_loss(truth.ravel(), probabilities.ravel()))


def test_a_class_that_nobody_has_has_no_curve() -> None:
    _, truth, probabilities = planted(3)
    truth = truth[:, :2] | np.array([[False, False]])
    truth[:, 0] = ~truth[:, 1]
    whole = np.concatenate([truth, np.zeros((COUNT, 1), bool)], axis=1)
    found = measure(whole, probabilities, THREE, exclusive=True)
    assert found.classes[2].auc is found.classes[2].point is found.classes[2].average_precision is None
    assert found.classes[2].support == 0
    assert found.auc is not None


def test_calibration_error_is_the_weighted_gap_of_the_bins() -> None:
    stated = np.array([0.95] * 10 + [0.25] * 10)
    happened = np.array([True] * 8 + [False] * 2 + [True] * 3 + [False] * 7)
    low, high = reliability(stated, happened)
    assert (low.count, low.stated, low.observed) == pytest.approx((10, 0.25, 0.3))
    assert (high.count, high.stated, high.observed) == pytest.approx((10, 0.95, 0.8))
    truth = np.stack([~happened, happened], axis=1)
    found = measure(truth, np.stack([1 - stated, stated], axis=1), TWO, exclusive=True)
    assert found.ece == pytest.approx((0.05 + 0.15) / 2)


def test_a_perfectly_calibrated_model_has_a_small_error() -> None:
    rng = np.random.default_rng(0)
    stated = rng.random(20000)
    happened = rng.random(20000) < stated
    truth = np.stack([~happened, happened], axis=1)
    assert measure(truth, np.stack([1 - stated, stated], axis=1), TWO, exclusive=True).ece < 0.02


def test_the_interval_covers_the_value_and_narrows_with_more_images() -> None:
    rng = np.random.default_rng(3)
    widths = []
    for count in (50, 5000):
        right = rng.random(count) < 0.8
        found = bootstrap(lambda rows, right=right: float(right[rows].mean()), count, 0)
        assert found.low <= found.value <= found.high
        expected = 2 * 1.96 * np.sqrt(found.value * (1 - found.value) / count)
        assert found.high - found.low == pytest.approx(expected, rel=0.2)
        widths.append(found.high - found.low)
    assert widths[1] < widths[0] / 5


def test_equal_seeds_give_equal_intervals() -> None:
    _, truth, probabilities = planted(3)
    runs = [measure(truth, probabilities, THREE, exclusive=True, seed=seed).accuracy for seed in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_exactly_one_class_is_called_where_they_exclude_one_another() -> None:
    for findings, classes in ((TWO, 2), (THREE, 3)):
        called = decide(planted(classes)[2], findings, exclusive=True)
        assert (called.sum(axis=1) == 1).all()
