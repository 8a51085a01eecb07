"""A small residual network with post-activation blocks (He et al. 2016, arXiv:1512.03385).

The last stage keeps the grid of the one before it, so that a heatmap on a 224x224 input has 14x14 cells.
The head is global average pooling and one dense layer: the HiResCAM map of a class on the last feature
map sums, with the bias, to the class's logit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxrviewer.models.card import InputSpec

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ResidualSmallSpec:
    """Identity and shape of the network: `stages` are (filters, blocks, stride of the first block)."""

    id: str = "residual-small"
    name: str = "Small residual network"
    order: int = 10
    stem_filters: int = 32
    stages: tuple[tuple[int, int, int], ...] = ((32, 1, 1), (64, 2, 2), (96, 2, 2), (160, 2, 1))
    dropout: float = 0.3
    default_layer: str = "stage4_block2_out"


SPEC = ResidualSmallSpec()


def build(spec: InputSpec, classes: int) -> keras.Model:
    """Build the network with fresh weights.

    Parameters
    ----------
    spec : InputSpec
        Rows, columns and channels of the input. Its grid shrinks by 16: 224 rows give 14.
    classes : int
        Number of softmax outputs.

    Returns
    -------
    keras.Model
        Flat functional model, (N, rows, columns, channels) to (N, classes) probabilities, float32.
    """
    from cxrviewer.models.backend import tensorflow

    tensorflow()
    import keras

    inputs = keras.Input((spec.height, spec.width, spec.channels), name="image")
    x = _convolution(inputs, SPEC.stem_filters, 5, 2, "stem")
    x = keras.layers.ReLU(name="stem_out")(x)
    x = keras.layers.MaxPooling2D(3, 2, padding="same", name="stem_pool")(x)
    for stage, (filters, blocks, stride) in enumerate(SPEC.stages, start=1):
        for number in range(1, blocks + 1):
            x = _block(x, filters, stride if number == 1 else 1, f"stage{stage}_block{number}")
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    x = keras.layers.Dropout(SPEC.dropout, name="dropout")(x)
    outputs = keras.layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")(x)
    return keras.Model(inputs, outputs, name="residual_small")


def _block(x: keras.KerasTensor, filters: int, stride: int, name: str) -> keras.KerasTensor:
    import keras

    y = _convolution(x, filters, 3, stride, f"{name}_a")
    y = keras.layers.ReLU(name=f"{name}_a_relu")(y)
    y = _convolution(y, filters, 3, 1, f"{name}_b")
    if stride != 1 or x.shape[-1] != filters:
        x = _convolution(x, filters, 1, stride, f"{name}_skip")
    return keras.layers.ReLU(name=f"{name}_out")(keras.layers.Add(name=f"{name}_add")([x, y]))


def _convolution(x: keras.KerasTensor, filters: int, size: int, stride: int, name: str) -> keras.KerasTensor:
    import keras

    x = keras.layers.Conv2D(
        filters,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return keras.layers.BatchNormalization(name=f"{name}_norm")(x)
