"""What is worth seeing side by side: methods, layers or classes of one image. Pure."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from cxrviewer.explain.catalog import method_spec, methods
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.model_info import AUTO_LAYER, ModelInfo, sweep_layers
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import of_label
from cxrviewer.models.prediction import Prediction
from cxrviewer.session.panes import Links
from cxrviewer.session.plan import answerable
from cxrviewer.session.state import ViewState, asking, styled

MOST = 4


class Comparison(Enum):
    """In what the panes differ."""

    PLAIN = "plain"
    METHODS = "methods"
    LAYERS = "layers"
    CLASSES = "classes"


LINKS = {
    Comparison.PLAIN: {"target": True, "layers": True, "method": True},
    Comparison.METHODS: {"target": True, "layers": True, "method": False},
    Comparison.LAYERS: {"target": True, "layers": False, "method": True},
    Comparison.CLASSES: {"target": False, "layers": True, "method": True},
}
"""What of the question all panes of a comparison have in common."""

_TELLING = ("grad-cam", "score-cam", "integrated-gradients", "occlusion")
"""Methods that are made from different things."""


def linked_for(comparison: Comparison, links: Links) -> Links:
    """Return the links of a comparison: one image, seen alike, and all of the question but what differs."""
    return replace(links, image=True, model=True, view=True, window=True, style=True, **LINKS[comparison])


def compared(
    comparison: Comparison, state: ViewState, info: ModelInfo | None, prediction: Prediction | None
) -> tuple[ViewState, ...]:
    """Return the states of the panes of a comparison, at least one and at most four.

    Parameters
    ----------
    comparison : Comparison
        In what they differ.
    state : ViewState
        Of the pane that the comparison starts from.
    info : ModelInfo, optional
        Its model; without one there is nothing but the image to compare.
    prediction : Prediction, optional
        The model's output for its image.
    """
    shown = styled(state, visible=True)
    if comparison is Comparison.PLAIN:
        return styled(state, visible=False), shown
    if info is None:
        return (state,)
    if comparison is Comparison.METHODS:
        return tuple(_by(shown, method, info) for method in telling_methods(state.question, info))
    if comparison is Comparison.LAYERS:
        return tuple(asking(shown, layers=(layer,)) for layer in telling_layers(info))
    targets = [of_label(index) for index in telling_classes(info, prediction)]
    states = tuple(replace(asking(shown, target=target), keep_target=True) for target in targets)
    # Two rows of two are larger than three in a row, and there is room for the image itself.
    return (styled(states[0], visible=False), *states) if len(states) == MOST - 1 else states


def _by(state: ViewState, method: str, info: ModelInfo) -> ViewState:
    """Return a state that asks by another method; one that is in use keeps its settings."""
    question = answerable(state.question, info)
    return state if question.method == method else asking(state, method=method)


def telling_methods(question: Question, info: ModelInfo) -> list[str]:
    """Return the method in use, then those that are most unlike it, at most four."""
    order = [answerable(question, info).method, *_TELLING, *(spec.id for spec in methods())]
    known = [method for method in dict.fromkeys(order) if method in info.methods]
    real = [method for method in known if method_spec(method).family is not Family.CONTROL]
    return (real or known)[:MOST]


def telling_layers(info: ModelInfo) -> list[str]:
    """Return stops of the layer slider, evenly from the earliest to the last."""
    stops = sweep_layers(info)
    if len(stops) <= MOST:
        return list(stops) or [AUTO_LAYER]
    places = [round(number * (len(stops) - 1) / (MOST - 1)) for number in range(MOST)]
    return [stops[place] for place in places]


def telling_classes(info: ModelInfo, prediction: Prediction | None) -> list[int]:
    """Return the most probable classes, in the model's order."""
    count = len(info.card.labels)
    if prediction is None or count <= MOST:
        return list(range(min(count, MOST)))
    order = sorted(range(count), key=lambda index: -float(prediction.probabilities[index]))
    return sorted(order[:MOST])
