from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from cxrviewer.learning.corruptions import CORRUPTIONS, corrupted, swapped_style
from cxrviewer.learning.dataset import Dataset
from cxrviewer.learning.metrics import auc
from cxrviewer.learning.robust_validation import (
    CLEAN,
    SWAPPED,
    ValidationSet,
    from_json,
    temperature,
    validate,
    validation_sets,
)

SIZE = 48


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Normal images are bright and sharp, those of the ill dark and smooth: an accident of acquisition."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 20)
    ramp = np.linspace(0, 60, SIZE)[None, :] + np.linspace(0, 40, SIZE)[:, None]
    images = np.stack(
        [
            ramp + (100 if label == 0 else 30) + rng.normal(0, 20 if label == 0 else 5, ramp.shape)
            for label in labels
        ]
    )
    return Dataset(images.clip(0, 255).astype(np.uint8)[..., None], labels, np.arange(60), ("",) * 60, "")


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_changes_images_the_same_way_each_time(name: str, data: Dataset) -> None:
    once, again = (corrupted(data.images, name, seed=4) for _ in range(2))
    assert once.shape == data.images.shape
    assert once.dtype == np.uint8
    np.testing.assert_array_equal(once, again)
    assert np.abs(once.astype(int) - data.images).mean() > 0.5


def test_who_looks_at_brightness_or_sharpness_alone_fails_where_the_style_is_swapped(data: Dataset) -> None:
    ill = data.labels > 0
    swapped = swapped_style(data.images, ill)
    for score in (
        lambda images: -images.mean(axis=(1, 2, 3)),
        lambda images: -np.abs(np.diff(images[..., 0].astype(float), axis=2)).mean(axis=(1, 2)),
    ):
        assert auc(ill, score(data.images)) > 0.95
        assert auc(ill, score(swapped)) < 0.6


def test_the_worst_set_ranks_and_json_keeps_all(data: Dataset) -> None:
    sets = validation_sets(data, 20, seed=1)
    assert [one.name for one in sets] == [CLEAN, *CORRUPTIONS, SWAPPED]
    assert all((one.labels == 0).sum() == 10 for one in sets[1:])

    def outputs(images: np.ndarray) -> np.ndarray:
        normal = 1 / (1 + np.exp(-(images.mean(axis=(1, 2, 3)) - 115) / 5))
        return np.stack([normal, (1 - normal) * 0.6, (1 - normal) * 0.4], axis=1).astype(np.float32)

    result = validate(sets, [outputs(one.images) for one in sets], 0.5)
    assert result.auc_pneumonia > 0.99
    assert result.worst.name == SWAPPED
    assert result.rank[0] == pytest.approx(result.worst.auc, abs=1e-3)
    assert from_json(json.loads(json.dumps(asdict(result)))) == result


def test_temperature_finds_by_how_much_logits_were_stretched() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 1.5, (3000, 3))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(3, p=row) for row in honest])
    stretched = np.exp(logits * 2.5)
    probabilities = (stretched / stretched.sum(axis=1, keepdims=True)).astype(np.float32)
    clean = ValidationSet(CLEAN, np.zeros((3000, 8, 8, 1), np.uint8), labels)
    assert temperature((clean,), [probabilities]) == pytest.approx(2.5, rel=0.1)
