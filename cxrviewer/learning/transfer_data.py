"""Batches, targets and losses of the recipes that begin with a network of keras.applications."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.learning.augment import augment
from cxrviewer.learning.loop import Batches
from cxrviewer.learning.split import balanced_order
from cxrviewer.learning.transfer_spec import UNCHANGED, Balance, TransferSettings
from cxrviewer.models.card import InputSpec
from cxrviewer.models.preprocess import scale_values

if TYPE_CHECKING:
    import tensorflow as tf

_Floats = NDArray[np.float32]


class Feed:
    """A data set as a network takes it.

    Parameters
    ----------
    values : (N, H, W, 1) uint8 array or (N, F) float32 array
        Images, low = black, which may lie in a file; or features, which are taken as they are.
    truth : (N, K) bool array
        Which image has which finding.
    spec : InputSpec, optional
        Of the network that takes images; None for features.
    """

    def __init__(
        self,
        values: NDArray[np.uint8] | _Floats,
        truth: NDArray[np.bool_],
        spec: InputSpec | None = None,
    ) -> None:
        self._values, self._truth = values, truth.astype(np.float32)
        self._range: tuple[_Floats, _Floats] | None = None
        if spec is not None:
            # All scalings are affine: two levels tell all others.
            black, white = scale_values(np.array([[0, 1]], np.float32), spec)[0]
            self._range = black, white

    def inputs(self, values: Any) -> Any:
        """Return images (n, H, W, 1) in 0 to 1 as the network's input (n, H, W, C); features as they are."""
        if self._range is None:
            return values
        black, white = self._range
        return black + values * (white - black)

    def batches(self, part: NDArray[np.int64], settings: TransferSettings) -> Batches:
        """Return the training batches; what a step sees depends on its number and the seed alone.

        Each epoch draws every image once, or every class equally often, and changes each in its own way.

        Parameters
        ----------
        part : int64 array
            Positions of the training images.
        settings : TransferSettings
            Batch, seed, balance and augmentation.
        """
        import tensorflow as tf

        classes = self._truth[part].argmax(axis=1)
        if settings.balance is not Balance.SAMPLING:
            classes = np.zeros(len(part), np.int64)
        shape = (settings.batch, *self._values.shape[1:])

        def taken(chosen: NDArray[np.int64]) -> tuple[_Floats, _Floats]:
            return self._taken(chosen), self._truth[chosen]

        def batch(chosen: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            values, targets = tf.numpy_function(taken, [chosen], (tf.float32, tf.float32), stateful=False)
            values = tf.ensure_shape(values, shape)
            if settings.augmentation != UNCHANGED:
                seed = tf.stack([tf.constant(settings.seed, tf.int64), step])
                values = augment(values, seed, settings.augmentation)
            return self.inputs(values), tf.ensure_shape(targets, (settings.batch, self._truth.shape[1]))

        def epoch(first: int, last: int) -> tf.data.Dataset:
            order = balanced_order(classes, last - first, settings.batch, (settings.seed, first))
            steps = np.arange(first, last, dtype=np.int64)
            found = tf.data.Dataset.from_tensor_slices((part[order], steps))
            return found.map(batch, num_parallel_calls=2).prefetch(2)

        return epoch

    def predict(
        self,
        model: Any,
        part: NDArray[np.int64],
        batch: int,
        report: Callable[[int], None] = lambda _: None,
    ) -> _Floats:
        """Return a model's output (n, K) for what is at the given positions; `report` is told how many."""
        parts = []
        for start in range(0, len(part), batch):
            values = self._taken(part[start : start + batch])
            parts.append(np.asarray(model.predict_on_batch(self.inputs(values))))
            report(min(start + batch, len(part)))
        return np.concatenate(parts)

    def _taken(self, chosen: NDArray[np.int64]) -> _Floats:
        values = self._values[chosen].astype(np.float32)
        return values if self._range is None else values / np.float32(255)


def weighted_loss(
    truth: NDArray[np.bool_], balance: Balance, exclusive: bool
) -> Callable[[Any, Any], tf.Tensor]:
    """Return the mean cross-entropy of targets (n, K) and probabilities (n, K).

    Parameters
    ----------
    truth : (N, K) bool array
        Of the training images, which tells how rare each class is.
    balance : Balance
        With LOSS, a class that excludes others weighs by the inverse of its frequency; one that does not by
        the share of images without it, and its absence by the share of those with it (Rajpurkar et al. 2017,
        arXiv:1711.05225).
    exclusive : bool
        Whether the probabilities are of a softmax.
    """
    import keras
    import tensorflow as tf

    shares = truth.mean(axis=0).astype(np.float32)
    present, absent = np.ones_like(shares), np.ones_like(shares)
    if balance is Balance.LOSS and exclusive:
        present = 1 / (len(shares) * np.maximum(shares, 1 / len(truth)))
    elif balance is Balance.LOSS:
        present, absent = 1 - shares, shares

    def of_classes(targets: Any, outputs: Any) -> tf.Tensor:
        weights = tf.reduce_sum(targets * present, axis=1)
        return tf.reduce_mean(keras.ops.categorical_crossentropy(targets, outputs) * weights)

    def of_findings(targets: Any, outputs: Any) -> tf.Tensor:
        weights = targets * present + (1 - targets) * absent
        return tf.reduce_mean(keras.ops.binary_crossentropy(targets, outputs) * weights)

    return of_classes if exclusive else of_findings
