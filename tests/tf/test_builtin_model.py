from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cxrviewer import paths
from cxrviewer.learning.dataset import load_dataset
from cxrviewer.learning.metrics import operating_point
from cxrviewer.learning.recipes import paediatric_pneumonia as recipe
from cxrviewer.learning.split import grouped_split
from cxrviewer.learning.training import predict
from cxrviewer.models.backend import tensorflow
from cxrviewer.models.card_toml import read_card


@pytest.mark.slow
def test_the_shipped_model_achieves_what_its_card_says(shared_data: Path) -> None:
    weights = paths.resource("models", "paediatric-pneumonia.keras")
    card = read_card(weights.with_suffix(".toml"))
    tensorflow()
    import keras

    data = load_dataset(
        shared_data / "kermany224" / "train", recipe.LABELS, recipe.label_and_patient, recipe.INPUT
    )
    settings = recipe.SPEC.defaults
    _, held_out = grouped_split(data.labels, data.groups, settings.validation_share, settings.seed)
    validation = data.subset(held_out)
    probabilities = predict(keras.saving.load_model(weights, safe_mode=True), validation.images)

    result = recipe.validate(validation.labels, probabilities)
    assert result.auc_pneumonia >= 0.98
    assert f"AUC {result.auc_pneumonia:.3f} for normal against pneumonia" in card.limits
    point = operating_point(
        validation.labels > 0, probabilities[:, 1:].sum(axis=1), card.label_groups[0].threshold
    )
    assert point.balanced_accuracy == pytest.approx(result.pneumonia.balanced_accuracy, abs=0.005)
    assert np.all(np.array(card.thresholds) > 0)
