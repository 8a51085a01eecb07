"""What a target means for every kind of output."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import material
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cxrviewer.errors import ExplainError
from cxrviewer.explain.target import (
    TOP,
    Target,
    absent,
    check_target,
    is_under_threshold,
    of_label,
    score,
    settle_target,
    target_name,
    target_probability,
    unit_masks,
)
from cxrviewer.models.card import Activation, LabelGroup
from cxrviewer.models.head import Head
from cxrviewer.models.prediction import Prediction

SOFTMAX, SIGMOID, LOGITS = Activation.SOFTMAX, Activation.SIGMOID, Activation.LOGITS
CARD = material.card(label_groups=(LabelGroup("Pneumonia", ("Bacterial", "Viral"), 0.6),))
LOGIT_ROWS = arrays.arrays(np.float32, (4, 5), elements=st.floats(-80, 80, width=32))


def lse(*values: float) -> float:
    return float(np.log(np.sum(np.exp(np.array(values, np.float64)))))


def scored(head: Head, target: Target, *z: float) -> float:
    return float(score(np.array([z], np.float32), unit_masks(head, target))[0])


@pytest.mark.parametrize(
    ("head", "z", "scores"),
    [
        (Head(SOFTMAX, 3, 3), [1, 2, 3], [1, 2, 3]),
        (Head(LOGITS, 3, 3), [1, 2, 3], [1, 2, 3]),
        (Head(SIGMOID, 3, 3), [1, 2, 3], [1, 2, 3]),
        (Head(SIGMOID, 2, 2), [1, 5], [1, 5]),
        (Head(SOFTMAX, 2, 2), [1, 5], [-4, 4]),
        (Head(LOGITS, 2, 2), [1, 5], [-4, 4]),
        (Head(SIGMOID, 1, 2), [3], [-3, 3]),
        (Head(LOGITS, 1, 2), [3], [-3, 3]),
        (Head(SIGMOID, 1, 1), [3], [3]),
    ],
)
def test_the_score_of_each_label(head: Head, z: list[float], scores: list[float]) -> None:
    found = [scored(head, of_label(index), *z) for index in range(head.labels)]
    assert found == scores
    assert int(np.argmax(found)) == head.predict(np.array(z, np.float32)).top


@pytest.mark.parametrize(
    ("head", "target", "z", "expected"),
    [
        (Head(SIGMOID, 3, 3), absent(1), [1, 2, 3], -2),
        (Head(SOFTMAX, 3, 3), absent(1), [1, 2, 3], -2),
        (Head(SOFTMAX, 3, 3), Target((0,), (2,)), [1, 2, 3], -2),
        (Head(SIGMOID, 3, 3), Target((2,), (0,)), [1, 2, 3], 2),
        (Head(SOFTMAX, 3, 3), Target((1, 2)), [1, 2, 3], lse(2, 3)),
        (Head(SIGMOID, 3, 3), Target((), (0, 1)), [1, 2, 3], -lse(1, 2)),
        (Head(SOFTMAX, 3, 3), Target((1, 2), (0,)), [1, 2, 3], lse(2, 3) - 1),
        (Head(SOFTMAX, 4, 4), Target((3,), (0, 1, 2)), [1, 2, 3, 9], 9 - lse(1, 2, 3)),
        (Head(SOFTMAX, 2, 2), absent(1), [1, 5], -4),
        (Head(SOFTMAX, 2, 2), Target((1,), (0,)), [1, 5], 4),
        (Head(SIGMOID, 2, 2), absent(1), [1, 5], -5),
        (Head(SIGMOID, 2, 2), Target((0, 1)), [1, 5], lse(1, 5)),
        (Head(SIGMOID, 1, 2), absent(1), [3], -3),
        (Head(SIGMOID, 1, 2), Target((1,), (0,)), [3], 3),
        (Head(SIGMOID, 1, 2), Target((0,), (1,)), [3], -3),
        (Head(SIGMOID, 1, 1), absent(0), [3], -3),
    ],
)
def test_the_score_of_every_form(head: Head, target: Target, z: list[float], expected: float) -> None:
    assert scored(head, target, *z) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("head", [Head(SOFTMAX, 2, 2), Head(LOGITS, 2, 2), Head(SIGMOID, 1, 2)])
@pytest.mark.parametrize("target", [Target((0, 1)), Target((), (0, 1))])
def test_what_is_certain_is_not_explained(head: Head, target: Target) -> None:
    with pytest.raises(ExplainError, match="nothing to explain"):
        unit_masks(head, target)


@given(LOGIT_ROWS)
def test_the_score_of_one_unit_is_its_logit_to_the_last_bit(z: Any) -> None:
    head = Head(SOFTMAX, 5, 5)
    for index in range(5):
        np.testing.assert_array_equal(score(z, unit_masks(head, of_label(index))), z[:, index])
        np.testing.assert_array_equal(score(z, unit_masks(head, absent(index))), -z[:, index])


@given(LOGIT_ROWS)
def test_a_class_against_the_rest_is_the_logit_of_its_probability(z: Any) -> None:
    p = np.exp(z.astype(np.float64) - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    found = score(z, unit_masks(Head(SOFTMAX, 5, 5), Target((1, 2), (0, 3, 4))))
    expected = np.log(p[:, [1, 2]].sum(axis=1)) - np.log(p[:, [0, 3, 4]].sum(axis=1))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@given(LOGIT_ROWS)
def test_a_target_and_its_opposite_cancel(z: Any) -> None:
    head = Head(SOFTMAX, 5, 5)
    one, other = unit_masks(head, Target((0, 1), (4,))), unit_masks(head, Target((4,), (0, 1)))
    np.testing.assert_array_equal(score(z, one), -score(z, other))


def test_extreme_logits_do_not_overflow() -> None:
    z = np.array([[3e38, -3e38, 0]], np.float32)
    assert scored(Head(SOFTMAX, 3, 3), Target((0, 2)), *z[0]) == pytest.approx(3e38)
    assert scored(Head(SOFTMAX, 3, 3), Target((1,), (2,)), *z[0]) == pytest.approx(-3e38)


@pytest.mark.parametrize("target", [of_label(3), absent(-1), Target((0, 3)), Target((0,), (7,))])
def test_a_class_that_there_is_not_is_refused_with_the_choices(target: Target) -> None:
    with pytest.raises(ExplainError, match=r"no class.*2 \(Viral\)"):
        check_target(target, CARD)


@pytest.mark.parametrize("target", [Target((1,), (1,)), Target((0, 2), (1, 2)), Target((1, 1))])
def test_a_class_against_itself_is_refused(target: Target) -> None:
    with pytest.raises(ExplainError, match="against itself"):
        check_target(target, CARD)


@pytest.mark.parametrize("target", [TOP, of_label(2), absent(0), Target((1, 2), (0,)), Target((), (0, 1))])
def test_what_means_something_is_accepted(target: Target) -> None:
    check_target(target, CARD)


def test_the_most_probable_class_is_settled_where_the_output_is_known() -> None:
    assert settle_target(TOP, None) == TOP
    assert settle_target(TOP, material.prediction(2)) == of_label(2)
    assert settle_target(absent(0), material.prediction(2)) == absent(0)
    assert [target.label for target in (TOP, of_label(2), absent(2), Target((1, 2)), Target((1,), (2,)))] == [
        None,
        2,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (TOP, "the most probable class"),
        (of_label(1), "Bacterial"),
        (absent(1), "no Bacterial"),
        (Target((1,), (2,)), "Bacterial rather than Viral"),
        (Target((1, 2)), "Pneumonia"),
        (Target((), (1, 2)), "no Pneumonia"),
        (Target((0, 1)), "Normal or Bacterial"),
        (Target((1, 2), (0,)), "Pneumonia rather than Normal"),
        (Target((0,), (1, 2)), "Normal rather than the rest"),
    ],
)
def test_targets_in_words(target: Target, name: str) -> None:
    assert target_name(target, CARD) == name


def prediction(*p: float) -> Prediction:
    return Prediction(np.log(np.array(p, np.float32)), np.array(p, np.float32))


@pytest.mark.parametrize(
    ("target", "softmax", "sigmoid"),
    [
        (of_label(1), 0.3, 0.3),
        (absent(1), 0.7, 0.7),
        (Target((1, 2)), 0.8, 0.5),
        (Target((), (1, 2)), 0.2, 0.5),
        (Target((1,), (2,)), None, None),
        (Target((1,), (0, 2)), None, None),
    ],
)
def test_the_probability_that_goes_with_a_target(
    target: Target, softmax: float | None, sigmoid: float | None
) -> None:
    for activation, expected in ((SOFTMAX, softmax), (SIGMOID, sigmoid)):
        card = replace(CARD, activation=activation)
        found = target_probability(target, card, prediction(0.2, 0.3, 0.5))
        assert found == (None if expected is None else pytest.approx(expected, abs=1e-6))


@pytest.mark.parametrize(
    ("target", "p", "under"),
    [
        # The thresholds: 0.5, 0.4, 0.3, and 0.6 for the group.
        (of_label(1), (0.2, 0.39, 0.41), True),
        (of_label(1), (0.2, 0.41, 0.39), False),
        (absent(1), (0.2, 0.41, 0.39), True),
        (absent(1), (0.2, 0.39, 0.41), False),
        (Target((1, 2)), (0.45, 0.3, 0.25), True),
        (Target((1, 2)), (0.35, 0.35, 0.3), False),
        (Target((), (1, 2)), (0.35, 0.35, 0.3), True),
        # No group of the card: half.
        (Target((0, 1)), (0.2, 0.25, 0.55), True),
        (Target((0, 1)), (0.3, 0.25, 0.45), False),
        (Target((1,), (2,)), (0.98, 0.01, 0.01), False),
    ],
)
def test_what_the_model_does_not_report(target: Target, p: tuple[float, ...], under: bool) -> None:
    assert is_under_threshold(target, CARD, prediction(*p)) is under
