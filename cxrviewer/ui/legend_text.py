"""The words that go with what is shown."""

from __future__ import annotations

from cxrviewer.explain.display import STATE_TEXT, MapState
from cxrviewer.explain.target import target_name, target_probability
from cxrviewer.export.overlay import method_name, percent
from cxrviewer.imaging.radiograph import LookupTable
from cxrviewer.session.shown import Shown
from cxrviewer.ui.canvas.legend import Legend


def legend_text(shown: Shown) -> Legend:
    """Return the corners of the canvas: file, marks, window, heatmap."""
    radiograph = shown.radiograph
    if radiograph is None:
        return Legend()
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
    return f"For {label}{what}, {height}×{width} cells of {attribution.layer or 'the input'}"


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


def _heatmap(shown: Shown) -> tuple[str, ...]:
    analysis, loaded = shown.analysis, shown.at_hand.loaded
    if analysis is None or loaded is None or shown.display is None or not shown.state.style.visible:
        return ()
    if shown.display.state is not MapState.SHOWN:
        return (STATE_TEXT[shown.display.state],)
    attribution, prediction = analysis.result.attribution, analysis.result.prediction
    label = target_name(attribution.target, loaded.info.card)
    probability = target_probability(attribution.target, loaded.info.card, prediction)
    value = "" if probability is None else f" {percent(probability)}"
    return (f"{method_name(attribution.method)}: {label}{value}",)
