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

from cxrviewer.explain.logits import Logits, find_logits, settle_unknown
from cxrviewer.models import backend
from cxrviewer.models.card import Activation


@dataclass(frozen=True, eq=False)
class TracedLayer:
    """A layer with a spatial output: path, class name and tensor of shape (1, rows, columns, channels)."""

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
        Owns the graph; can be pruned to any feeds and fetches.
    inputs : tensor
        Float32, (1, H, W, C).
    logits : Logits
        The scores.
    layers : dict of str to TracedLayer
        By path, in execution order.
    """

    function: Any
    inputs: Any
    logits: Logits
    layers: dict[str, TracedLayer]


def trace_model(model: Any, shape: tuple[int, int, int]) -> Trace:
    """Trace a Keras model in inference mode.

    Parameters
    ----------
    model : keras.Model
        One image in, one row of scores out. Left exactly as it was, after an error too.
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

    with _watched(model, layers):
        function = tf.compat.v1.wrap_function(forward, [tf.TensorSpec((1, *shape), tf.float32)])
    logits = found[-1]
    if logits.activation is Activation.LOGITS:
        logits = settle_unknown(logits, function(tf.fill((1, *shape), 0.5)).numpy()[0])
    return Trace(function, function.inputs[0], logits, layers)


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
        batch, rows, columns, channels = output.shape
        if batch == 1 and channels and rows and columns and rows * columns > 1:
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
