"""A small U-Net for masks (Ronneberger, Fischer and Brox 2015, arXiv:1505.04597).

Narrower than the paper's, with padded convolutions and batch normalization, and upsampled by repetition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxrviewer.models.card import InputSpec

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class UNetSmallSpec:
    """Identity and shape of the network: `filters` are those of each level, the finest first."""

    id: str = "unet-small"
    name: str = "Small U-Net"
    order: int = 20
    filters: tuple[int, ...] = (12, 24, 40, 64, 88)
    dropout: float = 0.2


SPEC = UNetSmallSpec()


def build(spec: InputSpec, classes: int) -> keras.Model:
    """Build the network with fresh weights.

    Parameters
    ----------
    spec : InputSpec
        Rows, columns and channels of the input; rows and columns are multiples of 16.
    classes : int
        Number of masks, each with a sigmoid of its own.

    Returns
    -------
    keras.Model
        Flat functional model, (N, rows, columns, channels) to (N, rows, columns, classes), float32.
    """
    from cxrviewer.models.backend import tensorflow

    tensorflow()
    import keras

    inputs = keras.Input((spec.height, spec.width, spec.channels), name="image")
    x, skipped = inputs, []
    for level, filters in enumerate(SPEC.filters[:-1], start=1):
        x = _convolution(_convolution(x, filters, f"down{level}_a"), filters, f"down{level}_b")
        skipped.append(x)
        x = keras.layers.MaxPooling2D(name=f"down{level}_pool")(x)
    x = _convolution(x, SPEC.filters[-1], "bottom")
    x = keras.layers.SpatialDropout2D(SPEC.dropout, name="dropout")(x)
    for level in range(len(skipped), 0, -1):
        x = keras.layers.UpSampling2D(interpolation="nearest", name=f"up{level}_size")(x)
        x = keras.layers.Concatenate(name=f"up{level}_join")([x, skipped[level - 1]])
        x = _convolution(x, SPEC.filters[level - 1], f"up{level}")
    outputs = keras.layers.Conv2D(classes, 1, activation="sigmoid", dtype="float32", name="mask")(x)
    return keras.Model(inputs, outputs, name="unet_small")


def _convolution(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    import keras

    x = keras.layers.Conv2D(
        filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal", name=f"{name}_conv"
    )(x)
    x = keras.layers.BatchNormalization(name=f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)
