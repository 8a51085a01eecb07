"""What is on screen, worked out from the state and what is at hand; unchanged parts are the same objects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.display import DisplayMap, MapState, Scale, display_map, share_threshold
from cxrviewer.explain.target import is_under_threshold
from cxrviewer.imaging import grayscale
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.plan import AtHand
from cxrviewer.session.state import ViewState

FADED = 0.35
"""What is left of the opacity where the explained finding is under its operating threshold."""
FADED_LINES = 0.6
"""The same for contours, which cover little."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The screen's content.

    Parameters
    ----------
    state : ViewState
        The choices.
    at_hand : AtHand
        Image, model and prediction.
    voi : Window or LookupTable, optional
        What is in force, the user's or the file's.
    table : uint8 array, optional
        Presentation table of the image.
    analysis : Analysis, optional
        Behind the heatmap on screen; while another one is computed, the former one.
    display : DisplayMap, optional
        Its map as drawn.
    heatmap : Heatmap, optional
        The map in its place; None where there is nothing to draw.
    style : OverlayStyle
        How the map is drawn: the state's style, its threshold worked out from the top share where that is
        chosen, its opacity lowered where `faded`, without a sign where the map has none.
    faded : bool
        Whether the explained finding is under its operating threshold and drawn fainter for it.
    """

    state: ViewState
    at_hand: AtHand
    voi: Voi | None = None
    table: NDArray[np.uint8] | None = None
    analysis: Analysis | None = None
    display: DisplayMap | None = None
    heatmap: Heatmap | None = None
    style: OverlayStyle = field(default_factory=OverlayStyle)
    faded: bool = False

    @property
    def radiograph(self) -> Radiograph | None:
        """The image on screen."""
        return self.at_hand.radiograph


def next_shown(former: Shown, state: ViewState, at_hand: AtHand, analysis: Analysis | None) -> Shown:
    """Return the screen's content after a change."""
    radiograph = at_hand.radiograph
    voi, table = former.voi, former.table
    if radiograph is None:
        voi, table = None, None
    else:
        same = radiograph is former.radiograph
        if not same or state.voi != former.state.voi:
            voi = state.voi if state.voi is not None else grayscale.default_voi(radiograph)
        if not same or voi is not former.voi or state.inverted != former.state.inverted:
            table = grayscale.presentation_table(radiograph, _some(voi), state.inverted)
    display, heatmap = former.display, former.heatmap
    if analysis is not former.analysis or _scaling(state) != _scaling(former.state):
        display, heatmap = _drawn(analysis, state)
    faded = state.fade and analysis is not None and _is_under_threshold(analysis, at_hand)
    shown = Shown(state, at_hand, voi, table, analysis, display, heatmap, former.style, faded)
    return replace(shown, style=_style(former, shown))


def differ_only_in(one: Shown, other: Shown, *choices: str) -> bool:
    """Return whether two contents of the screen are the same but for some choices, and what they bring about.

    Parameters
    ----------
    one, other : Shown
        What is compared.
    choices : str
        Names of fields of `ViewState`.
    """
    state = replace(one.state, **{name: getattr(other.state, name) for name in choices})
    first, second = one.at_hand, other.at_hand
    return (
        state == other.state
        and first.model == second.model
        and first.radiograph is second.radiograph
        and first.loaded is second.loaded
        and first.prediction is second.prediction
        and one.analysis is other.analysis
        and one.display is other.display
        and one.style is other.style
    )


def _scaling(state: ViewState) -> tuple[Scale, bool]:
    return state.scale, state.style.signed


def _drawn(analysis: Analysis | None, state: ViewState) -> tuple[DisplayMap | None, Heatmap | None]:
    if analysis is None:
        return None, None
    display = display_map(analysis.result.attribution, *_scaling(state))
    if display.state is not MapState.SHOWN:
        return display, None
    rows, columns = display.values.shape
    place = analysis.geometry.grid_to_stored((rows, columns))
    return display, Heatmap(display.values, place, display.signed)


def _is_under_threshold(analysis: Analysis, at_hand: AtHand) -> bool:
    if at_hand.loaded is None:
        return False
    result = analysis.result
    return is_under_threshold(result.attribution.target, at_hand.loaded.info.card, result.prediction)


def _style(former: Shown, shown: Shown) -> OverlayStyle:
    """Return the style as drawn; the former one where it is the same."""
    state, style = shown.state, shown.state.style
    if state.top_share is not None and shown.heatmap is not None and shown.display is not None:
        same = shown.display is former.display and state.top_share == former.state.top_share
        threshold = former.style.threshold if same else share_threshold(shown.display, state.top_share)
        style = replace(style, threshold=threshold)
    if shown.display is not None and style.signed != shown.display.signed:
        style = replace(style, signed=shown.display.signed)
    if shown.faded:
        left = FADED_LINES if style.view is HeatmapView.CONTOURS else FADED
        style = replace(style, alpha=style.alpha * left)
    return former.style if style == former.style else style


def _some(voi: Voi | None) -> Voi:
    assert voi is not None
    return voi
