"""A term of the loss for evidence outside the lungs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


def with_features(model: keras.Model, layer: str) -> keras.Model:
    """Return the model with a second output, that of a layer; the weights are the same ones."""
    import keras

    return keras.Model(model.inputs, [model.output, model.get_layer(layer).output])


def evidence_outside(features: tf.Tensor, kernel: tf.Tensor, lungs: tf.Tensor) -> tf.Tensor:
    """Return the share of each image's evidence that lies outside the lungs, (N,).

    The logits are means of the features over the grid times the kernel: what a cell adds to a class is known
    without gradients (CAM, Zhou et al. 2016, arXiv:1512.04150). Evidence against a class counts as that for
    it, so that none is hidden behind the other; that a model is to be right for the right reasons is from
    Ross, Hughes and Doshi-Velez 2017 (arXiv:1703.03717).

    Parameters
    ----------
    features : (N, h, w, K) float32 tensor
        Of the last layer before global average pooling.
    kernel : (K, classes) float32 tensor
        Of the dense layer behind it.
    lungs : (N, H, W, 1) float32 tensor
        1 inside, 0 outside; H and W are multiples of h and w. All 1 where they are not known.
    """
    import tensorflow as tf

    size = lungs.shape[1] // features.shape[1]
    outside = 1 - tf.nn.avg_pool2d(lungs, size, size, "VALID")
    evidence = tf.abs(tf.tensordot(features, kernel, 1))
    total = tf.reduce_sum(evidence, axis=(1, 2, 3))
    return tf.reduce_sum(evidence * outside, axis=(1, 2, 3)) / (total + 1e-6)


def loss_with_lungs(model: keras.Model, label_smoothing: float, weight: float) -> Callable[[Any, Any], Any]:
    """Return cross-entropy plus the share of the evidence outside the lungs times a weight.

    Parameters
    ----------
    model : keras.Model
        Ends with global average pooling, dropout and one dense layer.
    label_smoothing, weight : float
        Of the cross-entropy; of the term.

    Returns
    -------
    callable
        Of (one-hot targets, lungs) and of the outputs of `with_features`.
    """
    import keras
    import tensorflow as tf

    entropy = keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing)
    kernel = model.layers[-1].kernel

    def loss(targets: Any, outputs: Any) -> Any:
        classes, lungs = targets
        probabilities, features = outputs
        outside = tf.reduce_mean(evidence_outside(features, kernel.value, lungs))
        return entropy(classes, probabilities) + weight * outside

    return loss


def evidence_inside(
    model: keras.Model,
    layer: str,
    images: NDArray[np.uint8],
    lungs: NDArray[np.uint8],
    batch: int = 64,
) -> float:
    """Return the mean share of the positive Grad-CAM evidence inside the lungs, for the most probable class.

    On such a network Grad-CAM is the features times the kernel; the map is interpolated as it is shown.
    Images without lungs, and those without positive evidence, do not count.

    Parameters
    ----------
    model : keras.Model
        As for `loss_with_lungs`.
    layer : str
        Its last layer before the pooling.
    images, lungs : (N, H, W, 1) uint8 array
        As for `training.fit`.
    batch : int
        Images at a time.
    """
    both = with_features(model, layer)
    kernel = np.asarray(model.layers[-1].kernel)
    size = (images.shape[2], images.shape[1])
    shares = []
    for start in range(0, len(images), batch):
        inputs = images[start : start + batch].astype(np.float32) / 255
        for index, (probabilities, features) in enumerate(
            zip(*(np.asarray(part) for part in both.predict_on_batch(inputs)), strict=True), start
        ):
            inside = lungs[index, ..., 0] > 127
            evidence = np.maximum(cv2.resize(features @ kernel[:, probabilities.argmax()], size), 0)
            if not inside.all() and evidence.any():
                shares.append(evidence[inside].sum() / evidence.sum())
    return float(np.mean(shares)) if shares else 0.0
