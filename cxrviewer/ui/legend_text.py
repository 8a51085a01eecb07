"""The words that go with what is shown."""

from __future__ import annotations

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import STATE_TEXT, MapState
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.words import method_name, number, percent
from cxrviewer.imaging.radiograph import LookupTable
from cxrviewer.session.plan import answerable
from cxrviewer.session.shown import Shown
from cxrviewer.ui.canvas.legend import Legend
from cxrviewer.ui.words import WordChoice

_CHOICE = WordChoice()


def legend_text(shown: Shown, choice: WordChoice = _CHOICE) -> Legend:
    """Return the corners of the canvas: file, marks, window, heatmap."""
    radiograph = shown.radiograph
    if radiograph is None:
        return Legend()
    if not choice.corners:
        return Legend(bottom_right=("Not for diagnosis",))
    rows, columns = radiograph.shape
    return Legend(
        top_left=(radiograph.path.name, f"{radiograph.file_format}  {columns}×{rows}", *radiograph.notes),
        top_right=radiograph.badges,
        bottom_left=(_window(shown),),
        bottom_right=(*_heatmap(shown), "Not for diagnosis"),
    )


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


def _window(shown: Shown) -> str:
    voi = shown.voi
    if isinstance(voi, LookupTable):
        return voi.explanation or "VOI LUT"
    if voi is None:
        return ""
    name = f"  {voi.explanation}" if voi.explanation else ""
    return f"W {_short(voi.width)}  C {_short(voi.center)}{name}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.4g}"


def fallback_text(question: Question, info: ModelInfo) -> str:
    """Return which method stands in for the chosen one, which cannot explain the model; "" where it can."""
    method = answerable(question, info).method
    if method == question.method:
        return ""
    lack = "has no layer with a spatial output" if not info.layers else "cannot be looked into"
    return f"This model {lack}: {method_name(method)} is shown instead of {method_name(question.method)}."


def _heatmap(shown: Shown) -> tuple[str, ...]:
    analysis, loaded, display = shown.analysis, shown.at_hand.loaded, shown.display
    if analysis is None or loaded is None or display is None or not shown.state.style.visible:
        return ()
    if display.state is not MapState.SHOWN:
        return (STATE_TEXT[display.state],)
    attribution, prediction = analysis.result.attribution, analysis.result.prediction
    label = target_name(attribution.target, loaded.info.card)
    probability = target_probability(attribution.target, loaded.info.card, prediction)
    value = "" if probability is None else f" {percent(probability)}"
    lines = [f"{method_name(attribution.method)}: {label}{value}"]
    changed = _changed_parameters(attribution.question)
    if changed:
        lines.append(changed)
    if display.signed:
        lines.append("Evidence for and against")
    if display.locked:
        lines.append(f"Scale locked at {number(display.maximum)} logits")
    if shown.state.top_share is not None:
        lines.append(f"Strongest {shown.state.top_share:.0%} of the area")
    if shown.faded:
        lines.append("Below the operating threshold: faded")
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
