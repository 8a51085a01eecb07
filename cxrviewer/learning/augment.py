"""Random changes to training images that leave the diagnosis as it is.

A radiograph of which a diagnosis is asked is never mirrored: the heart is on one side.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class Augmentation:
    """Largest changes; each image gets its own, uniform up to these.

    Parameters
    ----------
    rotation : float
        Degrees to either side.
    shift : float
        Share of the side, to either side, both ways.
    zoom : float
        Logarithm of the factor, to either side.
    stretch : float
        Logarithm of the aspect ratio, to either side.
    contrast, gamma : float
        Logarithm of the factor about mid-gray and of the exponent, to either side.
    brightness : float
        In image values (0 to 1), to either side.
    sharpness : float
        Share of the local mean that is mixed in; to the other side half as much is taken away.
    noise : float
        Standard deviation in image values.
    cutout : float
        Side of a blanked square as a share of the image's side; every second image has one.
    flip : bool
        Whether every second image is mirrored; for what does not ask for a side.
    """

    rotation: float = 10.0
    shift: float = 0.08
    zoom: float = 0.15
    stretch: float = 0.08
    contrast: float = 0.3
    gamma: float = 0.35
    brightness: float = 0.1
    sharpness: float = 0.8
    noise: float = 0.03
    cutout: float = 0.3
    flip: bool = False


def augment(images: tf.Tensor, seed: tf.Tensor, limits: Augmentation) -> tf.Tensor:
    """Change a batch of images; the same seed gives the same changes.

    Parameters
    ----------
    images : (N, H, W, 1) float32 tensor
        In 0 to 1.
    seed : (2,) int tensor
        One a batch.
    limits : Augmentation
        How much may change.

    Returns
    -------
    (N, H, W, 1) float32 tensor
        In 0 to 1. What comes in from outside the image is black.
    """
    seeds, draws = _draws(images, seed)
    moved = _transformed(_mirrored(images, seeds[3], limits), draws[:5, :, 0, 0, 0], limits)
    return _toned(moved, draws[5:], seeds, limits)


def augment_pairs(
    images: tf.Tensor, masks: tf.Tensor, seed: tf.Tensor, limits: Augmentation
) -> tuple[tf.Tensor, tf.Tensor]:
    """Change a batch of images and their masks: both are moved alike, the image's tones are changed.

    Parameters
    ----------
    images, masks : (N, H, W, 1) float32 tensor
        In 0 to 1.
    seed, limits : (2,) int tensor, Augmentation
        As for `augment`.

    Returns
    -------
    images, masks : (N, H, W, 1) float32 tensor
        In 0 to 1.
    """
    import tensorflow as tf

    seeds, draws = _draws(images, seed)
    pairs = _mirrored(tf.concat([images, masks], axis=3), seeds[3], limits)
    images, masks = tf.split(_transformed(pairs, draws[:5, :, 0, 0, 0], limits), 2, axis=3)
    return _toned(images, draws[5:], seeds, limits), masks


def _mirrored(images: tf.Tensor, seed: tf.Tensor, limits: Augmentation) -> tf.Tensor:
    """Mirror every second image, where that is wanted."""
    import tensorflow as tf

    if not limits.flip:
        return images
    draw = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed)
    return tf.where(draw < 0.5, images[:, :, ::-1], images)


def _draws(images: tf.Tensor, seed: tf.Tensor) -> tuple[list[tf.Tensor], tf.Tensor]:
    import tensorflow as tf

    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 4), num=4)
    return seeds, tf.random.stateless_uniform((11, tf.shape(images)[0], 1, 1, 1), seeds[0], -1.0, 1.0)


def _toned(images: tf.Tensor, draws: tf.Tensor, seeds: list[tf.Tensor], limits: Augmentation) -> tf.Tensor:
    import tensorflow as tf

    images = _sharpness(images, draws[0], limits.sharpness)
    images = (images - 0.5) * tf.exp(draws[1] * limits.contrast) + 0.5 + draws[2] * limits.brightness
    images = tf.clip_by_value(images, 0.0, 1.0) ** tf.exp(draws[3] * limits.gamma)
    noise = tf.random.stateless_normal(tf.shape(images), seeds[1])
    images += noise * tf.abs(draws[4]) * limits.noise
    images = _cutout(images, draws[5], seeds[2], limits.cutout)
    return tf.clip_by_value(images, 0.0, 1.0)


def _transformed(images: tf.Tensor, draws: tf.Tensor, limits: Augmentation) -> tf.Tensor:
    """Rotate, scale and shift about the centre, bilinear."""
    import tensorflow as tf

    rows, columns = images.shape[1], images.shape[2]
    angle = draws[0] * (limits.rotation * pi / 180)
    dx, dy = draws[1] * limits.shift * columns, draws[2] * limits.shift * rows
    zoom, stretch = draws[3] * limits.zoom, draws[4] * limits.stretch / 2
    sx, sy = tf.exp(-zoom - stretch), tf.exp(-zoom + stretch)
    cx, cy = (columns - 1) / 2, (rows - 1) / 2
    a, b = tf.cos(angle) * sx, -tf.sin(angle) * sx
    d, e = tf.sin(angle) * sy, tf.cos(angle) * sy
    zero = tf.zeros_like(a)
    # Eight parameters of the map from output to input points, the last two of a projection.
    matrix = tf.stack([a, b, cx + dx - a * cx - b * cy, d, e, cy + dy - d * cx - e * cy, zero, zero], axis=1)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=matrix,
        output_shape=(rows, columns),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def _sharpness(images: tf.Tensor, draw: tf.Tensor, limit: float) -> tf.Tensor:
    import tensorflow as tf

    if not limit:
        return images
    weight = tf.where(draw < 0, draw * 0.5, draw) * limit
    return images + (tf.nn.avg_pool2d(images, 3, 1, "SAME") - images) * weight


def _cutout(images: tf.Tensor, draw: tf.Tensor, seed: tf.Tensor, limit: float) -> tf.Tensor:
    """Fill a square with the image's mean (DeVries and Taylor 2017, arXiv:1708.04552)."""
    import tensorflow as tf

    count, rows, columns = tf.shape(images)[0], images.shape[1], images.shape[2]
    centre = tf.random.stateless_uniform((2, count, 1, 1, 1), seed)
    y = tf.reshape(tf.range(rows, dtype=tf.float32) / rows, (1, rows, 1, 1))
    x = tf.reshape(tf.range(columns, dtype=tf.float32) / columns, (1, 1, columns, 1))
    half = tf.maximum(draw, 0.0) * limit / 2
    inside = (tf.abs(y - centre[0]) < half) & (tf.abs(x - centre[1]) < half)
    return tf.where(inside, tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True), images)
