from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from cxrviewer.learning.augment import Augmentation, augment, augment_pairs
from cxrviewer.models.backend import tensorflow

NONE = Augmentation(**{item.name: 0.0 for item in fields(Augmentation)})
SIZE = 64


def changed(images: np.ndarray, limits: Augmentation, seed: int = 1) -> np.ndarray:
    tf = tensorflow()
    return augment(tf.constant(images), tf.constant([7, seed], tf.int64), limits).numpy()


def pictures(count: int = 4) -> np.ndarray:
    rng = np.random.default_rng(0)
    coarse = rng.uniform(0.2, 0.8, (count, 8, 8, 1)).astype(np.float32)
    return np.kron(coarse, np.ones((1, SIZE // 8, SIZE // 8, 1), np.float32))


def spot(x: int, y: int, count: int = 32) -> np.ndarray:
    images = np.zeros((count, SIZE, SIZE, 1), np.float32)
    images[:, y - 2 : y + 3, x - 2 : x + 3] = 1
    return images


def centres(images: np.ndarray) -> np.ndarray:
    weight = images[..., 0].sum(axis=(1, 2))
    grid = np.arange(SIZE)
    x = (images[..., 0].sum(axis=1) * grid).sum(axis=1) / weight
    y = (images[..., 0].sum(axis=2) * grid).sum(axis=1) / weight
    return np.stack([x, y], axis=1)


def test_limits_of_zero_change_nothing() -> None:
    np.testing.assert_allclose(changed(pictures(), NONE), pictures(), atol=1e-6)


@pytest.mark.parametrize("name", [item.name for item in fields(Augmentation)])
def test_each_limit_matters(name: str) -> None:
    limits = replace(NONE, **{name: getattr(Augmentation(flip=True), name)})
    assert np.abs(changed(pictures(16), limits) - pictures(16)).max() > 0.01


def test_the_seed_decides() -> None:
    first, again, other = (changed(pictures(), Augmentation(), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.05


def test_each_image_has_its_own_change_and_stays_in_range() -> None:
    images = changed(np.repeat(pictures(1), 8, axis=0), Augmentation())
    assert images.min() >= 0
    assert images.max() <= 1
    assert all(np.abs(images[0] - image).max() > 0.05 for image in images[1:])


def test_a_chest_is_never_mirrored() -> None:
    geometric = replace(Augmentation(), noise=0.0, cutout=0.0, brightness=0.0, contrast=0.0)
    assert (centres(changed(spot(12, 32), geometric))[:, 0] < SIZE / 2).all()


def test_shift_is_uniform_up_to_its_limit() -> None:
    moved = centres(changed(spot(32, 32, 200), replace(NONE, shift=0.1))) - centres(spot(32, 32, 200))
    assert np.abs(moved).max() <= 6.4 + 1e-3
    assert np.abs(moved).max() > 5.8
    assert np.abs(moved.mean(axis=0)).max() < 1


def test_rotation_turns_about_the_centre() -> None:
    at = centres(spot(52, 32))[0] - (SIZE - 1) / 2
    turned = centres(changed(spot(52, 32, 200), replace(NONE, rotation=30.0))) - (SIZE - 1) / 2
    np.testing.assert_allclose(np.hypot(*turned.T), np.hypot(*at), atol=0.2)
    angles = np.degrees(np.arctan2(turned[:, 1], turned[:, 0]) - np.arctan2(at[1], at[0]))
    assert 28 < np.abs(angles).max() < 30.2


def test_cutout_blanks_a_square_in_every_second_image() -> None:
    images = pictures(200)
    holes = np.abs(changed(images, replace(NONE, cutout=0.5)) - images) > 1e-6
    share = holes.any(axis=(1, 2, 3)).mean()
    assert 0.35 < share < 0.6
    assert holes.mean(axis=(1, 2, 3)).max() <= 0.3


def test_an_image_and_its_mask_are_moved_alike() -> None:
    tf = tensorflow()
    images = spot(20, 40, 16)
    limits = Augmentation(rotation=30, shift=0.2, zoom=0.3, noise=0, cutout=0, flip=True)
    moved, masks = augment_pairs(*(tf.constant(images),) * 2, tf.constant([7, 1], tf.int64), limits)
    np.testing.assert_allclose(centres(moved.numpy() > 0.5), centres(masks.numpy() > 0.5), atol=1)
    spread = np.ptp(centres(masks.numpy()), axis=0)
    assert (spread > 8).all()
    assert masks.numpy().max() <= 1.001
