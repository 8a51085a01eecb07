"""What a method may ask of a model, for one image, one target and one layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.compiled import CompiledModel, LayerRun, no_gradient
from cxrviewer.explain.steps import Floats
from cxrviewer.explain.target import UnitMasks, score


@dataclass(frozen=True, eq=False)
class ProbedImage:
    """A model input, and what black and white are in it.

    Parameters
    ----------
    values : (1, H, W, C) float32 array
        Read-only.
    black, white : (C,) float32 array
        Values of black and white.
    """

    values: Floats
    black: Floats
    white: Floats

    @property
    def span(self) -> Floats:
        """The way from black to white, (C,): a unit of brightness."""
        return self.white - self.black


@dataclass(eq=False)
class ScoreMemo:
    """Logits of the variants of an image that a method made, in the order of its asking.

    They do not depend on the target: another target asks for the same ones.
    """

    batches: list[Floats] = field(default_factory=list)


class Probe:
    """A model as a method sees it.

    Nothing is computed before it is asked for. Arrays are to be left unchanged.

    Parameters
    ----------
    model : CompiledModel
        The model.
    image : ProbedImage
        What is explained.
    masks : UnitMasks
        The target.
    layer : str
        Path of the target layer; "" where the method explains the input.
    logits : callable
        Gives the model's raw output (units,) for the image.
    run : callable
        Gives activations and gradients at the layer.
    memo : ScoreMemo
        Of this image, layer, method and parameters.

    Attributes
    ----------
    image : ProbedImage
        What is explained.
    notes : list of str
        Takes what the user should know of this one map, in sentences.
    """

    def __init__(
        self,
        model: CompiledModel,
        image: ProbedImage,
        masks: UnitMasks,
        layer: str,
        logits: Callable[[], Floats],
        run: Callable[[], LayerRun],
        memo: ScoreMemo,
    ) -> None:
        self._model = model
        self._masks = masks
        self._logits = logits
        self._layer = layer
        self._run = run
        self._memo = memo
        self._asked = 0
        self.image = image
        self.notes: list[str] = []

    @property
    def activations(self) -> Floats:
        """Output of the target layer, (h, w, c)."""
        return self._run().activations

    @property
    def gradients(self) -> Floats:
        """Gradient of the score with respect to the target layer's output, (h, w, c).

        Raises
        ------
        ExplainError
            There is none.
        """
        gradients = self._run().gradients
        if gradients is None:
            raise no_gradient(self._layer)
        return gradients

    @property
    def score(self) -> float:
        """Score of the target for the image itself."""
        return float(score(self._logits()[None], self._masks)[0])

    @property
    def images_a_step(self) -> int:
        """How many images `scores` takes at a time so that a step stays short."""
        return self._model.images_a_step()

    @property
    def gradients_a_step(self) -> int:
        """How many images `input_gradients` takes at a time so that a step stays short."""
        return self._model.images_a_step(backward=True)

    @property
    def ablations_a_step(self) -> int:
        """How many channels `ablated_scores` takes at a time so that a step stays short."""
        return self._model.ablations_a_step(self._layer)

    def scores(self, build: Callable[[], Floats]) -> NDArray[np.float64]:
        """Return the score of the target for variants of the image.

        Parameters
        ----------
        build : callable
            Gives the variants, (n, H, W, C) float32; not called where their logits are known. What it gives
            must not depend on the target.

        Returns
        -------
        (n,) float64 array
        """
        return score(self._remembered(lambda: self._model.logits(build())), self._masks)

    def ablated_scores(self, channels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the score of the target without one channel of the layer each, float64 (n,).

        Parameters
        ----------
        channels : (n,) int array
            Must not depend on the target.
        """
        indices = channels.astype(np.int32)
        compute = partial(self._ablated, indices)
        return score(self._remembered(compute), self._masks)

    def input_gradients(self, images: Floats) -> Floats:
        """Return the gradients of the score at variants of the image, both (n, H, W, C)."""
        return self._model.input_gradients(images, self._masks)[0]

    def _ablated(self, channels: NDArray[np.int32]) -> Floats:
        return self._model.ablated_logits(self._layer, self.activations, self.image.values, channels)

    def _remembered(self, compute: Callable[[], Floats]) -> Floats:
        place, self._asked = self._asked, self._asked + 1
        if place == len(self._memo.batches):
            self._memo.batches.append(compute())
        return self._memo.batches[place]
