from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cxrviewer import paths
from cxrviewer.learning.dataset import load_dataset
from cxrviewer.learning.lung_search import lungs_of
from cxrviewer.learning.recipes import paediatric_pneumonia as recipe
from cxrviewer.learning.robust_validation import validation_sets
from cxrviewer.learning.split import grouped_split
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
    sets = validation_sets(validation, settings.corrupted_images, settings.seed)
    model = keras.saving.load_model(weights, safe_mode=True)
    result, _ = recipe.measured(model, sets, lungs_of(validation.images)[0])

    assert weights.stat().st_size <= 10e6
    assert result.auc_pneumonia >= 0.98
    assert result.ece <= 0.05
    assert result.lung_share >= 0.75
    assert f"AUC {result.auc_pneumonia:.3f} for normal against pneumonia" in card.limits
    assert f"{result.lung_share:.0%} of the positive Grad-CAM evidence" in card.limits
    assert card.label_groups[0].threshold == pytest.approx(result.pneumonia.threshold, abs=0.01)
    assert np.all(np.array(card.thresholds) > 0)
