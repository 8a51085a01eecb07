from __future__ import annotations

import cv2
import numpy as np
import pytest

from cxrviewer.models.card import ContrastRule
from cxrviewer.models.contrast import adjust_contrast

IMAGE = np.random.default_rng(0).normal(0.5, 0.05, (200, 300)).astype(np.float32).clip(0, 1)


def published(channel: np.ndarray, percent: float = 0.05) -> np.ndarray:
    """White balance as articles give it, for one channel in 0 to 255."""
    low, high = np.percentile(channel, percent), np.percentile(channel, 100 - percent)
    return np.clip((channel - low) * 255.0 / (high - low), 0, 255)


def test_white_balance_is_the_published_one() -> None:
    balanced = adjust_contrast(IMAGE, ContrastRule.WHITE_BALANCE)
    assert balanced.dtype == np.float32
    assert (balanced.min(), balanced.max()) == (0, 1)
    np.testing.assert_allclose(balanced, published(IMAGE * 255) / 255, atol=1e-5)
    assert 0 < (balanced == 1).mean() < 0.001


def test_clahe_is_that_of_8_bits() -> None:
    equalised = adjust_contrast(IMAGE, ContrastRule.CLAHE)
    reference = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(
        np.rint(IMAGE * 255).astype(np.uint8)
    )
    assert equalised.dtype == np.float32
    np.testing.assert_allclose(equalised, reference / 255, atol=1e-6)
    assert equalised.std() > 1.5 * IMAGE.std()


def test_no_rule_changes_nothing() -> None:
    np.testing.assert_array_equal(adjust_contrast(IMAGE, ContrastRule.NONE), IMAGE)


@pytest.mark.parametrize("rule", list(ContrastRule))
def test_the_input_is_left_and_an_image_of_one_value_stays_finite(rule: ContrastRule) -> None:
    kept = IMAGE.copy()
    adjust_contrast(IMAGE, rule)
    np.testing.assert_array_equal(IMAGE, kept)
    one = adjust_contrast(np.full((20, 30), 0.5, np.float32), rule)
    assert one.shape == (20, 30)
    assert np.isfinite(one).all()
