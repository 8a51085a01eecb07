"""From what the user has chosen and what is at hand to what is still needed: pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cxrviewer.explain.request import AUTO_LAYER, TOP_CLASS
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
    load : str, optional
        Model to load.
    explain : ExplainKey, optional
        The heatmap that belongs on the image on screen; None while image or model is missing.
    """

    read: Path | None = None
    load: str | None = None
    explain: ExplainKey | None = None


def resolve(state: ViewState, at_hand: AtHand) -> Plan:
    """Return what `state` needs that is not `at_hand`."""
    radiograph = at_hand.radiograph
    info = at_hand.loaded.info if at_hand.loaded is not None else None
    shown = radiograph.path if radiograph is not None else None
    read = state.path if state.path is not None and state.path != shown else None
    load = state.model if info is None or at_hand.model != state.model else None
    explain = None
    if radiograph is not None and info is not None and read is None and load is None:
        layer = info.auto_layer if state.layer == AUTO_LAYER and info.auto_layer else state.layer
        target = state.target
        if target == TOP_CLASS and at_hand.prediction is not None:
            target = at_hand.prediction.top
        explain = ExplainKey(radiograph.digest, info.card, target, layer, state.method)
    return Plan(read, load, explain)
