"""Training a classifier against accidents of acquisition: its batches and its loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.augment import augment_pairs
from cxrviewer.learning.augment_objects import put_objects
from cxrviewer.learning.augment_style import restyle
from cxrviewer.learning.dataset import Dataset
from cxrviewer.learning.loop import Batches, EpochEnd, Loop, Schedule
from cxrviewer.learning.lung_term import loss_with_lungs, with_features
from cxrviewer.learning.robust_settings import RobustSettings
from cxrviewer.learning.split import balanced_order

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


def fit(
    model: keras.Model,
    layer: str,
    training: Dataset,
    lungs: NDArray[np.uint8],
    settings: RobustSettings,
    folder: Path,
    epoch_end: EpochEnd,
) -> int:
    """Train a model in place, from where a run in the same folder ended.

    Each epoch draws as many images as there are, every class equally often, and augments them.
    When `epoch_end` is called the model has the averaged weights (Polyak and Juditsky 1992).

    Parameters
    ----------
    model : keras.Model
        Fresh; ends with global average pooling, dropout and one dense softmax layer.
    layer : str
        Its last layer before the pooling.
    training : Dataset
        What is learned from.
    lungs : (N, H, W, 1) uint8 array
        Masks of the lungs, 0 to 255; all 255 where an image's lungs are not known.
    settings : RobustSettings
        How to train.
    folder : Path
        Takes the checkpoint.
    epoch_end : callable
        Called after each epoch.

    Returns
    -------
    int
        Number of epochs that were done before.
    """
    steps = max(1, len(training.labels) // settings.batch)
    schedule = Schedule(
        settings.epochs,
        steps,
        settings.learning_rate,
        settings.weight_decay,
        settings.warmup,
        settings.averaging,
    )
    loss = loss_with_lungs(model, settings.label_smoothing, settings.lung_weight)
    loop = Loop(with_features(model, layer), loss, schedule, folder)
    done = loop.restore()
    loop.run(_batches(training, lungs, steps * settings.epochs, settings), epoch_end)
    return done


def predict(model: keras.Model, images: NDArray[np.uint8], batch: int = 64) -> NDArray[np.float32]:
    """Return the probabilities of uint8 images, (N, H, W, 1) to (N, classes)."""
    parts = [
        np.asarray(model.predict_on_batch(images[start : start + batch].astype(np.float32) / 255))
        for start in range(0, len(images), batch)
    ]
    return np.concatenate(parts)


def _batches(data: Dataset, lungs: NDArray[np.uint8], steps: int, settings: RobustSettings) -> Batches:
    """Return augmented batches; what a step sees depends on its number and the seed alone."""
    import tensorflow as tf

    order = tf.constant(balanced_order(data.labels, steps, settings.batch, settings.seed))
    images, masks = tf.constant(data.images), tf.constant(lungs)
    targets = tf.one_hot(data.labels, int(data.labels.max()) + 1)

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tuple[tf.Tensor, tf.Tensor]]:
        chosen = tf.gather(order, step)
        gray, mask = (tf.cast(tf.gather(part, chosen), tf.float32) / 255.0 for part in (images, masks))
        seed = tf.stack([tf.constant(settings.seed, tf.int64), step])
        gray = restyle(gray, seed + 1000003, settings.style)
        gray, mask = augment_pairs(gray, mask, seed, settings.augmentation)
        gray = put_objects(gray, mask, seed + 2000003, settings.objects)
        return gray, (tf.gather(targets, chosen), mask)

    return lambda first, last: tf.data.Dataset.range(first, last).map(batch, num_parallel_calls=2).prefetch(2)
