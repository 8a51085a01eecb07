"""What the user has chosen: one frozen dataclass and the pure functions that change it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.display import STRETCHED, Scale
from cxrviewer.explain.model_info import AUTO_LAYER
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import TOP
from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle
from cxrviewer.imaging.grayscale import Voi
from cxrviewer.imaging.radiograph import Radiograph, Rescale, Window
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.settings import Settings


@dataclass(frozen=True)
class Zoom:
    """What part of the image is seen.

    Parameters
    ----------
    scale : float, optional
        Device pixels per stored column; None follows the size of the view.
    center : tuple of float
        Point in the middle of the view, as fractions of the image's width and height.
    fills : bool
        Whether, without a scale, the image fills the view, and is cut, rather than fits into it.
    """

    scale: float | None = None
    center: tuple[float, float] = (0.5, 0.5)
    fills: bool = False


FIT = Zoom()
FILL = Zoom(fills=True)


@dataclass(frozen=True)
class ViewState:
    """Everything that decides what is on screen, apart from the data itself.

    Parameters
    ----------
    path : Path, optional
        The file to show.
    frame : int
        Which of its images, from 0.
    model : str
        "default", the id of a built-in model, or the path of a weights file.
    question : Question
        What is asked about the image: target, method, layers.
    keep_target : bool
        Whether the next image is explained for the same target, and not for its own top class.
    voi : Window or LookupTable, optional
        The user's window; None for the file's own.
    keep_window : bool
        Whether the next image is shown through the window of this one, where their values mean the same.
    planes_visible : bool
        Whether overlay planes of the file are drawn.
    inverted : bool
        The user's inversion, apart from the file's polarity.
    orientation : Orientation
        The user's flips and turns.
    zoom : Zoom
        What part of the image is seen.
    style : OverlayStyle
        How the heatmap is laid over the image.
    scale : Scale
        What full scale of the heatmap stands for.
    top_share : float, optional
        Share of the map's area that is drawn, its strongest part, 0 to 1, in place of the style's threshold;
        None for that threshold.
    fade : bool
        Whether a finding under its operating threshold is drawn fainter.
    """

    path: Path | None = None
    frame: int = 0
    model: str = "default"
    question: Question = field(default_factory=Question)
    keep_target: bool = False
    voi: Voi | None = None
    keep_window: bool = False
    planes_visible: bool = True
    inverted: bool = False
    orientation: Orientation = field(default_factory=Orientation)
    zoom: Zoom = FIT
    style: OverlayStyle = field(default_factory=OverlayStyle)
    scale: Scale = STRETCHED
    top_share: float | None = None
    fade: bool = True


def remembered(settings: Settings) -> ViewState:
    """The state to begin with: as the user left it, as far as its names still exist.

    Thresholds, a locked scale and parameters belong to what was looked at and are not kept.
    """
    state = ViewState(fade=settings.fade, keep_window=settings.keep_window)
    state = styled(state, alpha=settings.alpha, signed=settings.signed)
    if settings.colormap in {spec.id for spec in COLORMAPS}:
        state = styled(state, colormap=settings.colormap)
    if settings.view in set(HeatmapView):
        state = styled(state, view=HeatmapView(settings.view))
    if settings.method in {spec.id for spec in methods()}:
        state = asking(state, method=settings.method)
    return state


def to_remember(state: ViewState, settings: Settings) -> Settings:
    """The settings with what `remembered` takes from them as it is now."""
    style = state.style
    return replace(
        settings,
        colormap=style.colormap,
        alpha=style.alpha,
        view=style.view.value,
        signed=style.signed,
        fade=state.fade,
        keep_window=state.keep_window,
        method=state.question.method,
    )


def opened(state: ViewState, path: Path) -> ViewState:
    """Another file: its first image, own window, polarity, orientation and top class; the question stays."""
    after = replace(reset_view(state), path=path, frame=0)
    return after if state.keep_target else asking(after, target=TOP)


def showing(state: ViewState, image: Radiograph, former: Radiograph | None, voi: Voi | None) -> ViewState:
    """The image that was asked for is there: another file, or another frame of the same.

    Parameters
    ----------
    state : ViewState
        As it was while another image was on screen.
    image, former : Radiograph
        The one that is shown now, and the one before.
    voi : Window or LookupTable, optional
        What the former image was shown through.
    """
    if former is not None and (former.path, former.digest) == (image.path, image.digest):
        return replace(state, path=image.path, frame=image.frame)
    after = replace(opened(state, image.path), frame=image.frame)
    kept = state.keep_window and isinstance(voi, Window) and former is not None and comparable(former, image)
    return replace(after, voi=voi) if kept else after


def comparable(one: Radiograph, other: Radiograph) -> bool:
    """Return whether the values of two images mean the same, as far as their files say."""
    known = [(image.grayscale.signed, image.grayscale.bits_stored) for image in (one, other)]
    first, second = one.grayscale.modality, other.grayscale.modality
    return known[0] == known[1] and isinstance(first, Rescale) and first == second


def reset_view(state: ViewState) -> ViewState:
    """The image as the file wants it shown, fitted into the view."""
    return replace(state, voi=None, inverted=False, orientation=Orientation(), zoom=FIT)


def with_model(state: ViewState, model: str) -> ViewState:
    """Another model: class and layer of the former one mean nothing to it."""
    return asking(replace(state, model=model), target=TOP, layers=(AUTO_LAYER,))


def asking(state: ViewState, **changes: object) -> ViewState:
    """Another question, by the names of `Question`; parameters belong to a method."""
    if changes.get("method", state.question.method) != state.question.method:
        changes.setdefault("parameters", ())
    return replace(state, question=replace(state.question, **changes))  # type: ignore[arg-type]


def styled(state: ViewState, **changes: str | float | bool) -> ViewState:
    """Other settings of the overlay, by the names of `OverlayStyle`."""
    return replace(state, style=replace(state.style, **changes))  # type: ignore[arg-type]
