"""The screen's content for tests of the side panel."""

from __future__ import annotations

from dataclasses import replace

from material import analysis, choice, prediction, radiograph

from cxrviewer.explain.question import Question
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.session.plan import AtHand
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState

STYLE = OverlayStyle()


def screen(
    asked: Question | None = None,
    style: OverlayStyle = STYLE,
    *,
    class_index: int = 1,
    logit_factor: float | None = None,
    seconds: float = 0.01,
    **changes: object,
) -> Shown:
    """Return what is on screen when a map of `material.analysis` is shown for a question."""
    state = ViewState(question=asked or Question(), style=style, **changes)  # type: ignore[arg-type]
    made = analysis(class_index, logit_factor=logit_factor)
    attribution = made.result.attribution
    asked = replace(attribution.question, method=state.question.method)
    attribution = replace(attribution, question=asked)
    made = replace(made, result=replace(made.result, attribution=attribution, seconds=seconds))
    at_hand = AtHand(radiograph(), "default", choice(), prediction())
    return next_shown(Shown(ViewState(), AtHand()), state, at_hand, made)
