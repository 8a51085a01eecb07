"""From what the user has chosen and what is at hand to what is still needed: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cxrviewer.errors import ExplainError
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.model_info import AUTO_LAYER, ModelInfo
from cxrviewer.explain.question import Question, settle
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.prediction import Prediction
from cxrviewer.session.analysis import LoadedChoice
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.state import ViewState


@dataclass(frozen=True, eq=False)
class AtHand:
    """What is loaded.

    Parameters
    ----------
    radiograph : Radiograph, optional
        The image on screen.
    model : str
        The choice that `loaded` answers, as in `ViewState.model`.
    loaded : LoadedChoice, optional
        The model in the engine.
    prediction : Prediction, optional
        Its output for the image on screen.
    """

    radiograph: Radiograph | None = None
    model: str = ""
    loaded: LoadedChoice | None = None
    prediction: Prediction | None = None


@dataclass(frozen=True)
class Plan:
    """What must be fetched; None for what is at hand.

    Parameters
    ----------
    read : Path, optional
        File to read.
    frame : int
        Which of its images, from 0.
    load : str, optional
        Model to load.
    explain : ExplainKey, optional
        The heatmap that belongs on the image on screen; None while image or model is missing.
    refused : ExplainError, optional
        Why the question cannot be asked of the model.
    """

    read: Path | None = None
    frame: int = 0
    load: str | None = None
    explain: ExplainKey | None = None
    refused: ExplainError | None = None


def resolve(state: ViewState, at_hand: AtHand) -> Plan:
    """Return what `state` needs that is not `at_hand`."""
    radiograph = at_hand.radiograph
    info = at_hand.loaded.info if at_hand.loaded is not None else None
    shown = (radiograph.path, radiograph.frame) if radiograph is not None else None
    read = state.path if state.path is not None and (state.path, state.frame) != shown else None
    frame = state.frame if read is not None else 0
    load = state.model if info is None or at_hand.model != state.model else None
    if radiograph is None or info is None or read is not None or load is not None:
        return Plan(read, frame, load)
    try:
        question = settle(answerable(state.question, info), info, at_hand.prediction)
    except ExplainError as error:
        return Plan(refused=error)
    return Plan(explain=ExplainKey(radiograph.key, info.card, question))


def answerable(question: Question, info: ModelInfo) -> Question:
    """Return a question that a model can be asked: by another method where it lacks what the method needs.

    A black-box method is taken where there is one: what it shows needs no knowledge of the model to be read.
    """
    if question.method in info.methods or not info.methods:
        return question
    black_boxes = (method for method in info.methods if method_spec(method).black_box)
    method = next(black_boxes, info.methods[0])
    return replace(question, method=method, parameters=(), layers=(AUTO_LAYER,))
