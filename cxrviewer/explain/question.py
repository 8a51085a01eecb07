"""What is asked about an image: target, method with its parameters, target layers, smoothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.method_spec import Values
from cxrviewer.explain.model_info import AUTO_LAYER, ModelInfo
from cxrviewer.explain.target import TOP, Target, check_target, settle_target
from cxrviewer.models.prediction import Prediction

MAX_SMOOTHING = 32


class Fusion(StrEnum):
    """How the maps of several layers become one."""

    MEAN = "mean"
    MAXIMUM = "maximum"
    PRODUCT = "product"


@dataclass(frozen=True)
class Question:
    """Everything but image and model that decides what a map looks like.

    Parameters
    ----------
    target : Target
        What is explained.
    method : str
        Id of the method.
    parameters : tuple of (str, value)
        Those of the method that are not left at their defaults; all of them once settled.
    layers : tuple of str
        Paths of the target layers; `AUTO_LAYER` stands for the model's own choice. Empty once settled
        where the method explains the input.
    fusion : Fusion
        How the maps of several layers become one.
    smoothing : int
        Number of slightly moved, scaled and brightened copies of the image whose maps are averaged; 0 for
        the image alone.
    """

    target: Target = TOP
    method: str = "grad-cam"
    parameters: Values = ()
    layers: tuple[str, ...] = (AUTO_LAYER,)
    fusion: Fusion = Fusion.MEAN
    smoothing: int = 0


def settle(question: Question, info: ModelInfo, prediction: Prediction | None) -> Question:
    """Return a question in the one form in which equal questions are equal.

    Parameters
    ----------
    question : Question
        As the user asks it.
    info : ModelInfo
        The model's layers, labels and methods.
    prediction : Prediction, optional
        The model's output for the image, which says what `TOP` stands for.

    Raises
    ------
    ExplainError
        Method, parameter, layer or target do not exist or do not go with the model.
    """
    spec = method_spec(question.method)
    if spec.id not in info.methods:
        raise ExplainError(f"{spec.name} cannot explain this model: {_lack(info)}.", _others(info))
    check_target(question.target, info.card)
    if not 0 <= question.smoothing <= MAX_SMOOTHING:
        hint = f"Give a whole number from 0 to {MAX_SMOOTHING}."
        raise ExplainError(f"{question.smoothing} copies cannot be averaged.", hint)
    layers = _layers(question, info) if spec.uses_layer else ()
    return replace(
        question,
        target=settle_target(question.target, prediction),
        parameters=spec.values(question.parameters),
        layers=layers,
        fusion=question.fusion if len(layers) > 1 else Fusion.MEAN,
        # The first copy is the image itself.
        smoothing=question.smoothing if question.smoothing > 1 else 0,
    )


def _layers(question: Question, info: ModelInfo) -> tuple[str, ...]:
    """Return the layers in execution order, each once."""
    wanted = {info.auto_layer if path == AUTO_LAYER else path for path in question.layers}
    names = [layer.path for layer in info.layers]
    unknown = wanted.difference(names)
    if unknown or not wanted:
        name = next(iter(unknown), "")
        raise ExplainError(
            f"The model has no spatial layer '{name}'.", f"Choose one of: auto, {', '.join(names)}."
        )
    return tuple(name for name in names if name in wanted)


def _lack(info: ModelInfo) -> str:
    if info.layers:
        return "its operations have no gradient"
    return "it has no layer with a spatial output that could be reached"


def _others(info: ModelInfo) -> str:
    return f"Choose one of: {', '.join(info.methods)}."
