"""What follows from the output of a layer without one of its channels."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.channelwise import channelwise_end, flattened_dense
from cxrviewer.explain.cut import Made, cut
from cxrviewer.explain.steps import Floats
from cxrviewer.explain.trace import Trace, TracedLayer, is_bypassed
from cxrviewer.models import backend

Keep = Callable[[Hashable, Callable[[], Any]], Any]
"""Returns the function of a key, made by a callable where it is not there."""


class Ablation:
    """Takes out channels where they come together, not at the layer: what was pooled is small.

    Where a dense layer takes the flattened channels, what each adds to its output is counted out once: for
    VGG19 that saves 25,088 × 4,096 multiplications for every channel.

    Parameters
    ----------
    trace : Trace
        Of the model.
    layer : TracedLayer
        Whose channels are taken out.
    keep : callable
        Keeps the compiled functions.
    """

    def __init__(self, trace: Trace, layer: TracedLayer, keep: Keep) -> None:
        self._trace = trace
        self._layer = layer
        self._keep = keep
        self._end = channelwise_end(trace, layer)
        self._dense = flattened_dense(trace, layer, self._end)
        self._bypassed = is_bypassed(trace, layer)
        self._activations: Floats | None = None
        self._ends: tuple[Any, Any] = (None, None)

    @property
    def place(self) -> Any:
        """The tensor of which there is a copy for every channel that is taken out."""
        return self._end if self._dense is None else self._dense.outputs[0]

    def logits(self, activations: Floats, image: Floats, channels: NDArray[np.int32]) -> Floats:
        """Return the logits (n, units) without one channel each; as `CompiledModel.ablated_logits`."""
        tf = backend.tensorflow()
        if self._activations is not activations:
            known = tf.cast(tf.constant(activations[None]), self._layer.tensor.dtype)
            whole, blank = self._at_end(known), self._at_end(tf.zeros_like(known))
            self._ends = (whole, blank) if self._dense is None else self._dense_outputs(whole, blank)
            self._activations = activations
        whole, other = self._ends
        images = np.repeat(image, len(channels) if self._bypassed else 1, axis=0)
        if self._dense is not None:
            fed = [tf.constant(whole - other[channels]), tf.constant(images)]
        else:
            fed = [whole, other, tf.constant(channels), tf.constant(images)]
        result: Floats = self._function("rest", self._rest)(*fed)[0].numpy()
        return result

    def _at_end(self, known: Any) -> Any:
        start = self._layer.tensor
        if self._end is start:
            return known
        return self._function("apart", lambda: cut(self._trace.function, [start], [self._end]))(known)[0]

    def _rest(self) -> Any:
        """Return the function from where channels are taken out to the logits."""
        tf = backend.tensorflow()
        inputs, logits = self._trace.inputs, self._trace.logits.tensor
        if self._dense is not None:
            return cut(self._trace.function, [self._dense.outputs[0], inputs], [logits])
        end = self._end
        between = (1,) * (end.shape.rank - 2)

        def without(whole: Any, blank: Any, indices: Any, images: Any) -> list[Any]:
            # The copies are made where they are used: to hand them over takes longer than what follows.
            taken = tf.one_hot(indices, end.shape[-1], True, False)
            return [tf.where(tf.reshape(taken, (-1, *between, end.shape[-1])), blank, whole), images]

        one = tf.TensorSpec((1, *end.shape[1:]), end.dtype)
        signature = [one, one, tf.TensorSpec((None,), tf.int32), tf.TensorSpec((None, *inputs.shape[1:]))]
        return cut(self._trace.function, [end, inputs], [logits], Made(signature, without))

    def _dense_outputs(self, whole: Any, blank: Any) -> tuple[Floats, Floats]:
        """Return the outputs (1, units) of the dense layer, and each channel's part (c + 1, units)."""
        weights = self._dense.inputs[1]
        (read,) = self._function("dense", lambda: cut(self._trace.function, [], [weights]))()
        together, count = np.asarray(read), self._end.shape[-1]
        lost = (np.asarray(whole) - np.asarray(blank)).reshape(-1, count)
        # One product a channel of its rows of the weights, which are read where they lie.
        rows = together.reshape(-1, count, together.shape[1]).transpose(1, 0, 2)
        added = np.matmul(np.ascontiguousarray(lost.T)[:, None], rows)[:, 0]
        return np.asarray(whole).reshape(1, -1) @ together, np.vstack([added, np.zeros_like(added[:1])])

    def _function(self, part: str, build: Callable[[], Any]) -> Any:
        return self._keep(("ablation", part, self._layer.path), build)
