from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrviewer.learning.metrics import auc, balanced_point, operating_point

ITEMS = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=40).filter(
    lambda items: len({positive for positive, _ in items}) == 2
)


@given(ITEMS)
def test_auc_is_the_share_of_pairs_in_the_right_order(items: list[tuple[bool, int]]) -> None:
    positive = np.array([flag for flag, _ in items])
    scores = np.array([score for _, score in items], float)
    differences = scores[positive][:, None] - scores[~positive][None, :]
    assert auc(positive, scores) == pytest.approx(np.mean((np.sign(differences) + 1) / 2))


def test_auc_of_known_orders() -> None:
    positive = np.array([False, False, True, True])
    assert auc(positive, np.array([0.1, 0.2, 0.3, 0.4])) == 1
    assert auc(positive, np.array([0.4, 0.3, 0.2, 0.1])) == 0
    assert auc(positive, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5


def test_auc_needs_both_classes() -> None:
    with pytest.raises(ValueError, match="positive and negative"):
        auc(np.array([True, True]), np.array([0.1, 0.2]))


@given(ITEMS)
def test_no_threshold_has_a_better_balanced_accuracy(items: list[tuple[bool, int]]) -> None:
    positive = np.array([flag for flag, _ in items])
    scores = np.array([score / 8 for _, score in items])
    best = max(operating_point(positive, scores, t).balanced_accuracy for t in np.unique(scores))
    assert balanced_point(positive, scores).balanced_accuracy == pytest.approx(best)


def test_threshold_lies_in_the_middle_of_the_gap() -> None:
    positive = np.array([False, False, True, True])
    point = balanced_point(positive, np.array([0.1, 0.2, 0.7, 0.9]))
    assert point.threshold == 0.45
    assert (point.sensitivity, point.specificity) == (1, 1)


def test_at_the_threshold_is_positive() -> None:
    point = operating_point(np.array([True, False, True]), np.array([0.5, 0.4, 0.2]), 0.5)
    assert (point.sensitivity, point.specificity) == (0.5, 1)
    assert point.balanced_accuracy == 0.75
