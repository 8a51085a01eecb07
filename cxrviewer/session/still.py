"""One image with its analysis, looked at once: for commands, batches and notebooks, which have no window."""

from __future__ import annotations

from dataclasses import replace

from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.lungs import LungField
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import full_resolution
from cxrviewer.session.analysis import Analysis, LoadedChoice
from cxrviewer.session.plan import AtHand
from cxrviewer.session.scene import make_scene
from cxrviewer.session.shown import Shown, next_shown
from cxrviewer.session.state import ViewState


def still(state: ViewState, radiograph: Radiograph, loaded: LoadedChoice, analysis: Analysis) -> Shown:
    """Return what a window would show.

    Parameters
    ----------
    state : ViewState
        How the image is looked at; its question becomes the one that was answered.
    radiograph : Radiograph
        The image.
    loaded : LoadedChoice
        The model.
    analysis : Analysis
        Its answer.
    """
    state = replace(state, question=analysis.result.attribution.question)
    at_hand = AtHand(radiograph, state.model, loaded, analysis.result.prediction)
    return next_shown(Shown(state, AtHand()), state, at_hand, analysis)


def still_scene(
    state: ViewState,
    radiograph: Radiograph,
    loaded: LoadedChoice,
    analysis: Analysis,
    lungs: LungField | None = None,
) -> Scene:
    """Return what `still` shows at the image's own resolution, as it is exported; lungs: see `make_scene`."""
    shown = still(state, radiograph, loaded, analysis)
    scene = make_scene(shown, full_resolution(radiograph.shape, radiograph.aspect), lungs=lungs)
    assert scene is not None
    return scene
