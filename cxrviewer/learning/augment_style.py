"""Random changes to how an image was made: tone curve, sharpness, compression.

One hospital's normal and ill children were often radiographed, scaled and saved in different ways, which a
network learns before it learns disease. What is made at random tells it nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import tensorflow as tf

_KNOTS = 17
_BLOCK = 8
_LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""The luminance table of ITU-T T.81, annex K."""


@dataclass(frozen=True)
class Style:
    """Largest changes, as for `Augmentation`.

    Parameters
    ----------
    tones : float
        Share of the way to the grey values of another image of the batch.
    bands : float
        Logarithm of the factor of each of three bands of detail, to either side.
    compression : float
        Largest factor of the quantization table of JPEG; every second image has one.
    """

    tones: float = 1.0
    bands: float = 0.9
    compression: float = 2.0


def restyle(images: tf.Tensor, seed: tf.Tensor, limits: Style) -> tf.Tensor:
    """Change how a batch of images looks as if it was made; the same seed gives the same changes.

    Parameters
    ----------
    images : (N, H, W, 1) float32 tensor
        In 0 to 1, in steps of 1/255; sides are multiples of 8.
    seed : (2,) int tensor
        One a batch.
    limits : Style
        How much may change.

    Returns
    -------
    (N, H, W, 1) float32 tensor
        In 0 to 1.
    """
    import tensorflow as tf

    count = tf.shape(images)[0]
    draws = tf.random.stateless_uniform((6, count), seed)
    order = tf.argsort(draws[0])
    images = _toned_as(images, tf.gather(_quantiles(images), order), draws[1] * limits.tones)
    images = _banded(images, (draws[2:5] * 2 - 1) * limits.bands)
    strength = tf.maximum(draws[5] * 2 - 1, 0.0) * limits.compression
    return tf.clip_by_value(_compressed(images, strength), 0.0, 1.0)


def _quantiles(images: tf.Tensor) -> tf.Tensor:
    """Return evenly spaced quantiles, (N, 17), rising."""
    import tensorflow as tf

    few = tf.sort(tf.reshape(images[:, ::4, ::4], (tf.shape(images)[0], -1)), axis=1)
    last = tf.cast(tf.shape(few)[1] - 1, tf.float32)
    return tf.gather(few, tf.cast(tf.linspace(0.0, last, _KNOTS), tf.int32), axis=1)


def _toned_as(images: tf.Tensor, others: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Map each image's quantiles towards those of another one, in straight pieces (histogram matching).

    Images are in steps of 1/255, so that a table of 256 values does it.
    """
    import tensorflow as tf

    own = _quantiles(images)
    steps = tf.maximum(own[:, 1:] - own[:, :-1], 1e-4)
    wanted = own + (others - own) * share[:, None]
    slopes = (wanted[:, 1:] - wanted[:, :-1]) / steps
    ramp = tf.linspace(0.0, 1.0, 256)[None, :, None]
    inside = tf.clip_by_value(ramp - own[:, None, :-1], 0.0, steps[:, None])
    table = wanted[:, :1] + tf.reduce_sum(inside * slopes[:, None], axis=2)
    return tf.gather(table, tf.cast(tf.round(images * 255), tf.int32), batch_dims=1)


def _banded(images: tf.Tensor, gains: tf.Tensor) -> tf.Tensor:
    """Scale the detail between successive blurs, (3, N) logarithms, the finest first."""
    import tensorflow as tf

    size = images.shape[1:3]
    levels = [images, tf.nn.avg_pool2d(images, 3, 1, "SAME")]
    for factor in (4, 8):
        levels.append(tf.image.resize(tf.nn.avg_pool2d(images, factor, factor, "SAME"), size))
    factors = tf.exp(gains)[:, :, None, None, None]
    result = levels[-1]
    for index, (fine, coarse) in enumerate(pairwise(levels)):
        result += (fine - coarse) * factors[index]
    return result


def _compressed(images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
    """Round the cosine coefficients of 8x8 blocks as JPEG does; a strength of 0 leaves them as they are."""
    import tensorflow as tf

    basis = tf.constant(_cosines())
    table = np.asarray(_LUMINANCE, np.float32).reshape(1, 1, 1, -1) / 255
    coefficients = tf.nn.conv2d(images, basis, _BLOCK, "VALID")
    step = tf.maximum(table * strength[:, None, None, None], 1e-4)
    rounded = tf.round(coefficients / step) * step
    result = tf.nn.conv2d_transpose(rounded, basis, tf.shape(images), _BLOCK, "VALID")
    return tf.where((strength > 0)[:, None, None, None], result, images)


def _cosines() -> NDArray[np.float32]:
    """Return the orthonormal basis of an 8x8 block, (8, 8, 1, 64)."""
    at = np.arange(_BLOCK)
    one = np.cos((2 * at[None] + 1) * at[:, None] * np.pi / (2 * _BLOCK)) * np.sqrt(2 / _BLOCK)
    one[0] /= np.sqrt(2)
    basis = np.einsum("uy,vx->yxuv", one, one).reshape(_BLOCK, _BLOCK, 1, -1)
    return np.asarray(basis, np.float32)
