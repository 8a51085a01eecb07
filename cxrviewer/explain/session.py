"""One loaded model with its compiled layers and the activations of the last image."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExplainError
from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.catalog import attribute_function
from cxrviewer.explain.request import AUTO_LAYER, TOP_CLASS, ExplainRequest, LayerInfo, ModelInfo
from cxrviewer.explain.target import score_matrix
from cxrviewer.explain.trace import CompiledLayer, compile_layer, trace_model
from cxrviewer.models.card import ModelCard
from cxrviewer.models.guess import guess_card, guess_input
from cxrviewer.models.head import Head
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.runtime import load_model


@dataclass(eq=False)
class _Seen:
    """What is known of one image at one layer."""

    key: tuple[str, str]
    activations: NDArray[np.float32]
    prediction: Prediction
    gradients: dict[int, NDArray[np.float32]] = field(default_factory=dict)


class ModelSession:
    """A model that was loaded from a file."""

    def __init__(self, path: Path, card: ModelCard | None) -> None:
        self._path = path
        model = load_model(path)
        spec = card.input if card is not None else guess_input(model)
        self._shape = (spec.height, spec.width, spec.channels)
        self._trace = trace_model(model.keras_model, self._shape)
        self._layers = {layer.path: layer for layer in self._trace.layers}
        card = card or guess_card(model, self._trace.activation)
        self._head = Head(card.activation, model.units, len(card.labels))
        self._compiled: dict[str, CompiledLayer | None] = {}
        self._seen: _Seen | None = None
        layers = tuple(
            LayerInfo(layer.path, layer.rows, layer.columns, layer.channels, layer.kind)
            for layer in self._trace.layers
        )
        auto = next((path for path in reversed(self._layers) if self._compile(path) is not None), "")
        self.info = ModelInfo(card, layers, auto)

    def explain(self, request: ExplainRequest) -> tuple[Prediction, Attribution]:
        """Run the model and explain one class; reuse what is known of the image.

        Raises
        ------
        ExplainError
            The layer, method, class or input does not go with the model.
        """
        attribute = attribute_function(request.method)
        self._check(request)
        path = self.info.auto_layer if request.layer == AUTO_LAYER else request.layer
        compiled = self._compile(path)
        if compiled is None:
            raise ExplainError(
                f"The output of layer '{path}' does not reach the model's output.", "", self._path
            )
        seen = self._seen
        if seen is None or seen.key != (request.input_key, path):
            activations, logits, gradient = compiled.run(request.inputs, request.class_index)
            seen = _Seen((request.input_key, path), activations, self._head.predict(logits))
            index = seen.prediction.top if request.class_index == TOP_CLASS else request.class_index
            seen.gradients[index] = gradient
            self._seen = seen
        index = seen.prediction.top if request.class_index == TOP_CLASS else request.class_index
        if index not in seen.gradients:
            seen.gradients[index] = compiled.run_head(seen.activations, request.inputs, index)
        values = attribute(seen.activations, seen.gradients[index])
        return seen.prediction, Attribution(values, index, path, request.method, self._trace.explains_logit)

    def _compile(self, path: str) -> CompiledLayer | None:
        if path not in self._compiled:
            self._compiled[path] = compile_layer(self._trace, self._layers[path], score_matrix(self._head))
        return self._compiled[path]

    def _check(self, request: ExplainRequest) -> None:
        expected = (1, *self._shape)
        if request.inputs.shape != expected:
            raise ExplainError(
                f"The input has the shape {request.inputs.shape}; the model takes {expected}.",
                "Check the input size of the model card.",
                self._path,
            )
        if not self.info.auto_layer:
            raise ExplainError(
                "The model has no layer with a spatial output, so there is nothing to put on the image.",
                "Choose a convolutional model.",
                self._path,
            )
        if request.layer not in (AUTO_LAYER, *self._layers):
            raise ExplainError(
                f"The model has no spatial layer '{request.layer}'.",
                f"Choose one of: auto, {', '.join(self._layers)}.",
                self._path,
            )
        labels = self.info.card.labels
        if not TOP_CLASS <= request.class_index < len(labels):
            raise ExplainError(
                f"There is no class {request.class_index}.",
                f"Choose 0 to {len(labels) - 1}: {', '.join(labels)}.",
                self._path,
            )
