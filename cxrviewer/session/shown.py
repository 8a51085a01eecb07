"""What is on screen, worked out from the state and what is at hand; unchanged parts are the same objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrviewer.explain.display import DisplayMap, MapState, display_map
from cxrviewer.imaging import grayscale
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.plan import AtHand
from cxrviewer.session.state import ViewState


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
    """

    state: ViewState
    at_hand: AtHand
    voi: Voi | None = None
    table: NDArray[np.uint8] | None = None
    analysis: Analysis | None = None
    display: DisplayMap | None = None
    heatmap: Heatmap | None = None

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
    if analysis is not former.analysis:
        display, heatmap = _drawn(analysis)
    return Shown(state, at_hand, voi, table, analysis, display, heatmap)


def _drawn(analysis: Analysis | None) -> tuple[DisplayMap | None, Heatmap | None]:
    if analysis is None:
        return None, None
    display = display_map(analysis.result.attribution)
    if display.state is not MapState.SHOWN:
        return display, None
    rows, columns = display.values.shape
    return display, Heatmap(display.values, analysis.geometry.grid_to_stored((rows, columns)))


def _some(voi: Voi | None) -> Voi:
    assert voi is not None
    return voi
