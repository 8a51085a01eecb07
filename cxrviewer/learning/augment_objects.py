"""What is put on training images, where no disease is: frames, markers, other surroundings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import tensorflow as tf

_SIGNS = ("R", "L", "RT", "AP", "+", "PORT", "12", "o")
_SIGN_SIZE = 32


@dataclass(frozen=True)
class Objects:
    """How often something is put on an image.

    Parameters
    ----------
    frame : float
        Share of the images that get a plain frame.
    frame_width : float
        Largest width of it, a share of the image's side, for each side by itself.
    markers : float
        Share of the images that get a sign; half as many get a second one.
    surroundings : float
        Share of the images whose surroundings of the lungs are replaced by those of another image.
    """

    frame: float = 0.3
    frame_width: float = 0.15
    markers: float = 0.6
    surroundings: float = 0.25


def put_objects(images: tf.Tensor, masks: tf.Tensor, seed: tf.Tensor, limits: Objects) -> tf.Tensor:
    """Put things on a batch of images; the same seed gives the same ones.

    Parameters
    ----------
    images, masks : (N, H, W, 1) float32 tensor
        In 0 to 1; the masks tell the lungs.
    seed : (2,) int tensor
        One a batch.
    limits : Objects
        How often.

    Returns
    -------
    (N, H, W, 1) float32 tensor
        In 0 to 1.
    """
    import tensorflow as tf

    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 4), num=4)
    images = _surrounded(images, masks, seeds[0], limits.surroundings)
    images = _framed(images, seeds[1], limits)
    images = _signed(images, seeds[2], limits.markers)
    return _signed(images, seeds[3], limits.markers / 2)


def _surrounded(images: tf.Tensor, masks: tf.Tensor, seed: tf.Tensor, share: float) -> tf.Tensor:
    """Keep the lungs and what is near them; the rest comes from another image."""
    import tensorflow as tf

    draws = tf.random.stateless_uniform((2, tf.shape(images)[0]), seed)
    size = masks.shape[1:3]
    # An eighth of the size is enough for soft edges, and much faster.
    near = tf.nn.max_pool2d(tf.nn.avg_pool2d(masks, 8, 8, "SAME"), 3, 1, "SAME")
    near = tf.image.resize(near, size)
    others = tf.gather(images, tf.argsort(draws[0]))
    chosen = (draws[1] < share)[:, None, None, None]
    return tf.where(chosen, images * near + others * (1 - near), images)


def _framed(images: tf.Tensor, seed: tf.Tensor, limits: Objects) -> tf.Tensor:
    import tensorflow as tf

    count, rows, columns = tf.shape(images)[0], images.shape[1], images.shape[2]
    draws = tf.random.stateless_uniform((7, count, 1, 1, 1), seed)
    # Half of the sides that could have a border have none.
    width = tf.maximum(draws[:4] * 2 - 1, 0.0) * limits.frame_width
    y = tf.reshape(tf.range(rows, dtype=tf.float32) / rows, (1, rows, 1, 1))
    x = tf.reshape(tf.range(columns, dtype=tf.float32) / columns, (1, 1, columns, 1))
    inside = (y >= width[0]) & (y < 1 - width[1]) & (x >= width[2]) & (x < 1 - width[3])
    gray = tf.where(draws[4] < 0.7, 0.0, draws[5])
    return tf.where((draws[6] < limits.frame) & ~inside, gray, images)


def _signed(images: tf.Tensor, seed: tf.Tensor, share: float) -> tf.Tensor:
    """Lay a sign of random place, size and turn over some of the images."""
    import tensorflow as tf

    count, rows, columns = tf.shape(images)[0], images.shape[1], images.shape[2]
    draws = tf.random.stateless_uniform((7, count), seed)
    signs = tf.constant(_signs())
    chosen = tf.gather(signs, tf.cast(draws[0] * len(_SIGNS), tf.int32))
    scale = _SIGN_SIZE / (rows * (0.05 + 0.1 * draws[1]))
    angle = (draws[2] - 0.5) * 0.6
    a, b = tf.cos(angle) * scale, tf.sin(angle) * scale
    x, y = draws[3] * columns, draws[4] * rows
    half = _SIGN_SIZE / 2
    zero = tf.zeros_like(a)
    matrix = tf.stack([a, b, half - a * x - b * y, -b, a, half + b * x - a * y, zero, zero], axis=1)
    alpha = tf.raw_ops.ImageProjectiveTransformV3(
        images=chosen,
        transforms=matrix,
        output_shape=(rows, columns),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    bright = tf.where(draws[5] < 0.85, 0.7 + 0.3 * draws[5], 0.0)[:, None, None, None]
    alpha *= tf.cast(draws[6] < share, tf.float32)[:, None, None, None]
    return images + (bright - images) * alpha


def _signs() -> NDArray[np.float32]:
    """Draw the signs, (S, 32, 32, 1), 0 to 1."""
    import cv2

    drawn = np.zeros((len(_SIGNS), _SIGN_SIZE, _SIGN_SIZE), np.uint8)
    for canvas, text in zip(drawn, _SIGNS, strict=True):
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 3)
        scale = 26 / max(width, height)
        corner = (round(16 - width * scale / 2), round(16 + height * scale / 2))
        cv2.putText(canvas, text, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 2, cv2.LINE_AA)
    return np.asarray(drawn[..., None] / 255, np.float32)
