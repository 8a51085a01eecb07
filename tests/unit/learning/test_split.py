from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrviewer.errors import UserError
from cxrviewer.learning.split import balanced_order, grouped_split


def people(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """300 patients with one to five images each; every sixth has images of two classes."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(300), rng.integers(1, 6, 300))
    labels = np.array([0, 1, 1, 2])[groups % 4]
    labels[(groups % 6 == 1) & (rng.random(len(groups)) < 0.5)] = 2
    return labels, groups


@given(st.integers(0, 1000))
def test_no_patient_is_in_both_parts_and_no_image_is_lost(seed: int) -> None:
    labels, groups = people(seed)
    training, validation = grouped_split(labels, groups, 0.2, seed)
    assert not set(groups[training]) & set(groups[validation])
    assert sorted([*training, *validation]) == list(range(len(labels)))


def test_each_class_has_about_its_share() -> None:
    labels, groups = people(0)
    for share in (0.1, 0.2, 0.4):
        _, validation = grouped_split(labels, groups, share, 3)
        got = np.bincount(labels[validation]) / np.bincount(labels)
        assert np.all(np.abs(got - share) < 0.06)


def test_seed_matters_and_repeats() -> None:
    labels, groups = people(0)
    first, again, other = (grouped_split(labels, groups, 0.2, seed)[1] for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_too_few_patients() -> None:
    with pytest.raises(UserError, match="too few patients"):
        grouped_split(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2]), 0.5, 1)


def test_every_class_is_drawn_equally_often() -> None:
    labels = np.array([0] * 10 + [1] * 100 + [2] * 33)
    order = balanced_order(labels, 20, 30, 1)
    assert order.shape == (20, 30)
    for batch in order:
        assert np.bincount(labels[batch]).tolist() == [10, 10, 10]


def test_a_class_is_used_up_before_an_image_comes_again() -> None:
    labels = np.array([0] * 5 + [1] * 50)
    drawn = balanced_order(labels, 5, 10, 1).reshape(-1)
    rare, common = drawn[drawn < 5], drawn[drawn >= 5]
    assert all(sorted(rare[start : start + 5]) == [0, 1, 2, 3, 4] for start in range(0, 25, 5))
    assert len(set(common)) == len(common) == 25


def test_order_has_the_size_asked_for_where_classes_do_not_divide_it() -> None:
    order = balanced_order(np.array([0, 0, 1, 2]), 3, 4, 1)
    assert order.shape == (3, 4)
    assert order.tolist() != balanced_order(np.array([0, 0, 1, 2]), 3, 4, 2).tolist()
