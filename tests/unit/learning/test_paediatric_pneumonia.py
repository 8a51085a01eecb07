from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cxrviewer import paths
from cxrviewer.learning.recipes.paediatric_pneumonia import LABELS, make_card
from cxrviewer.learning.robust_validation import CLEAN, Validation, ValidationSet, validate
from cxrviewer.models.card_toml import read_card
from cxrviewer.models.catalog import file_digest

CLASSES = np.array([0, 0, 1, 1, 2, 2])


def probabilities(rows: list[tuple[float, float, float]]) -> np.ndarray:
    return np.array(rows, np.float32)


@pytest.fixture
def result() -> Validation:
    outputs = probabilities(
        [
            (0.9, 0.05, 0.05),
            (0.4, 0.3, 0.3),
            (0.1, 0.8, 0.1),
            (0.2, 0.3, 0.5),
            (0.1, 0.1, 0.8),
            (0.2, 0.2, 0.6),
        ]
    )
    clean = ValidationSet(CLEAN, np.zeros((6, 8, 8, 1), np.uint8), CLASSES)
    return validate((clean,), [outputs], 0.9)


def test_pneumonia_is_the_sum_of_its_kinds(result: Validation) -> None:
    # By single classes the second normal image could not be told from the fourth.
    assert result.auc_pneumonia == 1
    assert result.pneumonia.threshold == pytest.approx(0.7, abs=0.01)


def test_kinds_are_compared_among_the_sick_alone(result: Validation) -> None:
    assert result.auc_kind == 1
    assert result.accuracy == pytest.approx(5 / 6)


def test_epochs_are_ranked_by_the_worst_set_then_by_all_and_by_kind(result: Validation) -> None:
    worse = replace(result.sets[0], name="dark", auc=0.99)
    assert replace(result, sets=(*result.sets, worse)).rank < result.rank
    assert replace(result, auc_kind=0.8).rank < result.rank


def test_card_says_what_was_measured(result: Validation) -> None:
    card = make_card(result, "0.3.0")
    assert card.labels == LABELS
    assert card.version == "0.3.0"
    assert card.thresholds == tuple(point.threshold for point in result.points)
    assert card.label_groups[0].labels == LABELS[1:]
    assert card.label_groups[0].threshold == result.pneumonia.threshold
    assert "not for adults, not for diagnosis" in card.limits
    assert "AUC 1.000 for normal against pneumonia" in card.limits
    assert "90% of the positive Grad-CAM evidence" in card.limits
    assert "CC BY 4.0" in card.training_data


def test_shipped_card_belongs_to_the_shipped_weights() -> None:
    weights = paths.resource("models", "paediatric-pneumonia.keras")
    card = read_card(weights.with_suffix(".toml"))
    assert card.sha256 == file_digest(weights)
    assert card.labels == LABELS
    assert weights.stat().st_size < 10e6
