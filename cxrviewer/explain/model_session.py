"""One loaded model with its compiled parts and what is known of the last images."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExplainError, ModelError, first_line
from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.blocks import block_names
from cxrviewer.explain.catalog import attribute_function, method_spec, methods
from cxrviewer.explain.compiled import CompiledModel, LayerRun
from cxrviewer.explain.fusion import fuse
from cxrviewer.explain.known import KnownImages
from cxrviewer.explain.method_spec import Family, Units
from cxrviewer.explain.model_info import LayerInfo, ModelInfo
from cxrviewer.explain.probe import Probe, ProbedImage
from cxrviewer.explain.question import Question, settle
from cxrviewer.explain.request import ExplainRequest
from cxrviewer.explain.smoothing import copies
from cxrviewer.explain.steps import Floats, Steps, in_steps
from cxrviewer.explain.target import TOP, of_label, settle_target, unit_masks
from cxrviewer.explain.trace import Trace, trace_model
from cxrviewer.models.card import ModelCard
from cxrviewer.models.fit import check_card, settle_card
from cxrviewer.models.guess import guess_card, guess_input
from cxrviewer.models.head import Head
from cxrviewer.models.loaded import LoadedModel
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.runtime import load_model


class ModelSession:
    """A model that was loaded from a file.

    Parameters
    ----------
    path : Path
        The weights file.
    card : ModelCard, optional
        How to read the model; guessed where there is none.
    model : LoadedModel, optional
        Where it is in memory already: one that is being trained, say. Its weights may change, but then
        images are to have other keys.

    Raises
    ------
    ModelError
        The model cannot be loaded or cannot process an input of the card's size.
    CardError
        The card does not fit the model.
    """

    def __init__(self, path: Path, card: ModelCard | None, model: LoadedModel | None = None) -> None:
        self._path = path
        # The graph alone would not keep the model's variables.
        self._model = model = model or load_model(path)
        if card is not None:
            check_card(card, model)
        spec = card.input if card is not None else guess_input(model)
        self._shape = (spec.height, spec.width, spec.channels)
        self._trace = _traced(model, self._shape)
        self.info = self._describe(model, card)
        labels = range(len(self.info.card.labels))
        self._head = Head(self.info.card.activation, model.units, len(labels), self._trace.logits.reached)
        masks = [unit_masks(self._head, of_label(index)) for index in labels]
        self._compiled = CompiledModel(self._trace, masks)
        self._known = KnownImages(self._compiled)
        self._prepared = False

    def prepare(self) -> None:
        """Compile the layer of the card and run it once, so that the first image does not wait for that."""
        self._prepared = True
        if self.info.auto_layer:
            self._compiled.run(self.info.auto_layer, np.zeros((1, *self._shape), np.float32), None)

    def settle(self) -> None:
        """Prepare what a change of target at the layer that was explained last needs, or the first image."""
        if self._known.last_layer:
            self._compiled.settle(self._known.last_layer)
        elif not self._prepared and not self._trace.opaque:
            self.prepare()

    def predict(self, request: ExplainRequest) -> Prediction:
        """Return the model's output for an image.

        Raises
        ------
        ExplainError
            The input or the question does not go with the model, or the model's output is not a number.
        """
        self._check(request.inputs)
        question = settle(request.question, self.info, None)
        key, image = request.input_key, request.inputs
        if not self._known.has_logits(key) and question.layers:
            # One run gives both the output and what the map needs.
            layer = question.layers[0]
            if question.target == TOP:
                run = self._compiled.run(layer, image, None)
                self._check_finite(run.logits, "output")
                target = of_label(self._head.predict(run.logits).top)
            else:
                target = question.target
                run = self._compiled.run(layer, image, unit_masks(self._head, target))
            self._known.put(key, layer, unit_masks(self._head, target), run)
        raw = self._known.logits(key, image)
        self._check_finite(raw, "output")
        return self._head.predict(raw)

    def predict_many(self, inputs: Floats) -> tuple[Prediction, ...]:
        """Return the model's output for several images (n, H, W, C).

        Raises
        ------
        ExplainError
            The model's output is not a number.
        """
        together = self._trace.batches
        parts = [inputs] if together else [inputs[place : place + 1] for place in range(len(inputs))]
        raw = np.concatenate([self._compiled.logits(part) for part in parts])
        self._check_finite(raw, "output")
        return tuple(self._head.predict(row) for row in raw)

    def explain(self, request: ExplainRequest, prediction: Prediction) -> Generator[float, None, Attribution]:
        """Answer a question in steps; what is known of the image is reused.

        Parameters
        ----------
        request : ExplainRequest
            What is asked.
        prediction : Prediction
            From `predict`.

        Raises
        ------
        ExplainError
            The map has values that are not numbers.
        """
        question = settle(request.question, self.info, prediction)
        variants = copies(_probed(request), question.smoothing)
        total = np.zeros((), np.float32)
        notes: list[str] = []
        for number, variant in enumerate(variants):
            key = f"{request.input_key}#{number}" if number else request.input_key
            steps = self._map(key, variant.image, question, notes)
            values = yield from _part(steps, number, len(variants))
            total = total + (variant.undone(values) if number else values)
        values = np.asarray(total / np.float32(len(variants)), np.float32)
        # What is said of the map of one copy does not hold for the mean.
        return self._attribution(values, question, notes if len(variants) == 1 else [])

    def sweep(
        self, request: ExplainRequest, prediction: Prediction, layers: tuple[str, ...]
    ) -> tuple[Attribution, ...]:
        """Answer a question for each of several layers from one run of the model.

        Raises
        ------
        ExplainError
            The question does not go with the model, its method needs more than activations and gradients,
            or its maps are means over copies.
        """
        family = method_spec(request.question.method).family
        if family is not Family.GRADIENT_CAM or request.question.smoothing > 1:
            raise ExplainError("Only class activation maps of an image as it is are made for many layers.")
        asked = [
            settle(replace(request.question, layers=(layer,)), self.info, prediction) for layer in layers
        ]
        paths = tuple(question.layers[0] for question in asked)
        masks = unit_masks(self._head, settle_target(request.question.target, prediction))
        image = _probed(request)
        found = []
        for one, run in zip(asked, self._compiled.sweep(paths, request.inputs, masks), strict=True):
            probe = self._probe(request.input_key, image, one, one.layers[0], partial(_same, run))
            outcome = attribute_function(one.method)(probe, **dict(one.parameters))
            found.append(self._attribution(np.asarray(outcome), one, probe.notes))
        return tuple(found)

    @property
    def images_at_once(self) -> int:
        """How many images `explain_many` takes with most use: more take more memory and are no faster."""
        return self._compiled.images_a_step(backward=True)

    def explain_many(
        self, requests: Sequence[ExplainRequest]
    ) -> list[tuple[Prediction, Attribution] | ExplainError]:
        """Answer the same question about several images; class activation maps from one run of the model.

        Parameters
        ----------
        requests : sequence of ExplainRequest
            Of one question; at least one.

        Returns
        -------
        list
            For each image the model's output and the map, or why there is none.
        """
        question = requests[0].question
        together = (
            self._trace.batches
            and method_spec(question.method).family is Family.GRADIENT_CAM
            and question.smoothing <= 1
        )
        if not together:
            return [self._outcome(partial(self._alone, request)) for request in requests]
        asked = settle(question, self.info, None)
        masks = None if asked.target == TOP else unit_masks(self._head, asked.target)
        images = np.concatenate([request.inputs for request in requests])
        runs = self._compiled.sweep_many(asked.layers, images, masks)
        return [
            self._outcome(partial(self._of_runs, request, found))
            for request, found in zip(requests, runs, strict=True)
        ]

    def _outcome(
        self, answer: Callable[[], tuple[Prediction, Attribution]]
    ) -> tuple[Prediction, Attribution] | ExplainError:
        try:
            return answer()
        except ExplainError as error:
            return error

    def _alone(self, request: ExplainRequest) -> tuple[Prediction, Attribution]:
        prediction = self.predict(request)
        steps = self.explain(request, prediction)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return prediction, end.value

    def _of_runs(self, request: ExplainRequest, runs: tuple[LayerRun, ...]) -> tuple[Prediction, Attribution]:
        """Return output and map of an image whose activations and gradients are there, one run a layer."""
        self._check(request.inputs)
        self._check_finite(runs[0].logits, "output")
        prediction = self._head.predict(runs[0].logits)
        question = settle(request.question, self.info, prediction)
        maps, notes = [], []
        for layer, run in zip(question.layers, runs, strict=True):
            probe = self._probe(request.input_key, _probed(request), question, layer, partial(_same, run))
            outcome = attribute_function(question.method)(probe, **dict(question.parameters))
            maps.append(np.asarray(outcome))
            notes += probe.notes
        values = maps[0] if len(maps) == 1 else fuse(maps, question.fusion)
        return prediction, self._attribution(values, question, notes)

    def _map(self, key: str, image: ProbedImage, question: Question, notes: list[str]) -> Steps:
        """Return the map of one image, fused from those of the layers, and add what is said of it."""
        maps = []
        layers = question.layers or ("",)
        for number, layer in enumerate(layers):
            probe = self._probe(key, image, question, layer)
            outcome = attribute_function(question.method)(probe, **dict(question.parameters))
            maps.append((yield from _part(in_steps(outcome), number, len(layers))))
            notes += probe.notes
        return maps[0] if len(maps) == 1 else fuse(maps, question.fusion)

    def _probe(
        self,
        key: str,
        image: ProbedImage,
        question: Question,
        layer: str,
        run: Callable[[], LayerRun] | None = None,
    ) -> Probe:
        masks = unit_masks(self._head, question.target)
        return Probe(
            self._compiled,
            image,
            masks,
            layer,
            logits=lambda: self._known.logits(key, image.values),
            run=run or (lambda: self._known.run(key, image.values, layer, masks)),
            memo=self._known.memo((key, layer, question.method, question.parameters)),
        )

    def _attribution(self, values: Floats, question: Question, notes: list[str]) -> Attribution:
        self._check_finite(values, "heatmap")
        units = method_spec(question.method).units
        factor = None
        reached = self._trace.logits.reached
        if reached and len(question.layers) <= 1 and units is not Units.NONE:
            factor = float(values.size) if units is Units.SHARE else 1.0
        return Attribution(values, question, reached, factor, tuple(notes))

    def _describe(self, model: LoadedModel, card: ModelCard | None) -> ModelInfo:
        traced = tuple(self._trace.layers.values())
        activation = self._trace.logits.activation
        names = tuple(layer.path for layer in traced)
        card, notes = settle_card(card or guess_card(model, activation), model, activation, names)
        if not self._trace.logits.reached:
            notes += ("The model's logits could not be reached: heatmaps explain the probability.",)
        kinds = [layer.kind for layer in traced]
        blocks = block_names(names, kinds, [(layer.rows, layer.columns) for layer in traced])
        layers = tuple(
            LayerInfo(t.path, t.rows, t.columns, t.channels, t.kind, block)
            for t, block in zip(traced, blocks, strict=True)
        )
        last = names[-1] if names else ""
        auto = card.default_layer if card.default_layer in names else last
        return ModelInfo(card, layers, auto, notes, self._methods())

    def _methods(self) -> tuple[str, ...]:
        """Return the methods that can explain the model."""
        fit = [
            spec
            for spec in methods()
            if (self._trace.layers or not spec.uses_layer) and (spec.black_box or not self._trace.opaque)
        ]
        return tuple(spec.id for spec in fit)

    def _check(self, inputs: NDArray[np.float32]) -> None:
        expected = (1, *self._shape)
        if inputs.shape != expected:
            message = f"The input has the shape {inputs.shape}, but the model takes {expected}."
            raise ExplainError(message, "Check the input in the model card.", self._path)
        self._check_finite(inputs, "input")

    def _check_finite(self, values: NDArray[np.float32], what: str) -> None:
        if not np.isfinite(values).all():
            message = f"The model's {what} for this image is not a number."
            raise ExplainError(message, "Check the scaling of the input in the model card.", self._path)


def _same(run: LayerRun) -> LayerRun:
    return run


def _probed(request: ExplainRequest) -> ProbedImage:
    return ProbedImage(
        request.inputs, np.asarray(request.black, np.float32), np.asarray(request.white, np.float32)
    )


def _part(steps: Steps, number: int, count: int) -> Steps:
    """Return one of several computations, its progress as a share of the whole."""
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            values: Floats = end.value
            return values
        yield (number + share) / count


def _traced(model: LoadedModel, shape: tuple[int, int, int]) -> Trace:
    try:
        return trace_model(model.keras_model, shape)
    except Exception as error:  # A layer raises what it likes on a shape that it cannot take.
        message = f"The model cannot process an input of {'×'.join(map(str, shape))}: {first_line(error)}"
        raise ModelError(message, "Check the input in the model card.", model.path) from error
