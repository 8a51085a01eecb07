"""Channels taken out where they come together give what channels taken out at the layer give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import builders
import keras
import numpy as np
import pytest

from cxrviewer.explain.ablation import Ablation
from cxrviewer.explain.channelwise import channelwise_end
from cxrviewer.explain.compiled import CompiledModel
from cxrviewer.explain.target import of_label, unit_masks
from cxrviewer.explain.trace import trace_model
from cxrviewer.models.card import Activation
from cxrviewer.models.head import Head

HEAD = Head(Activation.LOGITS, 3, 3)
CHANNELS = 6

layers = keras.layers
HEADS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...], tuple[int, ...]]] = {
    # What follows the layer; the shape up to which its channels stay apart; that of which copies are made.
    "global average": (lambda x: layers.Dense(3)(layers.GlobalAveragePooling2D()(x)), (6,), (6,)),
    "relu and global maximum": (
        lambda x: layers.Dense(3)(layers.GlobalMaxPooling2D(keepdims=True)(layers.ReLU()(x))[:, 0, 0]),
        (1, 1, 6),
        (1, 1, 6),
    ),
    "pooled and flattened": (
        lambda x: layers.Dense(3)(
            layers.Dense(5, "relu")(layers.Flatten()(layers.MaxPooling2D()(layers.Activation("sigmoid")(x))))
        ),
        (4, 4, 6),
        (5,),
    ),
    "flattened": (
        lambda x: layers.Dense(3)(layers.Dense(5, "tanh")(layers.Flatten()(x))),
        (8, 8, 6),
        (5,),
    ),
    "flattened before the scores": (lambda x: layers.Dense(3)(layers.Flatten()(x)), (8, 8, 6), (3,)),
    "average and maximum": (
        lambda x: layers.Dense(3)(
            layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
        ),
        (8, 8, 6),
        (8, 8, 6),
    ),
    "another convolution": (
        lambda x: layers.Dense(3)(layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(x))),
        (8, 8, 6),
        (8, 8, 6),
    ),
}


@pytest.mark.parametrize("head", HEADS)
def test_a_channel_taken_out_late_is_taken_out(head: str) -> None:
    after, apart, copied = HEADS[head]
    image = keras.Input((16, 16, 1))
    at_layer = keras.layers.Conv2D(CHANNELS, 3, 2, "same", name="layer")(image)
    model = builders.randomise(keras.Model(image, after(at_layer)))
    trace = trace_model(model, (16, 16, 1))
    layer = trace.layers["layer"]
    compiled = CompiledModel(trace, [unit_masks(HEAD, of_label(index)) for index in range(3)])
    assert tuple(channelwise_end(trace, layer).shape[1:]) == apart
    assert tuple(Ablation(trace, layer, lambda key, build: build()).place.shape[1:]) == copied

    rest = keras.Model(at_layer, model.output)
    generator = np.random.default_rng(2)
    for picture in generator.random((2, 1, 16, 16, 1), np.float32):
        known = generator.normal(size=(8, 8, CHANNELS)).astype(np.float32)
        channels = np.array([3, -1, 0, 5], np.int32)
        logits = compiled.ablated_logits("layer", known, picture, channels)
        for row, channel in zip(logits, channels, strict=True):
            without = known.copy()
            if channel >= 0:
                without[..., channel] = 0
            expected = rest(without[None]).numpy()[0]
            np.testing.assert_allclose(row, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
