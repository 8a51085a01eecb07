"""The lung segmenter that ships with the program."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer import paths
from cxrviewer.errors import ModelError
from cxrviewer.models import backend
from cxrviewer.models.card import InputSpec, ModelCard, ResizeRule
from cxrviewer.models.card_toml import read_card

_WEIGHTS = ("segmenters", "lung-field.keras")
_HINT = "Install the program anew."


@cache
def lung_card() -> ModelCard:
    """Return the card of the segmenter: one label, whose threshold makes a mask of its probability.

    Raises
    ------
    CardError
        The card is missing or not usable.
    """
    return read_card(_weights().with_suffix(".toml"))


@cache
def segmenter() -> LungSegmenter:
    """Return the segmenter, in memory from the first call on; raises as `LungSegmenter`."""
    return LungSegmenter()


class LungSegmenter:
    """The segmenter in memory, for processes that run TensorFlow.

    Raises
    ------
    ModelError
        Its file is missing or damaged, or is no segmenter.
    """

    def __init__(self) -> None:
        from cxrviewer.models.runtime import rebuild

        tf = backend.tensorflow()
        spec = lung_card().input
        self._model, _ = rebuild(_weights())
        _check(self._model, spec)
        shape = (None, spec.height, spec.width, spec.channels)
        signature = [tf.TensorSpec(shape, tf.float32)]
        self._run = tf.function(
            lambda images: self._model(images, training=False), input_signature=signature
        ).get_concrete_function()

    def probabilities(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of lung, (n, H, W) float32, of inputs (n, H, W, C) by the card's rules."""
        found: NDArray[np.float32] = self._run(backend.tensorflow().constant(inputs)).numpy()
        return found[..., 0]


def _weights() -> Path:
    return paths.resource(*_WEIGHTS)


def _check(model: Any, spec: InputSpec) -> None:
    """Refuse what gives no mask of the whole image."""
    takes = tuple(model.inputs[0].shape[1:]) == (spec.height, spec.width, spec.channels)
    gives = tuple(model.outputs[0].shape[1:]) == (spec.height, spec.width, 1)
    if not takes or not gives or spec.resize is not ResizeRule.STRETCH:
        raise ModelError("The lung segmenter does not go with its card.", _HINT, _weights())
