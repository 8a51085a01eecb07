"""The training loop: batches, optimiser and what happens after each epoch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.augment import augment
from cxrviewer.learning.dataset import Dataset
from cxrviewer.learning.loop import Batches, Loop, Schedule
from cxrviewer.learning.settings import TrainSettings
from cxrviewer.learning.split import balanced_order

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

EpochEnd = Callable[[int, float, NDArray[np.float32]], None]
"""Takes the epoch (from 1), the training loss and the probabilities of the validation images."""


def fit(
    model: keras.Model,
    training: Dataset,
    validation: Dataset,
    settings: TrainSettings,
    folder: Path,
    epoch_end: EpochEnd,
) -> int:
    """Train a model in place, from where a run in the same folder ended.

    Each epoch draws as many images as there are, every class equally often, and augments them.
    When `epoch_end` is called the model has the averaged weights (Polyak and Juditsky 1992).

    Parameters
    ----------
    model : keras.Model
        Fresh, with one softmax output a class.
    training, validation : Dataset
        Disjoint in patients.
    settings : TrainSettings
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
    import keras

    steps = max(1, len(training.labels) // settings.batch)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing)
    schedule = Schedule(
        settings.epochs,
        steps,
        settings.learning_rate,
        settings.weight_decay,
        settings.warmup,
        settings.averaging,
    )
    loop = Loop(model, loss, schedule, folder)
    done = loop.restore()
    batches = _batches(training, steps * settings.epochs, settings)
    loop.run(batches, lambda epoch, value: epoch_end(epoch, value, predict(model, validation.images)))
    return done


def predict(model: keras.Model, images: NDArray[np.uint8], batch: int = 64) -> NDArray[np.float32]:
    """Return the probabilities of uint8 images, (N, H, W, 1) to (N, classes)."""
    parts = [
        np.asarray(model.predict_on_batch(images[start : start + batch].astype(np.float32) / 255))
        for start in range(0, len(images), batch)
    ]
    return np.concatenate(parts)


def _batches(data: Dataset, steps: int, settings: TrainSettings) -> Batches:
    """Return augmented batches; what a step sees depends on its number and the seed alone."""
    import tensorflow as tf

    order = tf.constant(balanced_order(data.labels, steps, settings.batch, settings.seed))
    images = tf.constant(data.images)
    targets = tf.one_hot(data.labels, int(data.labels.max()) + 1)

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = tf.gather(order, step)
        gray = tf.cast(tf.gather(images, chosen), tf.float32) / 255.0
        seed = tf.stack([tf.constant(settings.seed, tf.int64), step])
        return augment(gray, seed, settings.augmentation), tf.gather(targets, chosen)

    return lambda first, last: tf.data.Dataset.range(first, last).map(batch, num_parallel_calls=2).prefetch(2)
