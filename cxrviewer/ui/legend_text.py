"""The words that go with what is shown."""

from __future__ import annotations

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import STATE_TEXT, MapState
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.words import method_name, number, percent
from cxrviewer.imaging.dicom.identity import identity_parts, mentions
from cxrviewer.imaging.patient_orientation import EdgeLetters, edge_letters
from cxrviewer.session.plan import answerable
from cxrviewer.session.shown import Shown
from cxrviewer.ui.canvas.legend import Legend, Line
from cxrviewer.ui.corner_fields import FIELDS, Corner, CornerField, place_of
from cxrviewer.ui.words import WordChoice

_CHOICE = WordChoice()
_TARGET, _FADED, _DETAIL = 80, 70, 42
"""Weights of the lines about the heatmap."""
_CAUTION = Line("Not for diagnosis", 100)


def legend_text(shown: Shown, choice: WordChoice = _CHOICE, remarks: tuple[Line, ...] = ()) -> Legend:
    """Return what is written over the image: fields where the user wants them, markers, and the heatmap.

    Remarks on the image are written in any case.

    Without identity, no field that names the patient is written, nor a text of the file that repeats a name.
    """
    radiograph = shown.radiograph
    if radiograph is None:
        return Legend()
    corners: dict[Corner, list[Line]] = {corner: [] for corner in Corner}
    if choice.corners:
        for field in FIELDS:
            corners[place_of(field, choice.places)] += _lines(field, shown, choice)
        corners[Corner.BOTTOM_RIGHT] += _heatmap(shown)
    corners[Corner.BOTTOM_RIGHT] += (*remarks, _CAUTION)
    letters = edge_letters(radiograph.directions, shown.state.orientation)
    return Legend(
        top_left=tuple(corners[Corner.TOP_LEFT]),
        top_right=tuple(corners[Corner.TOP_RIGHT]),
        bottom_left=tuple(corners[Corner.BOTTOM_LEFT]),
        bottom_right=tuple(corners[Corner.BOTTOM_RIGHT]),
        letters=letters if choice.markers else EdgeLetters(),
        has_bar=choice.markers,
        spacing=radiograph.spacing,
    )


def _lines(field: CornerField, shown: Shown, choice: WordChoice) -> list[Line]:
    if field.identity and not choice.identity:
        return []
    radiograph = shown.radiograph
    hidden = frozenset[str]()
    if not choice.identity and radiograph is not None and radiograph.header is not None:
        hidden = identity_parts(radiograph.header)
    return [Line(text, field.weight, field.tone) for text in field.lines(shown) if not mentions(text, hidden)]


def heading_text(shown: Shown) -> str:
    """Return the sentence above the heatmap's controls."""
    analysis, loaded, display = shown.analysis, shown.at_hand.loaded, shown.display
    if analysis is None or loaded is None or display is None:
        return "Appears when an image has been analysed."
    attribution = analysis.result.attribution
    if display.state is not MapState.SHOWN:
        return STATE_TEXT[display.state]
    height, width = attribution.values.shape
    label = target_name(attribution.target, loaded.info.card)
    what = "" if attribution.explains_logit else " (explains the probability, not the logit)"
    place = f"{height}×{width} cells of {_layers(attribution.question.layers)}"
    return ". ".join((f"For {label}{what}, {place}", *attribution.notes))


def _layers(layers: tuple[str, ...]) -> str:
    if not layers:
        return "the input"
    return layers[0] if len(layers) == 1 else f"{len(layers)} layers"


def fallback_text(question: Question, info: ModelInfo) -> str:
    """Return which method stands in for the chosen one, which cannot explain the model; "" where it can."""
    method = answerable(question, info).method
    if method == question.method:
        return ""
    lack = "has no layer with a spatial output" if not info.layers else "cannot be looked into"
    return f"This model {lack}: {method_name(method)} is shown instead of {method_name(question.method)}."


def _heatmap(shown: Shown) -> tuple[Line, ...]:
    analysis, loaded, display = shown.analysis, shown.at_hand.loaded, shown.display
    if analysis is None or loaded is None or display is None or not shown.state.style.visible:
        return ()
    if display.state is not MapState.SHOWN:
        return (Line(STATE_TEXT[display.state], _TARGET),)
    attribution, prediction = analysis.result.attribution, analysis.result.prediction
    label = target_name(attribution.target, loaded.info.card)
    probability = target_probability(attribution.target, loaded.info.card, prediction)
    value = "" if probability is None else f" {percent(probability)}"
    lines = [Line(f"{method_name(attribution.method)}: {label}{value}", _TARGET)]
    changed = _changed_parameters(attribution.question)
    if changed:
        lines.append(Line(changed, _DETAIL))
    if display.signed:
        lines.append(Line("Evidence for and against", _DETAIL))
    if display.locked:
        lines.append(Line(f"Scale locked at {number(display.maximum)} logits", _DETAIL))
    if shown.state.top_share is not None:
        lines.append(Line(f"Strongest {shown.state.top_share:.0%} of the area", _DETAIL))
    if shown.faded:
        lines.append(Line("Below its threshold: faded", _FADED))
    return tuple(lines)


def _changed_parameters(question: Question) -> str:
    """Return what was not left as the method has it."""
    spec = method_spec(question.method)
    given = dict(question.parameters)
    parts = [
        f"{parameter.label}: {given[parameter.name]}"
        for parameter in spec.parameters
        if given.get(parameter.name, parameter.default) != parameter.default
    ]
    if len(question.layers) > 1:
        parts.append(f"{len(question.layers)} layers, {question.fusion.value}")
    if question.smoothing:
        parts.append(f"smoothed over {question.smoothing} copies")
    return ", ".join(parts)
