"""Reaching the logits of a model that ends in an activation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.models import backend
from cxrviewer.models.card import Activation

_ENDS = {"Softmax": Activation.SOFTMAX, "Sigmoid": Activation.SIGMOID}
_PASSED = frozenset({"Identity", "Cast", "Reshape", "Squeeze", "ExpandDims"})
# What the last layer of a classifier without an activation computes.
_LINEAR = frozenset(
    {
        "BiasAdd",
        "MatMul",
        "BatchMatMulV2",
        "Add",
        "AddV2",
        "AddN",
        "Sub",
        "Mean",
        "Max",
        "Sum",
        "Einsum",
        "ConcatV2",
    }
)


@dataclass(frozen=True, eq=False)
class Logits:
    """The scores of a model inside its graph.

    Parameters
    ----------
    tensor : tensor
        Float32, (n, K).
    activation : Activation
        What the model applies to them; LOGITS for none, and where it is not known.
    reached : bool
        False where `tensor` may be what an unknown activation made of the logits.
    """

    tensor: Any
    activation: Activation
    reached: bool


def find_logits(output: Any) -> Logits:
    """Walk the graph backwards from a model's output to what goes into its final activation.

    It does not matter whether the activation belongs to the last layer, is a layer of its own, or
    stands at the end of a nested model: the graph is the same. Outputs that are joined from several
    heads are followed into each. Keras's private note on the output (``_keras_logits``) is what is
    left where the graph hides the activation.

    Parameters
    ----------
    output : tensor
        (n, K), in a graph that is the default graph.
    """
    tf = backend.tensorflow()
    found = _unwrap(output)
    if found is None:
        noted = getattr(output, "_keras_logits", None)
        if noted is None:
            return Logits(tf.cast(output, tf.float32), Activation.LOGITS, _passed(output).op.type in _LINEAR)
        activation = Activation.SOFTMAX if "softmax" in output.op.name.lower() else Activation.SIGMOID
        found = noted, activation
    tensor, activation = found
    return Logits(tf.reshape(tf.cast(tensor, tf.float32), (-1, output.shape[1])), activation, True)


def settle_unknown(logits: Logits, sample: NDArray[np.float32]) -> Logits:
    """Return what the end of a model without a known activation is, judged by the output for one image.

    Parameters
    ----------
    logits : Logits
        Found without an activation.
    sample : (K,) float32 array
        Output for any image. Several values that sum to 1 are probabilities, even where the last
        operation is a linear one; values outside 0 to 1 are none.
    """
    inside = bool(sample.min() >= 0 and sample.max() <= 1)
    if inside and sample.size > 1 and abs(float(sample.sum()) - 1) < 1e-5:
        return replace(logits, activation=Activation.SOFTMAX, reached=False)
    if inside and not logits.reached:
        return replace(logits, activation=Activation.SIGMOID)
    return replace(logits, reached=True)


def _passed(tensor: Any) -> Any:
    """Return the tensor behind operations that change only shape or precision."""
    while tensor.op.type in _PASSED:
        tensor = tensor.op.inputs[0]
    return tensor


def _unwrap(tensor: Any) -> tuple[Any, Activation] | None:
    """Return the input of the activation that a tensor comes from, and which one it is."""
    tf = backend.tensorflow()
    tensor = _passed(tensor)
    if tensor.op.type in _ENDS:
        return tensor.op.inputs[0], _ENDS[tensor.op.type]
    if tensor.op.type == "ConcatV2":
        *joined, axis = tensor.op.inputs
        parts = [_unwrap(part) for part in joined]
        # A softmax of each head would not be one of all.
        if all(part is not None and part[1] is Activation.SIGMOID for part in parts):
            return tf.concat([part[0] for part in parts if part is not None], axis), Activation.SIGMOID
    return None
