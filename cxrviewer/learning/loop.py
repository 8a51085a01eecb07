"""A training loop that goes on after a kill where its last epoch ended."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrviewer.errors import UserError
from cxrviewer.learning.event_log import EventLog

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

Batches = Callable[[int, int], "tf.data.Dataset"]
"""Gives the batches of the steps from a first to a last one, which is left out."""
EpochEnd = Callable[[int, float], Mapping[str, float] | None]
"""Takes the epoch, from 1, and the mean loss; returns what else is to be logged of the epoch."""
StepEnd = Callable[[int, int, float], None]
"""Takes the epoch, the steps of it that are done, and their mean loss."""
_LEAST_GAIN = 1e-4


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

    def optimizer(self) -> keras.Optimizer:
        """Return a fresh optimiser."""
        import keras

        total = self.epochs * self.steps
        warmup = min(round(self.warmup * self.steps), total // 2)
        rate = keras.optimizers.schedules.CosineDecay(
            self.rate / 100,
            max(1, total - warmup),
            alpha=0.01,
            warmup_target=self.rate,
            warmup_steps=warmup,
        )
        optimizer = keras.optimizers.AdamW(rate, weight_decay=self.weight_decay, global_clipnorm=1.0)
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        return optimizer


@dataclass(frozen=True)
class PlateauSchedule:
    """Adam at a rate that falls where a loss falls no more, as by ReduceLROnPlateau of Keras.

    Parameters
    ----------
    epochs, steps : int
        Epochs, and steps of each.
    rate : float
        To begin with.
    factor, patience : float, int
        The rate is multiplied by `factor` after `patience` epochs without a loss that is less by 0.0001;
        never where the patience is 0.
    averaging : float
        As for `Schedule`; 0 for none.
    """

    epochs: int
    steps: int
    rate: float
    factor: float = 1.0
    patience: int = 0
    averaging: float = 0.0

    def optimizer(self) -> keras.Optimizer:
        """Return a fresh optimiser."""
        import keras

        return keras.optimizers.Adam(self.rate)


class Loop:
    """Trains a model in place.

    What a step sees is to depend on its number alone. Weights, their average, the optimiser's state and that
    of the schedule are written after each epoch: a run that is resumed takes the same steps as one that was
    never ended.

    Parameters
    ----------
    model : keras.Model
        Fresh.
    loss : callable
        Of targets and outputs, a scalar.
    schedule : Schedule or PlateauSchedule
        Length and rate.
    folder : Path
        Takes the checkpoint, and the log for TensorBoard.
    """

    def __init__(
        self,
        model: keras.Model,
        loss: Callable[[Any, Any], Any],
        schedule: Schedule | PlateauSchedule,
        folder: Path,
    ) -> None:
        import tensorflow as tf

        self._model, self._schedule = model, schedule
        self._optimizer = schedule.optimizer()
        self._optimizer.build(model.trainable_variables)
        self._average = [tf.Variable(weight) for weight in model.weights] if schedule.averaging else []
        self._done = tf.Variable(0, dtype=tf.int64)
        self._lowest, self._waited = tf.Variable(math.inf), tf.Variable(0)
        self.log = EventLog(folder)
        # Not the model, which leaves out the state of its random numbers.
        self._checkpoint = tf.train.Checkpoint(
            variables=[variable.value for variable in model.variables],
            optimizer=self._optimizer,
            average=self._average,
            done=self._done,
            lowest=self._lowest,
            waited=self._waited,
        )
        self._path = str(folder / "checkpoint")
        self._step = tf.function(lambda images, targets: self._taken(loss, images, targets))

    def restore(self) -> int:
        """Go back to the last checkpoint, if there is one; returns the number of epochs that are done.

        Raises
        ------
        UserError
            The checkpoint is damaged, or of another network.
        """
        if Path(f"{self._path}.index").exists():
            try:
                self._checkpoint.read(self._path).assert_existing_objects_matched()
            except Exception as error:  # TensorFlow raises what it likes.
                message = "The checkpoint of the run is damaged or belongs to another network."
                raise UserError(message, "Begin anew, without --resume.", Path(self._path)) from error
        return int(self._done.numpy())

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self._optimizer.learning_rate)

    def watch(self, loss: float) -> None:
        """Lower the rate of a `PlateauSchedule` where a loss falls no more; to be called once an epoch."""
        schedule = self._schedule
        if not isinstance(schedule, PlateauSchedule) or not schedule.patience:
            return
        if loss < float(self._lowest) - _LEAST_GAIN:
            self._lowest.assign(loss)
            self._waited.assign(0)
            return
        self._waited.assign_add(1)
        if int(self._waited) >= schedule.patience:
            self._optimizer.learning_rate.assign(self._optimizer.learning_rate * schedule.factor)
            self._waited.assign(0)

    def run(self, batches: Batches, epoch_end: EpochEnd, step_end: StepEnd = lambda *_: None) -> None:
        """Train what is left.

        When `epoch_end` is called the model has the averaged weights, and the epoch is not yet in the
        checkpoint: where the run ends in it, the epoch is taken again.

        Raises
        ------
        UserError
            The loss is no longer a number.
        """
        steps = self._schedule.steps
        for epoch in range(int(self._done.numpy()), self._schedule.epochs):
            rate = self.rate
            loss = self._epoch(epoch + 1, batches(epoch * steps, (epoch + 1) * steps), step_end)
            with self.averaged():
                values = epoch_end(epoch + 1, loss)
            self.log.scalars({"loss": loss, "learning_rate": rate, **(values or {})}, epoch + 1)
            self._done.assign(epoch + 1)
            self._checkpoint.write(self._path)

    def _epoch(self, epoch: int, batches: tf.data.Dataset, step_end: StepEnd) -> float:
        """Take the steps of one epoch; returns their mean loss."""
        total = 0.0
        for done, batch in enumerate(batches, start=1):
            total += float(self._step(*batch))
            if not math.isfinite(total):
                hint = "Give a lower learning rate with --set."
                raise UserError(f"The loss is no longer a number in epoch {epoch}, step {done}.", hint)
            step_end(epoch, done, total / done)
        return total / self._schedule.steps

    def _taken(self, loss: Callable[[Any, Any], Any], images: Any, targets: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = loss(targets, self._model(images, training=True))
        variables = self._model.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        momentum = self._schedule.averaging
        averaged = self._model.weights if self._average else []
        for average, weight in zip(self._average, averaged, strict=True):
            average.assign(average * momentum + weight * (1 - momentum))
        return value

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the model its averaged weights while the block runs."""
        if not self._average:
            yield
            return
        kept = self._model.get_weights()
        self._model.set_weights([average.numpy() for average in self._average])
        try:
            yield
        finally:
            self._model.set_weights(kept)
