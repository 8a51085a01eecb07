"""One loaded model with its compiled layers and what is known of the last images."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExplainError, ModelError, first_line
from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.catalog import attribute_function
from cxrviewer.explain.compiled import CompiledLayer, reaches_scores
from cxrviewer.explain.request import AUTO_LAYER, TOP_CLASS, ExplainRequest, LayerInfo, ModelInfo
from cxrviewer.explain.target import score_matrix
from cxrviewer.explain.trace import Trace, trace_model
from cxrviewer.models.card import ModelCard
from cxrviewer.models.fit import check_card, settle_card
from cxrviewer.models.guess import guess_card, guess_input
from cxrviewer.models.head import Head
from cxrviewer.models.loaded import LoadedModel
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.runtime import load_model

_KEPT_BYTES = 128 * 2**20


@dataclass(frozen=True, eq=False)
class _Seen:
    """What is known of one image at one layer: the gradients by class."""

    activations: NDArray[np.float32]
    prediction: Prediction
    gradients: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        return self.activations.nbytes * (1 + len(self.gradients))


class ModelSession:
    """A model that was loaded from a file.

    Parameters
    ----------
    path : Path
        The weights file.
    card : ModelCard, optional
        How to read the model; guessed where there is none.

    Raises
    ------
    ModelError
        The model cannot be loaded or cannot process an input of the card's size.
    CardError
        The card does not fit the model.
    """

    def __init__(self, path: Path, card: ModelCard | None) -> None:
        self._path = path
        self._compiled: dict[str, CompiledLayer] = {}
        self._seen: OrderedDict[tuple[str, str], _Seen] = OrderedDict()
        # The graph alone would not keep the model's variables.
        self._model = model = load_model(path)
        if card is not None:
            check_card(card, model)
        spec = card.input if card is not None else guess_input(model)
        self._shape = (spec.height, spec.width, spec.channels)
        self._trace = _traced(model, self._shape)
        self.info = self._describe(model, card)
        self._head = Head(
            self.info.card.activation, model.units, len(self.info.card.labels), self._trace.logits.reached
        )

    def prepare(self) -> None:
        """Compile the layer of the card and run it once, so that the first image does not wait for that."""
        if self.info.auto_layer:
            compiled = self._compile(self.info.auto_layer)
            compiled.run(np.zeros((1, *self._shape), np.float32), TOP_CLASS)

    def settle(self) -> None:
        """Prepare what a change of class at the layer that was explained last needs."""
        if self._seen:
            _, path = next(reversed(self._seen))
            self._compile(path).settle()

    def explain(self, request: ExplainRequest) -> tuple[Prediction, Attribution]:
        """Run the model and explain one class; reuse what is known of the image.

        Raises
        ------
        ExplainError
            The layer, method, class or input does not go with the model, or the model's output is
            not a number.
        """
        attribute = attribute_function(request.method)
        self._check(request)
        path = self._path_of(request.layer)
        compiled = self._compile(path)
        key = (request.input_key, path)
        seen = self._seen.pop(key, None)
        if seen is None:
            activations, raw, gradient = compiled.run(request.inputs, request.class_index)
            self._check_finite(raw, "output")
            seen = _Seen(activations, self._head.predict(raw))
            index = self._index(request, seen)
            seen.gradients[index] = gradient
        else:
            index = self._index(request, seen)
            if index not in seen.gradients:
                seen.gradients[index] = compiled.run_head(seen.activations, request.inputs, index)
        self._keep(key, seen)
        values = attribute(seen.activations, seen.gradients[index])
        self._check_finite(values, "heatmap")
        reached = self._trace.logits.reached
        return seen.prediction, Attribution(values, index, path, request.method, reached)

    def _describe(self, model: LoadedModel, card: ModelCard | None) -> ModelInfo:
        traced = tuple(layer for layer in self._trace.layers.values() if reaches_scores(self._trace, layer))
        activation = self._trace.logits.activation
        names = tuple(layer.path for layer in traced)
        card, notes = settle_card(card or guess_card(model, activation), model, activation, names)
        if not self._trace.logits.reached:
            notes += ("The model's logits could not be reached: heatmaps explain the probability.",)
        layers = tuple(LayerInfo(t.path, t.rows, t.columns, t.channels, t.kind) for t in traced)
        last = names[-1] if names else ""
        return ModelInfo(card, layers, card.default_layer if card.default_layer in names else last, notes)

    def _index(self, request: ExplainRequest, seen: _Seen) -> int:
        return seen.prediction.top if request.class_index == TOP_CLASS else request.class_index

    def _path_of(self, layer: str) -> str:
        return self.info.auto_layer if layer == AUTO_LAYER else layer

    def _compile(self, path: str) -> CompiledLayer:
        if path not in self._compiled:
            layer = self._trace.layers[path]
            self._compiled[path] = CompiledLayer(self._trace, layer, score_matrix(self._head))
        return self._compiled[path]

    def _keep(self, key: tuple[str, str], seen: _Seen) -> None:
        """Remember an image as the last one, and forget the oldest ones where they grow too large."""
        self._seen[key] = seen
        while len(self._seen) > 1 and sum(item.nbytes for item in self._seen.values()) > _KEPT_BYTES:
            self._seen.popitem(last=False)

    def _check(self, request: ExplainRequest) -> None:
        expected = (1, *self._shape)
        if request.inputs.shape != expected:
            message = f"The input has the shape {request.inputs.shape}, but the model takes {expected}."
            raise ExplainError(message, "Check the input in the model card.", self._path)
        self._check_finite(request.inputs, "input")
        if not self.info.auto_layer:
            message = "The model has no layer with a spatial output: there is nothing to lay over the image."
            raise ExplainError(message, "Choose a convolutional model.", self._path)
        names = [layer.path for layer in self.info.layers]
        if request.layer not in (AUTO_LAYER, *names):
            message = f"The model has no spatial layer '{request.layer}'."
            raise ExplainError(message, f"Choose one of: auto, {', '.join(names)}.", self._path)
        labels = self.info.card.labels
        if not TOP_CLASS <= request.class_index < len(labels):
            choices = ", ".join(f"{index} ({label})" for index, label in enumerate(labels))
            raise ExplainError(
                f"There is no class {request.class_index}.", f"Choose one of: {choices}.", self._path
            )

    def _check_finite(self, values: NDArray[np.float32], what: str) -> None:
        if not np.isfinite(values).all():
            message = f"The model's {what} for this image is not a number."
            raise ExplainError(message, "Check the scaling of the input in the model card.", self._path)


def _traced(model: LoadedModel, shape: tuple[int, int, int]) -> Trace:
    try:
        return trace_model(model.keras_model, shape)
    except Exception as error:  # A layer raises what it likes on a shape that it cannot take.
        message = f"The model cannot process an input of {'×'.join(map(str, shape))}: {first_line(error)}"
        raise ModelError(message, "Check the input in the model card.", model.path) from error
