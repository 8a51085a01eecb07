"""What is asked of the engine and what it answers: frozen dataclasses that pickle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import ExplainError
from cxrviewer.explain.attribution import Attribution
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.models.prediction import Prediction

__all__ = [
    "ExplainRequest",
    "ExplainResult",
    "LoadRequest",
    "LungRequest",
    "LungResult",
    "ManyRequest",
    "ManyResult",
    "Progress",
    "Request",
    "Result",
    "ResumeRequest",
    "SweepRequest",
    "SweepResult",
]


@dataclass(frozen=True, eq=False)
class ExplainRequest:
    """Run the model and answer a question.

    Parameters
    ----------
    model : LoadRequest
        The model, loaded if it is not yet.
    input_key : str
        Identifies `inputs`: the same key means the same values, so that what is known is reused.
    inputs : (1, H, W, C) float32 array
        Preprocessed by the card's rules.
    black, white : tuple of float
        What black and white became by these rules, one a channel.
    question : Question
        What is asked.
    """

    model: LoadRequest
    input_key: str
    inputs: NDArray[np.float32]
    black: tuple[float, ...]
    white: tuple[float, ...]
    question: Question


@dataclass(frozen=True, eq=False)
class SweepRequest:
    """Answer a question for each of several layers from one run of the model.

    Parameters
    ----------
    explain : ExplainRequest
        Its method is one of `Family.GRADIENT_CAM`; its layers do not matter.
    layers : tuple of str
        Paths.
    """

    explain: ExplainRequest
    layers: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LungRequest:
    """Find the lungs on an image.

    Parameters
    ----------
    input_key : str
        Identifies `inputs`, as for `ExplainRequest`.
    inputs : (1, H, W, C) float32 array
        Preprocessed by the rules of the segmenter's card.
    """

    input_key: str
    inputs: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ManyRequest:
    """Answer the same question about several images, together where the method allows it.

    Parameters
    ----------
    explains : tuple of ExplainRequest
        Of one model and one question; at least one.
    """

    explains: tuple[ExplainRequest, ...]


@dataclass(frozen=True)
class ResumeRequest:
    """Go on with what a `Progress` told of."""

    token: int


@dataclass(frozen=True, eq=False)
class Progress:
    """A long computation has got so far; it goes on when it is resumed, and is forgotten when it is not.

    Parameters
    ----------
    token : int
        Names it.
    share : float
        0 to 1.
    prediction : Prediction
        The model's output for the image, which is known from the first step on.
    """

    token: int
    share: float
    prediction: Prediction


@dataclass(frozen=True, eq=False)
class ExplainResult:
    """Answer to an `ExplainRequest`; `seconds` is the time spent in the engine."""

    prediction: Prediction
    attribution: Attribution
    seconds: float


@dataclass(frozen=True, eq=False)
class SweepResult:
    """Answers to a `SweepRequest`, one a layer."""

    results: tuple[ExplainResult, ...]


@dataclass(frozen=True, eq=False)
class LungResult:
    """Answer to a `LungRequest`: the probability of lung, (H, W) float32."""

    probabilities: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ManyResult:
    """Answers to a `ManyRequest`, one an image: a result, or why there is none."""

    results: tuple[ExplainResult | ExplainError, ...]


Request = LoadRequest | ExplainRequest | SweepRequest | ManyRequest | ResumeRequest | LungRequest
Result = ModelInfo | ExplainResult | SweepResult | ManyResult | Progress | LungResult
