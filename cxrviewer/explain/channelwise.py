"""How far behind a layer its channels stay apart from one another.

There, an image without one channel differs from the whole one in that channel alone, and what was pooled is
small: copies of it cost little.
"""

from __future__ import annotations

from typing import Any

from cxrviewer.explain.trace import Trace, TracedLayer, upstream
from cxrviewer.models import backend

_ONE_BY_ONE = frozenset(
    {"Identity", "Relu", "Relu6", "Elu", "Selu", "LeakyRelu", "Tanh", "Sigmoid", "Softplus"}
)
"""Operations on single values."""
_POOLING = frozenset({"MaxPool", "AvgPool"})
_REDUCTION = frozenset({"Mean", "Max"})


def channelwise_end(trace: Trace, layer: TracedLayer) -> Any:
    """Return the last tensor that follows from a layer channel by channel, the layer's own where none does.

    Parameters
    ----------
    trace : Trace
        Of the model.
    layer : TracedLayer
        Where to begin.

    Returns
    -------
    tensor
        Its last axis is the layer's channels.
    """
    tensor, reached = layer.tensor, upstream(trace.logits.tensor.op, layer.tensor.op)
    while True:
        operation = _only_consumer(tensor, reached)
        if operation is None or operation is trace.logits.tensor.op or not _is_channelwise(operation):
            return tensor
        tensor = operation.outputs[0]


def _is_channelwise(operation: Any) -> bool:
    if operation.type in _ONE_BY_ONE:
        return True
    if operation.type in _POOLING:
        return bool(operation.get_attr("data_format") == b"NHWC" and operation.get_attr("ksize")[3] == 1)
    if operation.type in _REDUCTION:
        axes = backend.tensorflow().get_static_value(operation.inputs[1])
        rank = operation.inputs[0].shape.rank
        return axes is not None and rank is not None and all(axis % rank != rank - 1 for axis in axes.ravel())
    return False


def flattened_dense(trace: Trace, layer: TracedLayer, end: Any) -> Any:
    """Return the dense layer's product that takes a tensor's flattened channels, None without one.

    Parameters
    ----------
    trace, layer : Trace, TracedLayer
        As for `channelwise_end`.
    end : tensor
        What it has returned.

    Returns
    -------
    operation or None
        A product with weights that do not depend on the image, of 32 bits.
    """
    reached = upstream(trace.logits.tensor.op, layer.tensor.op)
    flat = _only_consumer(end, reached)
    if flat is None or flat.type != "Reshape" or not end.shape[1:].is_fully_defined():
        return None
    product = _only_consumer(flat.outputs[0], reached)
    if product is None or product.type != "MatMul" or product is trace.logits.tensor.op:
        return None
    weights = product.inputs[1]
    usual = not (product.get_attr("transpose_a") or product.get_attr("transpose_b"))
    if not usual or weights.shape[0] != end.shape[1:].num_elements() or weights.dtype.name != "float32":
        return None
    return None if trace.inputs.op in upstream(weights.op, None) else product


def _only_consumer(tensor: Any, reached: set[Any]) -> Any:
    """Return the operation that alone takes a tensor's values, None where there are several."""
    takes = [operation for operation in tensor.consumers() if operation in reached]
    consumers = [operation for operation in takes if operation.type != "Shape"]
    return consumers[0] if len(consumers) == 1 else None
