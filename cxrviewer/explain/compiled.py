"""The computations of one layer, cut from a model's graph and compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExplainError
from cxrviewer.explain.trace import Trace, TracedLayer
from cxrviewer.models import backend

Floats = NDArray[np.float32]


def reaches_scores(trace: Trace, layer: TracedLayer) -> bool:
    """Return whether a layer's output has any part in the scores."""
    left, seen = [trace.logits.tensor.op], set()
    while left:
        operation = left.pop()
        if operation is layer.tensor.op:
            return True
        if operation not in seen:
            seen.add(operation)
            left.extend(tensor.op for tensor in operation.inputs)
    return False


class CompiledLayer:
    """Runs a model up to its scores with the gradient of one of them at a layer.

    Parameters
    ----------
    trace : Trace
        Of the model.
    layer : TracedLayer
        One of its layers, which reaches the scores.
    scores : (labels, units) float32 array
        The scores that can be explained, as weights on the logits.

    Raises
    ------
    ExplainError
        The scores have no gradient at the layer.
    """

    def __init__(self, trace: Trace, layer: TracedLayer, scores: Floats) -> None:
        tf = backend.tensorflow()
        self._trace = trace
        self._layer = layer
        with trace.function.graph.as_default():
            logits = trace.logits.tensor[0]
            self._index = tf.compat.v1.placeholder(tf.int32, ())
            # Counted out by hand, as matvec would compute in reduced precision on some devices.
            all_scores = tf.reduce_sum(tf.constant(scores) * logits, axis=1)
            top = tf.argmax(all_scores, output_type=tf.int32)
            score = tf.gather(all_scores, tf.where(self._index < 0, top, self._index))
            (gradient,) = tf.gradients(score, [layer.tensor])
            if gradient is None:
                message = (
                    f"The scores have no gradient at layer '{layer.path}': an operation behind it has none."
                )
                raise ExplainError(message, "Choose a later layer.")
            self._gradient = tf.cast(gradient, tf.float32)[0]
            fetches = [tf.cast(layer.tensor, tf.float32)[0], logits, self._gradient]
        self._full = trace.function.prune([trace.inputs, self._index], fetches)
        self._head: Any = None

    def run(self, inputs: Floats, class_index: int) -> tuple[Floats, Floats, Floats]:
        """Return activations (h, w, c), logits (units,) and gradient (h, w, c).

        Parameters
        ----------
        inputs : (1, H, W, C) float32 array
            The model's input.
        class_index : int
            Row of the scores; negative for the highest score.
        """
        tf = backend.tensorflow()
        results = self._full(tf.constant(inputs), tf.constant(class_index, tf.int32))
        activations, logits, gradient = (result.numpy() for result in results)
        return activations, logits, gradient

    def run_head(self, activations: Floats, inputs: Floats, class_index: int) -> Floats:
        """Return the gradient (h, w, c) of another score from known activations.

        Nothing that comes before the layer is computed again, but for what bypasses it.
        """
        tf = backend.tensorflow()
        if self._head is None:
            feeds = [self._layer.tensor, self._trace.inputs, self._index]
            self._head = self._trace.function.prune(feeds, self._gradient)
        known = tf.cast(tf.constant(activations[None]), self._layer.tensor.dtype)
        gradient: Floats = self._head(known, tf.constant(inputs), tf.constant(class_index, tf.int32)).numpy()
        return gradient

    def settle(self) -> None:
        """Prepare what the first change of class needs, where it is not yet."""
        if self._head is None:
            layer, inputs = self._layer, self._trace.inputs
            activations = np.zeros((layer.rows, layer.columns, layer.channels), np.float32)
            self.run_head(activations, np.zeros(inputs.shape, np.float32), 0)
