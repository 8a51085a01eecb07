"""Disguises of training images, and the term of the loss for evidence outside the lungs."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from cxrviewer.learning.augment_objects import Objects, put_objects
from cxrviewer.learning.augment_style import Style, restyle
from cxrviewer.learning.lung_term import evidence_inside, evidence_outside
from cxrviewer.models.backend import tensorflow

PLAIN = Style(0, 0, 0)
BARE = Objects(0, 0, 0, 0)
SIZE = 64


def pictures(count: int = 12) -> np.ndarray:
    rng = np.random.default_rng(0)
    levels = rng.uniform(0.1, 0.9, (count, 1, 1, 1))
    images = levels + rng.uniform(-0.1, 0.1, (count, SIZE, SIZE, 1))
    return (np.rint(images * 255) / 255).astype(np.float32)


def restyled(limits: Style, seed: int = 1) -> np.ndarray:
    tf = tensorflow()
    return restyle(tf.constant(pictures()), tf.constant([3, seed], tf.int64), limits).numpy()


def masks() -> np.ndarray:
    made = np.zeros((12, SIZE, SIZE, 1), np.float32)
    made[:, 20:44, 12:52] = 1
    return made


def with_objects(limits: Objects, seed: int = 1) -> np.ndarray:
    tf = tensorflow()
    seeds = tf.constant([3, seed], tf.int64)
    return put_objects(tf.constant(pictures()), tf.constant(masks()), seeds, limits).numpy()


def test_limits_of_zero_leave_images_as_they_are() -> None:
    np.testing.assert_allclose(restyled(PLAIN), pictures(), atol=4.1e-3)
    np.testing.assert_array_equal(with_objects(BARE), pictures())


@pytest.mark.parametrize("name", [item.name for item in fields(Style)])
def test_each_disguise_matters_and_stays_in_range(name: str) -> None:
    changed = restyled(replace(PLAIN, **{name: getattr(Style(), name)}))
    assert np.abs(changed - pictures()).max() > 0.02
    assert changed.min() >= 0
    assert changed.max() <= 1


@pytest.mark.parametrize("limits", [Objects(1, 0.2, 0, 0), Objects(0, 0, 1, 0), Objects(0, 0, 0, 1)])
def test_each_kind_of_object_is_put(limits: Objects) -> None:
    changed = np.abs(with_objects(limits) - pictures()).reshape(12, -1).max(axis=1) > 0.05
    assert changed.sum() >= 8


def test_seeds_decide() -> None:
    for make in (lambda seed: restyled(Style(), seed), lambda seed: with_objects(Objects(), seed)):
        np.testing.assert_array_equal(make(1), make(1))
        assert np.abs(make(1) - make(2)).max() > 0.05


def test_images_get_the_grey_values_of_others() -> None:
    means = np.sort(restyled(Style(1, 0, 0)).mean(axis=(1, 2, 3)))
    before = np.sort(pictures().mean(axis=(1, 2, 3)))
    assert np.abs(means - before).max() > 0.02
    assert means.min() >= before.min() - 0.02
    assert means.max() <= before.max() + 0.02


def test_other_surroundings_leave_the_lungs() -> None:
    changed = with_objects(Objects(0, 0, 0, 1))
    np.testing.assert_allclose(changed[:, 24:40, 16:48], pictures()[:, 24:40, 16:48], atol=1e-5)
    assert np.abs(changed - pictures())[:, :4].max() > 0.05


def test_evidence_is_what_cells_add_to_logits() -> None:
    tf = tensorflow()
    rng = np.random.default_rng(1)
    features = rng.uniform(0, 1, (2, 4, 4, 3)).astype(np.float32)
    kernel = rng.normal(size=(3, 2)).astype(np.float32)
    lungs = np.zeros((2, 16, 16, 1), np.float32)
    lungs[0, :8] = 1
    lungs[1] = 1
    found = evidence_outside(tf.constant(features), tf.constant(kernel), tf.constant(lungs)).numpy()
    evidence = np.abs(features @ kernel)[0].sum(axis=2)
    assert found[0] == pytest.approx(evidence[2:].sum() / evidence.sum(), rel=1e-4)
    assert found[1] == 0


def test_the_share_inside_is_that_of_the_map_shown() -> None:
    tensorflow()
    import keras

    inputs = keras.Input((16, 16, 1))
    x = keras.layers.AveragePooling2D(4, name="last")(inputs)
    outputs = keras.layers.Dense(2, use_bias=False)(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, outputs)
    model.layers[-1].set_weights([np.array([[1.0, -1.0]], np.float32)])
    images = np.zeros((2, 16, 16, 1), np.uint8)
    images[0, :, :8] = 200
    images[1, :, 8:] = 200
    lungs = np.zeros_like(images)
    lungs[:, :, :8] = 255
    assert evidence_inside(model, "last", images[:1], lungs[:1]) > 0.85
    assert evidence_inside(model, "last", images[1:], lungs[1:]) < 0.15
    assert evidence_inside(model, "last", images, np.full_like(lungs, 255)) == 0
