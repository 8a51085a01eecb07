"""The computations that methods ask for, cut from a model's graph and compiled."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExplainError
from cxrviewer.explain.ablation import Ablation
from cxrviewer.explain.cut import cut
from cxrviewer.explain.steps import Floats
from cxrviewer.explain.target import UnitMasks
from cxrviewer.explain.trace import Trace, TracedLayer, is_bypassed, multiplications
from cxrviewer.models import backend

_KEPT_FUNCTIONS = 24
_KEPT_OPERATIONS = 48_000
"""Of all functions together; an operation takes about 10 KiB."""
_LITTER = 12_000
"""Operations of forgotten functions that may lie about."""
_STEP = 24e9
"""Multiplications in a step of a long computation: a quarter of a second on two cores."""
_ASIDE = 5e9
"""The same of what is computed along with what was asked for."""
_DENSE = 5e7
"""Weights of dense layers from which it takes long to read them."""
_MOST_IMAGES = 16
_MOST_TARGETS = 32
_MOST_BYTES = 10 * 2**20
"""Memory for greater arrays is fetched anew from the system in every step: twice the time and more."""
_BACKWARD = 3
"""A gradient at the input costs about three times the way forward."""


@dataclass(frozen=True, eq=False)
class LayerRun:
    """Activations (h, w, c), logits (units,) and gradient of the score (h, w, c) for one image.

    There is no gradient where an operation behind the layer has none.
    """

    activations: Floats
    logits: Floats
    gradients: Floats | None


class CompiledModel:
    """Runs parts of a model's graph: to its scores, to a layer and back, from a layer on.

    Parameters
    ----------
    trace : Trace
        Of the model.
    labels : sequence of UnitMasks
        The units that stand for each label; decides which is the most probable one.
    """

    def __init__(self, trace: Trace, labels: Sequence[UnitMasks]) -> None:
        tf = backend.tensorflow()
        self._trace = trace
        self.labels = tuple(labels)
        self._functions: OrderedDict[Hashable, Any] = OrderedDict()
        self._litter = 0
        self._gradients: dict[str, Any] = {}
        self._bypassed: dict[str, bool] = {}
        self._ablations: dict[str, Ablation] = {}
        self._all_built = False
        with trace.function.graph.as_default():
            units = trace.logits.tensor.shape[1]
            self._masks = [tf.compat.v1.placeholder(tf.float32, (None, units)) for _ in range(2)]
            self._score = _score(trace.logits.tensor, self._masks, labels)

    def logits(self, images: Floats) -> Floats:
        """Return the logits (n, units) of images (n, H, W, C)."""
        trace = self._trace
        function = self._function("logits", lambda: self._cut([trace.inputs], [trace.logits.tensor]))
        result: Floats = function(self._tensor(images))[0].numpy()
        return result

    def run(self, path: str, image: Floats, masks: UnitMasks | None) -> LayerRun:
        """Run a model up to its scores, with the gradient of one of them at a layer.

        Parameters
        ----------
        path : str
            The layer.
        image : (1, H, W, C) float32 array
            The model's input.
        masks : UnitMasks, optional
            The score; None for that of the most probable label.
        """
        return self.sweep((path,), image, masks)[0]

    def sweep(self, paths: tuple[str, ...], image: Floats, masks: UnitMasks | None) -> tuple[LayerRun, ...]:
        """Return what `run` would for each of several layers, from one run of the model."""
        return self.sweep_many(paths, image, masks)[0]

    def sweep_many(
        self, paths: tuple[str, ...], images: Floats, masks: UnitMasks | None
    ) -> list[tuple[LayerRun, ...]]:
        """Return what `sweep` would for each of several images (n, H, W, C), from one run of the model.

        An image's score depends on that image alone, so that the gradient of the sum is that of each.
        """
        slopes = [self._gradient(path) for path in paths]
        there = [place for place, slope in enumerate(slopes) if slope is not None]

        def build() -> Any:
            tensors = [self._layer(path).tensor for path in paths]
            fetches = [self._trace.logits.tensor, *tensors, *(slopes[place] for place in there)]
            return self._cut([self._trace.inputs, *self._masks], fetches)

        results = self._function(("run", paths), build)(self._tensor(images), *self._mask_tensors(masks))
        logits, *maps = (np.asarray(result.numpy(), np.float32) for result in results)
        slopes_at = dict(zip(there, maps[len(paths) :], strict=True))

        def run(image: int, place: int) -> LayerRun:
            slope = slopes_at.get(place)
            return LayerRun(maps[place][image], logits[image], None if slope is None else slope[image])

        return [tuple(run(image, place) for place in range(len(paths))) for image in range(len(images))]

    def head_gradients(
        self, path: str, activations: Floats, image: Floats, masks: Sequence[UnitMasks]
    ) -> Floats:
        """Return the gradients (n, h, w, c) of n other scores at a layer from its activations (h, w, c).

        Nothing that comes before the layer is computed again, but for what bypasses it.

        Raises
        ------
        ExplainError
            The scores have no gradient at the layer.
        """

        def build() -> Any:
            feeds = [self._layer(path).tensor, self._trace.inputs, *self._masks]
            return self._cut(feeds, [self._some_gradient(path)])

        copies = np.broadcast_to(activations, (len(masks), *activations.shape))
        images = np.broadcast_to(image, (len(masks) if self._is_bypassed(path) else 1, *image.shape[1:]))
        sides = [np.stack([getattr(mask, side) for mask in masks]) for side in ("positive", "negative")]
        function = self._function(("head gradients", path), build)
        arguments = [self._known(path, copies), *map(self._tensor, (images, *sides))]
        result: Floats = function(*arguments)[0].numpy()
        return result

    def ablated_logits(
        self, path: str, activations: Floats, image: Floats, channels: NDArray[np.int32]
    ) -> Floats:
        """Return the logits (n, units) that follow from activations (h, w, c) without one channel each.

        Parameters
        ----------
        path : str
            The layer.
        activations : (h, w, c) float32 array
            Its output.
        image : (1, H, W, C) float32 array
            For what bypasses the layer.
        channels : (n,) int32 array
            Each is set to zero in one copy; -1 leaves a copy as it is.
        """
        return self._ablation(path).logits(activations, image, channels)

    def input_gradients(self, images: Floats, masks: UnitMasks | None) -> tuple[Floats, Floats]:
        """Return the gradients of a score at the input (n, H, W, C) and the logits (n, units).

        Raises
        ------
        ExplainError
            The scores have no gradient at the input.
        """

        def build() -> Any:
            gradient = self._some_gradient("")
            return self._cut([self._trace.inputs, *self._masks], [gradient, self._trace.logits.tensor])

        results = self._function("input gradients", build)(self._tensor(images), *self._mask_tensors(masks))
        gradients, logits = (result.numpy() for result in results)
        return gradients, logits

    def images_a_step(self, *, backward: bool = False) -> int:
        """Return how many images fit into one step."""
        cost = multiplications(self._trace) * (_BACKWARD if backward else 1)
        return self._fitting(cost, self._image_bytes)

    def ablations_a_step(self, path: str) -> int:
        """Return how many channels of a layer fit into one step of `ablated_logits`."""
        place = self._ablation(path).place
        size, cost = _bytes(place), multiplications(self._trace, place)
        if self._is_bypassed(path):
            size += self._image_bytes
        # The weights of dense layers are read anew for every step: there, more memory pays.
        heavy = multiplications(self._trace, place, dense=True) > _DENSE
        room = 4 * _MOST_BYTES if heavy else _MOST_BYTES
        return self._fitting(cost, size, most=256, room=room)

    def targets_at_once(self, path: str) -> int:
        """Return for how many targets `head_gradients` takes little longer than for one.

        Where dense layers with many weights follow, reading these is what takes long. Elsewhere one, so
        that a map is the same to the last bit whether or not others were asked for.
        """
        layer = self._layer(path)
        cost = multiplications(self._trace, layer.tensor) * _BACKWARD
        heavy = multiplications(self._trace, layer.tensor, dense=True) > _DENSE
        if not heavy or self._is_bypassed(path):
            return 1
        return self._fitting(cost, _bytes(layer.tensor), most=_MOST_TARGETS, step=_ASIDE)

    def settle(self, path: str) -> None:
        """Prepare what the first change of the target at a layer needs; after that, runs of many images."""
        shape = self._trace.inputs.shape[1:]
        if ("head gradients", path) not in self._functions and self._gradient(path) is not None:
            layer = self._layer(path)
            units = self._trace.logits.tensor.shape[1]
            masks = UnitMasks(np.ones(units, np.float32), np.zeros(units, np.float32))
            activations = np.zeros((layer.rows, layer.columns, layer.channels), np.float32)
            self.head_gradients(path, activations, np.zeros((1, *shape), np.float32), [masks])
        elif "logits" not in self._functions:
            self.logits(np.zeros((self.images_a_step(), *shape), np.float32))

    def _fitting(
        self,
        multiplications_each: int,
        bytes_each: int,
        most: int = _MOST_IMAGES,
        step: float = _STEP,
        room: int = _MOST_BYTES,
    ) -> int:
        if not self._trace.batches:
            return 1
        # Rather one more than one less: the dense layers of VGG19 take as long for one image as for two.
        count = min(np.ceil(step / max(multiplications_each, 1)), room / max(bytes_each, 1))
        return int(np.clip(count, 1, most))

    def _function(self, key: Hashable, build: Callable[[], Any]) -> Any:
        """Return a compiled part of the graph; those used longest ago are forgotten."""
        function = self._functions.pop(key, None)
        if function is None:
            function = build()
            self._make_room(_operations(function))
        self._functions[key] = function
        return function

    def _cut(self, feeds: list[Any], fetches: list[Any]) -> Any:
        return cut(self._trace.function, feeds, fetches)

    def _make_room(self, operations: int) -> None:
        """Forget the functions used longest ago until there is room for one more of some size."""
        kept = operations + sum(map(_operations, self._functions.values()))
        while self._functions and (len(self._functions) >= _KEPT_FUNCTIONS or kept > _KEPT_OPERATIONS):
            gone = _operations(self._functions.popitem(last=False)[1])
            kept, self._litter = kept - gone, self._litter + gone
        if self._litter > _LITTER:
            # Graphs refer to themselves, and the collector would not look for them for long.
            gc.collect()
            self._litter = 0

    def _gradient(self, path: str) -> Any:
        """Return the tensor of the score's gradient at a layer, or at the input for ""; None without one.

        The first layer gets its own way back; for a second one, the ways to all are made at once, because
        each alone would be added to the graph for good.
        """
        tf = backend.tensorflow()
        if path not in self._gradients and not self._all_built:
            wanted = [*self._trace.layers, ""] if self._gradients else [path]
            tensors = [self._layer(name).tensor if name else self._trace.inputs for name in wanted]
            with self._trace.function.graph.as_default():
                found = tf.gradients(self._score, tensors)
                floats = [None if gradient is None else tf.cast(gradient, tf.float32) for gradient in found]
            self._all_built = bool(self._gradients)
            self._gradients = dict(zip(wanted, floats, strict=True)) | self._gradients
        return self._gradients.get(path)

    def _some_gradient(self, path: str) -> Any:
        gradient = self._gradient(path)
        if gradient is None:
            raise no_gradient(path)
        return gradient

    @property
    def _image_bytes(self) -> int:
        return _bytes(self._trace.inputs)

    def _ablation(self, path: str) -> Ablation:
        if path not in self._ablations:
            self._ablations[path] = Ablation(self._trace, self._layer(path), self._function)
        return self._ablations[path]

    def _is_bypassed(self, path: str) -> bool:
        if path not in self._bypassed:
            self._bypassed[path] = is_bypassed(self._trace, self._layer(path))
        return self._bypassed[path]

    def _layer(self, path: str) -> TracedLayer:
        return self._trace.layers[path]

    def _known(self, path: str, activations: Floats) -> Any:
        tf = backend.tensorflow()
        return tf.cast(tf.constant(activations), self._layer(path).tensor.dtype)

    def _tensor(self, values: NDArray[Any]) -> Any:
        return backend.tensorflow().constant(values)

    def _mask_tensors(self, masks: UnitMasks | None) -> list[Any]:
        units = self._trace.logits.tensor.shape[1]
        zeros = np.zeros(units, np.float32)
        sides = (zeros, zeros) if masks is None else (masks.positive, masks.negative)
        return [self._tensor(side[None]) for side in sides]


def no_gradient(path: str) -> ExplainError:
    """Return what is said where a layer, or the input for "", lacks the gradient that a method needs."""
    where = f"layer '{path}'" if path else "the input"
    message = f"The scores have no gradient at {where}: an operation behind it has none."
    return ExplainError(message, "Choose a later layer, or a method that needs no gradient.")


def _bytes(tensor: Any) -> int:
    return int(np.prod(tensor.shape[1:])) * 4


def _operations(function: Any) -> int:
    return len(function.graph.get_operations())


def _score(logits: Any, masks: list[Any], labels: Sequence[UnitMasks]) -> Any:
    """Return the sum over the images of the score that two masks name; of the top label where both are 0."""
    tf = backend.tensorflow()
    tables = [
        tf.constant(np.stack([getattr(label, side) for label in labels])) for side in ("positive", "negative")
    ]
    # Counted out by hand, as a product of matrices would compute in reduced precision on some devices.
    by_label = tf.reduce_sum((tables[0] - tables[1])[None] * logits[:, None], axis=2)
    top = tf.argmax(by_label, axis=1)
    given = tf.reduce_any(masks[0] + masks[1] > 0, axis=1, keepdims=True)
    sides = [tf.where(given, mask, tf.gather(table, top)) for mask, table in zip(masks, tables, strict=True)]
    return tf.reduce_sum(_lse(logits, sides[0]) - _lse(logits, sides[1]))


def _lse(logits: Any, mask: Any) -> Any:
    """Return the logarithm of the sum of the exponentials of the logits that a mask picks; 0 where none."""
    tf = backend.tensorflow()
    picked = tf.broadcast_to(mask > 0, tf.shape(logits))
    some = tf.reduce_any(picked, axis=1)
    # The lowest number, not minus infinity, which has no gradient where nothing is picked.
    total = tf.reduce_logsumexp(tf.where(picked, logits, -1e30), axis=1)
    return tf.where(some, total, 0.0)
