from __future__ import annotations

import numpy as np
import pytest

from cxrviewer.models.card import Activation
from cxrviewer.models.head import Head

Z = np.array([2.0, -1.0, 0.5], np.float32)


@pytest.mark.parametrize("activation", [Activation.SOFTMAX, Activation.LOGITS])
def test_classes_that_exclude_one_another_share_one_probability(activation: Activation) -> None:
    found = Head(activation, 3, 3).predict(Z)
    assert found.probabilities == pytest.approx(np.exp(Z) / np.exp(Z).sum(), rel=1e-6)
    assert found.logits == pytest.approx(Z)
    assert found.top == 0


def test_labels_of_a_multi_label_model_stand_alone() -> None:
    found = Head(Activation.SIGMOID, 3, 3).predict(Z)
    assert found.probabilities == pytest.approx(1 / (1 + np.exp(-Z)), rel=1e-6)


@pytest.mark.parametrize("activation", list(Activation))
def test_one_unit_gives_two_labels_with_a_margin_of_its_logit(activation: Activation) -> None:
    found = Head(activation, 1, 2).predict(np.array([3.0], np.float32))
    assert found.logits == pytest.approx([-1.5, 1.5])
    assert found.probabilities == pytest.approx([1 - 1 / (1 + np.exp(-3)), 1 / (1 + np.exp(-3))])


@pytest.mark.parametrize("activation", list(Activation))
def test_one_unit_can_stand_for_one_label(activation: Activation) -> None:
    found = Head(activation, 1, 1).predict(np.array([3.0], np.float32))
    assert found.logits == pytest.approx([3.0])
    assert found.probabilities == pytest.approx([1 / (1 + np.exp(-3))])


@pytest.mark.parametrize("activation", list(Activation))
def test_large_logits_do_not_overflow(activation: Activation) -> None:
    for raw in ([900.0, -900.0, 0.0], [-900.0, -901.0, -900.5]):
        found = Head(activation, 3, 3).predict(np.array(raw, np.float32))
        assert np.isfinite(found.probabilities).all()


@pytest.mark.parametrize("activation", [Activation.SOFTMAX, Activation.SIGMOID])
def test_probabilities_come_through_a_model_that_hides_its_logits(activation: Activation) -> None:
    raw = np.array([0.7, 0.3, 0.0], np.float32)
    found = Head(activation, 3, 3, gives_logits=False).predict(raw)
    assert found.probabilities == pytest.approx(raw, abs=1e-6)
    assert np.isfinite(found.logits).all()
