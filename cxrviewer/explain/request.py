"""What is asked of the engine and what it answers: frozen dataclasses that pickle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.attribution import Attribution
from cxrviewer.models.card import ModelCard
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.models.prediction import Prediction

__all__ = [
    "AUTO_LAYER",
    "TOP_CLASS",
    "ExplainRequest",
    "ExplainResult",
    "LayerInfo",
    "LoadRequest",
    "ModelInfo",
    "Request",
    "Result",
]

AUTO_LAYER = "auto"
TOP_CLASS = -1


@dataclass(frozen=True)
class LayerInfo:
    """A layer with a spatial output.

    Parameters
    ----------
    path : str
        Names from the outermost model to the layer, joined by "/".
    rows, columns, channels : int
        Shape of its output for the card's input.
    kind : str
        Class name of the layer, "Conv2D" say.
    """

    path: str
    rows: int
    columns: int
    channels: int
    kind: str


@dataclass(frozen=True)
class ModelInfo:
    """A loaded model: its card (guessed where none was given), its spatial layers in execution order
    and the one taken for "auto": the card's, else the last one ("" where there is none).
    """

    card: ModelCard
    layers: tuple[LayerInfo, ...]
    auto_layer: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ExplainRequest:
    """Run the model and explain one class.

    Parameters
    ----------
    model : LoadRequest
        The model, loaded if it is not yet.
    input_key : str
        Identifies `inputs`: the same key means the same values, so that activations are reused.
    inputs : (1, H, W, C) float32 array
        Preprocessed by the card's rules.
    class_index : int
        Class to explain, or `TOP_CLASS`.
    layer : str
        Path of the target layer, or `AUTO_LAYER`.
    method : str
        Id of the method.
    """

    model: LoadRequest
    input_key: str
    inputs: NDArray[np.float32]
    class_index: int = TOP_CLASS
    layer: str = AUTO_LAYER
    method: str = "grad-cam"


@dataclass(frozen=True, eq=False)
class ExplainResult:
    """Answer to an `ExplainRequest`; `seconds` is the time spent in the engine."""

    prediction: Prediction
    attribution: Attribution
    seconds: float


Request = LoadRequest | ExplainRequest
Result = ModelInfo | ExplainResult
