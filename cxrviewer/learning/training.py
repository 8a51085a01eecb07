"""The training loop: batches, optimiser and what happens after each epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.augment import augment
from cxrviewer.learning.dataset import Dataset
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
    epoch_end: EpochEnd,
) -> None:
    """Train a model in place.

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
    epoch_end : callable
        Called after each epoch.
    """
    import keras

    steps = max(1, len(training.labels) // settings.batch)
    model.compile(
        optimizer=_optimizer(settings, steps),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
    )

    def after(epoch: int, logs: dict[str, float]) -> None:
        epoch_end(epoch + 1, logs["loss"], predict(model, validation.images))

    callbacks = [
        keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
        keras.callbacks.LambdaCallback(on_epoch_end=after),
    ]
    batches = _batches(training, steps * settings.epochs, settings)
    model.fit(
        batches, epochs=settings.epochs, steps_per_epoch=steps, callbacks=callbacks, shuffle=False, verbose=0
    )


def predict(model: keras.Model, images: NDArray[np.uint8], batch: int = 64) -> NDArray[np.float32]:
    """Return the probabilities of uint8 images, (N, H, W, 1) to (N, classes)."""
    parts = [
        np.asarray(model.predict_on_batch(images[start : start + batch].astype(np.float32) / 255))
        for start in range(0, len(images), batch)
    ]
    return np.concatenate(parts)


def _optimizer(settings: TrainSettings, steps: int) -> keras.optimizers.Optimizer:
    import keras

    total = steps * settings.epochs
    warmup = min(round(settings.warmup * steps), total // 2)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.learning_rate / 100,
        decay_steps=max(1, total - warmup),
        alpha=0.01,
        warmup_target=settings.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=settings.weight_decay,
        use_ema=True,
        ema_momentum=settings.averaging,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _batches(data: Dataset, steps: int, settings: TrainSettings) -> tf.data.Dataset:
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

    return tf.data.Dataset.range(steps).map(batch, num_parallel_calls=2).prefetch(2)
