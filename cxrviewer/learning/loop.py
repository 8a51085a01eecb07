"""A training loop that goes on after a kill where its last epoch ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

Batches = Callable[[int, int], "tf.data.Dataset"]
"""Gives the batches of the steps from a first to a last one, which is left out."""


@dataclass(frozen=True)
class Schedule:
    """Length and rate of a training.

    Parameters
    ----------
    epochs, steps : int
        Epochs, and steps of each.
    rate, weight_decay : float
        Of AdamW: the peak of the rate, after `warmup`, from where it falls as a cosine.
    warmup : float
        Epochs of rising rate, at most half of all.
    averaging : float
        Momentum of the running average of the weights (Polyak and Juditsky 1992).
    """

    epochs: int
    steps: int
    rate: float
    weight_decay: float
    warmup: float
    averaging: float


class Loop:
    """Trains a model in place.

    What a step sees is to depend on its number alone. Weights, their average and the optimiser's state are
    written after each epoch: a run that is resumed takes the same steps as one that was never ended.

    Parameters
    ----------
    model : keras.Model
        Fresh.
    loss : callable
        Of targets and outputs, a scalar.
    schedule : Schedule
        Length and rate.
    folder : Path
        Takes the checkpoint.
    """

    def __init__(
        self, model: keras.Model, loss: Callable[[Any, Any], Any], schedule: Schedule, folder: Path
    ) -> None:
        import keras
        import tensorflow as tf

        total = schedule.epochs * schedule.steps
        warmup = min(round(schedule.warmup * schedule.steps), total // 2)
        rate = keras.optimizers.schedules.CosineDecay(
            schedule.rate / 100,
            max(1, total - warmup),
            alpha=0.01,
            warmup_target=schedule.rate,
            warmup_steps=warmup,
        )
        self._model, self._schedule = model, schedule
        self._optimizer = keras.optimizers.AdamW(
            rate, weight_decay=schedule.weight_decay, global_clipnorm=1.0
        )
        self._optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        self._optimizer.build(model.trainable_variables)
        self._average = [tf.Variable(weight) for weight in model.weights]
        self._done = tf.Variable(0, dtype=tf.int64)
        # Not the model, which leaves out the state of its random numbers.
        self._checkpoint = tf.train.Checkpoint(
            variables=[variable.value for variable in model.variables],
            optimizer=self._optimizer,
            average=self._average,
            done=self._done,
        )
        self._path = str(folder / "checkpoint")
        self._step = tf.function(lambda images, targets: self._taken(loss, images, targets))

    def restore(self) -> int:
        """Go back to the last checkpoint, if there is one; returns the number of epochs that are done."""
        if Path(f"{self._path}.index").exists():
            self._checkpoint.read(self._path).assert_existing_objects_matched()
        return int(self._done.numpy())

    def run(self, batches: Batches, epoch_end: Callable[[int, float], None]) -> None:
        """Train what is left; `epoch_end` takes the epoch, from 1, and the mean loss.

        When it is called the model has the averaged weights.
        """
        steps = self._schedule.steps
        for epoch in range(int(self._done.numpy()), self._schedule.epochs):
            losses = [float(self._step(*batch)) for batch in batches(epoch * steps, (epoch + 1) * steps)]
            self._done.assign(epoch + 1)
            self._checkpoint.write(self._path)
            with self.averaged():
                epoch_end(epoch + 1, sum(losses) / len(losses))

    def _taken(self, loss: Callable[[Any, Any], Any], images: Any, targets: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = loss(targets, self._model(images, training=True))
        variables = self._model.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        momentum = self._schedule.averaging
        for average, weight in zip(self._average, self._model.weights, strict=True):
            average.assign(average * momentum + weight * (1 - momentum))
        return value

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model its averaged weights while the block runs."""
        kept = self._model.get_weights()
        self._model.set_weights([average.numpy() for average in self._average])
        try:
            yield
        finally:
            self._model.set_weights(kept)
