"""One graph of a model, in which every layer's output is known.

The model is traced once while the `call` of each layer is wrapped, so that layers inside nested
models are seen in execution order with the tensors they give; the wrappers are taken off at once.
Computations of a layer are then cut from the graph, which needs neither the model nor a new trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from cxrviewer.explain.logits import Logits, find_logits, settle_unknown
from cxrviewer.models import backend
from cxrviewer.models.card import Activation


@dataclass(frozen=True, eq=False)
class TracedLayer:
    """A layer with a spatial output: path, class name and tensor of shape (n, rows, columns, channels)."""

    path: str
    kind: str
    tensor: Any
    rows: int
    columns: int
    channels: int


@dataclass(frozen=True, eq=False)
class Trace:
    """The graph of a model for one input shape.

    Parameters
    ----------
    function : WrappedFunction
        Owns the graph, of which `cut.cut` makes functions from any tensors to others.
    inputs : tensor
        Float32, (n, H, W, C).
    logits : Logits
        The scores.
    layers : dict of str to TracedLayer
        By path, in execution order; those that have a part in the scores.
    """

    function: Any
    inputs: Any
    logits: Logits
    layers: dict[str, TracedLayer]

    @property
    def batches(self) -> bool:
        """Whether the model takes several images at a time."""
        return self.inputs.shape[0] is None

    @property
    def opaque(self) -> bool:
        """Whether the model is a function that cannot be looked into."""
        operations = upstream(self.logits.tensor.op, None)
        return not self.layers and any("PartitionedCall" in operation.type for operation in operations)


def trace_model(model: Any, shape: tuple[int, int, int]) -> Trace:
    """Trace a Keras model in inference mode.

    Parameters
    ----------
    model : keras.Model
        Images in, a row of scores for each out. Left exactly as it was, after an error too.
    shape : tuple of int
        Rows, columns and channels of the input.
    """
    tf = backend.tensorflow()
    layers: dict[str, TracedLayer] = {}
    found: list[Logits] = []

    def forward(x: Any) -> Any:
        output = model(x, training=False)
        found.append(find_logits(output))
        return output

    count = model.inputs[0].shape[0]
    with _watched(model, layers):
        function = tf.compat.v1.wrap_function(forward, [tf.TensorSpec((count, *shape), tf.float32)])
    logits = found[-1]
    if logits.activation is Activation.LOGITS:
        logits = settle_unknown(logits, function(tf.fill((1, *shape), 0.5)).numpy()[0])
    reaching = upstream(logits.tensor.op, None)
    kept = {path: layer for path, layer in layers.items() if layer.tensor.op in reaching}
    return Trace(function, function.inputs[0], logits, kept)


def multiplications(trace: Trace, start: Any = None, *, dense: bool = False) -> int:
    """Return the multiplications of one image on the way to the scores, from the input or from a tensor.

    They tell how many images a step may take, the same on every machine.

    Parameters
    ----------
    trace : Trace
        Of the model.
    start : tensor, optional
        Where to begin.
    dense : bool
        Whether only those of dense layers count, each of which reads a weight of its own.
    """
    stop = start.op if start is not None else None
    operations = upstream(trace.logits.tensor.op, stop)
    return sum(_multiplications(each) for each in operations if not dense or each.type == "MatMul")


def is_bypassed(trace: Trace, layer: TracedLayer) -> bool:
    """Return whether the scores also depend on the input in ways that do not pass through a layer."""
    return trace.inputs.op in upstream(trace.logits.tensor.op, layer.tensor.op)


def upstream(start: Any, stop: Any) -> set[Any]:
    """Return the operations that one depends on, itself included; not beyond `stop`."""
    left, seen = [start], set()
    while left:
        operation = left.pop()
        if operation not in seen and operation is not stop:
            seen.add(operation)
            left.extend(tensor.op for tensor in operation.inputs)
    return seen


def _multiplications(operation: Any) -> int:
    if operation.type not in ("Conv2D", "DepthwiseConv2dNative", "MatMul", "_FusedConv2D"):
        return 0
    output, weights = operation.outputs[0].shape, operation.inputs[1].shape
    if output.rank is None or None in output[1:] or not weights.is_fully_defined():
        return 0
    if operation.type == "DepthwiseConv2dNative":
        return int(np.prod(output[1:]) * np.prod(weights[:2]))
    return int(np.prod(output[1:]) * np.prod(weights[:-1]))


@contextmanager
def _watched(model: Any, layers: dict[str, TracedLayer]) -> Iterator[None]:
    """Record the spatial output of every layer's last call while the block runs."""
    missing = object()
    kept: list[tuple[dict[str, Any], Any]] = []
    try:
        for path, layer in _leaves(model, ""):
            # Straight into __dict__: Keras tracks what is assigned to a layer.
            attributes = vars(layer)
            kept.append((attributes, attributes.get("call", missing)))
            attributes["call"] = _recording(layer, path, layers)
        yield
    finally:
        for attributes, original in kept:
            if original is missing:
                attributes.pop("call", None)
            else:
                attributes["call"] = original


def _recording(layer: Any, path: str, layers: dict[str, TracedLayer]) -> Callable[..., Any]:
    tf = backend.tensorflow()
    original = layer.call

    def call(*args: Any, **kwargs: Any) -> Any:
        output = original(*args, **kwargs)
        if not tf.is_tensor(output) or output.shape.rank != 4:
            return output
        # A tensor of its own: a layer that does nothing in inference returns its input.
        output = tf.identity(output)
        layers.pop(path, None)
        count, rows, columns, channels = output.shape
        if count in (None, 1) and channels and rows and columns and rows * columns > 1:
            layers[path] = TracedLayer(path, type(layer).__name__, output, rows, columns, channels)
        return output

    return call


def _leaves(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield the layers that are not models themselves, with their paths."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer, f"{prefix}{layer.name}/")
        elif not isinstance(layer, keras.layers.InputLayer):
            yield f"{prefix}{layer.name}", layer
