"""One graph of a model, from which every layer's computations are cut.

The model is traced once while the `call` of each layer is wrapped, so that layers inside nested
models are seen in execution order with the tensors they give; the wrappers are taken off again at
once. Cutting the graph at a layer then needs neither the model nor another trace.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.models import backend
from cxrviewer.models.card import Activation

_tracing = threading.Lock()
_PASSED = ("Identity", "Cast", "Reshape", "Squeeze", "ExpandDims", "StopGradient")


@dataclass(frozen=True, eq=False)
class TracedLayer:
    """A layer with a spatial output, and its tensor of shape (1, rows, columns, channels)."""

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
    logits : tensor
        Float32, (K,): before the final activation where it could be reached.
    activation : Activation
        What the model ends in.
    explains_logit : bool
        False where `logits` are the probabilities after all.
    layers : tuple of TracedLayer
        In execution order.
    """

    function: Any
    inputs: Any
    logits: Any
    activation: Activation
    explains_logit: bool
    layers: tuple[TracedLayer, ...]


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
    seen: dict[str, TracedLayer] = {}
    outputs = []

    def forward(x: Any) -> Any:
        y = tf.cast(model(x, training=False), tf.float32)
        outputs.append(y)
        return y

    with _tracing, _watched(model, seen):
        function = tf.compat.v1.wrap_function(forward, [tf.TensorSpec((1, *shape), tf.float32)])
    with function.graph.as_default():
        logits, activation = _logits(outputs[0])
    return Trace(function, function.inputs[0], logits, activation, True, tuple(seen.values()))


def _logits(output: Any) -> tuple[Any, Activation]:
    """Return what goes into the final activation, found by walking the graph backwards."""
    tf = backend.tensorflow()
    tensor = output
    while tensor.op.type in _PASSED:
        tensor = tensor.op.inputs[0]
    kinds = {"Softmax": Activation.SOFTMAX, "Sigmoid": Activation.SIGMOID}
    activation = kinds.get(tensor.op.type, Activation.LOGITS)
    if activation is Activation.LOGITS:
        return output[0], activation
    return tf.reshape(tf.cast(tensor.op.inputs[0], tf.float32), output.shape)[0], activation


@contextmanager
def _watched(model: Any, seen: dict[str, TracedLayer]) -> Iterator[None]:
    """Record the spatial output of every layer's last call while the block runs."""
    wrapped: list[tuple[dict[str, Any], Any]] = []
    missing = object()
    try:
        for path, layer in _leaves(model, ""):
            attributes = vars(layer)
            wrapped.append((attributes, attributes.get("call", missing)))
            # Straight into __dict__: Keras tracks what is assigned to a layer.
            attributes["call"] = _recording(layer, path, seen)
        yield
    finally:
        for attributes, original in wrapped:
            if original is missing:
                del attributes["call"]
            else:
                attributes["call"] = original


def _recording(layer: Any, path: str, seen: dict[str, TracedLayer]) -> Callable[..., Any]:
    tf = backend.tensorflow()
    original = layer.call

    def call(*args: Any, **kwargs: Any) -> Any:
        output = original(*args, **kwargs)
        if not tf.is_tensor(output) or output.shape.rank != 4:
            return output
        # A tensor of its own: a layer that does nothing in inference returns its input.
        output = tf.identity(output)
        batch, rows, columns, channels = output.shape
        seen.pop(path, None)
        if batch == 1 and rows and columns and rows * columns > 1:
            seen[path] = TracedLayer(path, type(layer).__name__, output, rows, columns, channels)
        return output

    return call


def _leaves(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield the layers that are not models themselves, with their paths; shared ones once."""
    import keras

    known: set[int] = set()
    for layer in model.layers:
        path = f"{prefix}{layer.name}"
        if id(layer) in known or isinstance(layer, keras.layers.InputLayer):
            continue
        known.add(id(layer))
        if isinstance(layer, keras.Model):
            yield from _leaves(layer, f"{path}/")
        else:
            yield path, layer


@dataclass(frozen=True, eq=False)
class CompiledLayer:
    """The computations of one layer, compiled.

    `full` takes (inputs, class index) and gives (activations, logits, gradient); a negative class
    index stands for the class of the highest score. `head` takes (activations, inputs, class index)
    and gives the gradient, computing nothing that comes before the layer but what bypasses it.
    """

    full: Callable[..., Any]
    head: Callable[..., Any]

    def run(
        self, inputs: NDArray[np.float32], class_index: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return activations (h, w, c), logits (K,) and gradient (h, w, c) for an input (1, H, W, C)."""
        tf = backend.tensorflow()
        results = self.full(tf.constant(inputs), tf.constant(class_index, tf.int32))
        activations, logits, gradient = (result.numpy() for result in results)
        return activations, logits, gradient

    def run_head(
        self, activations: NDArray[np.float32], inputs: NDArray[np.float32], class_index: int
    ) -> NDArray[np.float32]:
        """Return the gradient (h, w, c) of another class from known activations (h, w, c)."""
        tf = backend.tensorflow()
        gradient: NDArray[np.float32] = self.head(
            tf.constant(activations[None]), tf.constant(inputs), tf.constant(class_index, tf.int32)
        ).numpy()
        return gradient


def compile_layer(trace: Trace, layer: TracedLayer, scores: NDArray[np.float32]) -> CompiledLayer | None:
    """Cut a layer's computations from the graph.

    Parameters
    ----------
    trace : Trace
        Of the model.
    layer : TracedLayer
        One of its layers.
    scores : (labels, units) float32 array
        Scores that can be explained, as weights on the logits.

    Returns
    -------
    CompiledLayer or None
        None where the layer's output does not reach the logits.
    """
    tf = backend.tensorflow()
    with _tracing, trace.function.graph.as_default():
        index = tf.compat.v1.placeholder(tf.int32, ())
        all_scores = tf.linalg.matvec(tf.constant(scores), trace.logits)
        top = tf.argmax(all_scores, output_type=tf.int32)
        score = tf.gather(all_scores, tf.where(index < 0, top, index))
        (gradient,) = tf.gradients(score, [layer.tensor])
        if gradient is None:
            return None
        activations, gradient = tf.cast(layer.tensor, tf.float32)[0], tf.cast(gradient, tf.float32)[0]
    full = trace.function.prune([trace.inputs, index], [activations, trace.logits, gradient])
    head = trace.function.prune([layer.tensor, trace.inputs, index], gradient)
    return CompiledLayer(full, head)
