"""The scenes of a film: one image, of whose heatmap one choice changes step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from cxrviewer.errors import UsageError
from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.display import STRETCHED
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.model_info import ModelInfo, sweep_layers
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import of_label
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import Orientation, Viewport, make_viewport, oriented_size
from cxrviewer.session.analysis import Analysis, LoadedChoice, Run, analyse, analyse_layers
from cxrviewer.session.comparison_sheet import shared_scales
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.scene import make_scene
from cxrviewer.session.state import ViewState
from cxrviewer.session.still import still

MOST_FRAMES = 40
"""Maps of a film: more nobody watches, and a GIF grows with each."""
SIDE = 720
"""Pixels along the longer side of a film's picture: it is made for slides."""
_MOST_TIMES = 4.0
"""How many times a small image is enlarged at most."""

_FADE_STEPS = 12
_FADE_SECONDS = 0.1

Report = Callable[[int, int], None]
"""Told how many maps of how many are computed."""


class Over(StrEnum):
    """What changes."""

    LAYERS = "layers"
    CLASSES = "classes"
    ALPHA = "alpha"


def frame_seconds(over: Over) -> float:
    """Return how long each picture is seen unless something else is asked for."""
    return _FADE_SECONDS if over is Over.ALPHA else 1.0


def film_scenes(
    run: Run,
    radiograph: Radiograph,
    loaded: LoadedChoice,
    state: ViewState,
    over: Over,
    report: Report | None = None,
) -> tuple[Scene, ...]:
    """Compute the maps of a film and return its scenes, as `film_of`.

    Parameters
    ----------
    run : callable
        Answers requests.
    radiograph, loaded : Radiograph, LoadedChoice
        The image and the model.
    state : ViewState
        How the heatmap is drawn; its question is settled.
    over : Over
        What changes.
    report : callable, optional
        Told of the progress; what it raises ends the computation.

    Raises
    ------
    UsageError
        As `film_questions`.
    UserError
        The engine says why a map cannot be computed.
    """
    questions = film_questions(state.question, loaded.info, over)
    analyses = []
    for analysis in _analyses(run, radiograph, loaded, questions, over):
        analyses.append(analysis)
        if report is not None:
            report(len(analyses), len(questions))
    return film_of(state, radiograph, loaded, over, analyses)


def film_of(
    state: ViewState,
    radiograph: Radiograph,
    loaded: LoadedChoice,
    over: Over,
    analyses: Sequence[Analysis],
) -> tuple[Scene, ...]:
    """Return the scenes of a film from its maps.

    Over layers and classes maps have the scales of a comparison (`shared_scales`), unless the user has locked
    one: all share one where what is brighter in one picture than in another then counts more, and none is too
    faint to be seen; else each is stretched to itself, as its colour bar says. Over alpha one map fades in to
    the style's opacity, and out again.

    Parameters
    ----------
    state : ViewState
        How the heatmap is drawn; the user's flip and turns.
    radiograph, loaded : Radiograph, LoadedChoice
        The image and the model.
    over : Over
        What changes.
    analyses : sequence of Analysis
        Answers to `film_questions`, in their order.
    """
    viewport = film_viewport(radiograph, state.orientation)
    state = replace(state, style=replace(state.style, visible=True))
    if over is Over.ALPHA:
        return tuple(_scene(each, radiograph, loaded, analyses[0], viewport) for each in _fading(state))
    scales = [state.scale] * len(analyses)
    if state.scale == STRETCHED:
        scales = shared_scales([each.result.attribution for each in analyses], signed=state.style.signed)
    return tuple(
        _scene(replace(state, scale=scale), radiograph, loaded, analysis, viewport)
        for scale, analysis in zip(scales, analyses, strict=True)
    )


def film_viewport(radiograph: Radiograph, orientation: Orientation) -> Viewport:
    """Return the view of a whole image, `SIDE` pixels along its longer side unless it is very small."""
    width, height = oriented_size(radiograph.shape, radiograph.aspect, orientation)
    scale = min(_MOST_TIMES, SIDE / max(width, height))
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    return make_viewport(
        radiograph.shape,
        shape,
        scale=scale,
        center=(0.5, 0.5),
        aspect=radiograph.aspect,
        orientation=orientation,
    )


def film_questions(question: Question, info: ModelInfo, over: Over) -> tuple[Question, ...]:
    """Return what must be asked for a film.

    Raises
    ------
    UsageError
        There are not two steps, or too many.
    """
    if over is Over.ALPHA:
        return (question,)
    if over is Over.CLASSES:
        found = tuple(replace(question, target=of_label(index)) for index in range(len(info.card.labels)))
    else:
        spec = method_spec(question.method)
        if not spec.uses_layer:
            hint = "Choose a method of class activation maps, or a film over classes."
            raise UsageError(f"{spec.name} explains the input, not a layer.", hint)
        found = tuple(replace(question, layers=(layer,)) for layer in sweep_layers(info))
    if len(found) < 2:
        raise UsageError(f"The model has no {over.value} to go through.", "Choose another kind of film.")
    if len(found) > MOST_FRAMES:
        hint = f"At most {MOST_FRAMES} can be shown one after the other."
        raise UsageError(f"The model has {len(found)} {over.value}.", hint)
    return found


def refusals(question: Question, info: ModelInfo) -> dict[Over, str]:
    """Return what a film cannot go through, and why."""
    found = {}
    for over in Over:
        try:
            film_questions(question, info, over)
        except UsageError as error:
            found[over] = f"{error.message} {error.hint}".strip()
    return found


def _analyses(
    run: Run, radiograph: Radiograph, loaded: LoadedChoice, questions: Sequence[Question], over: Over
) -> Iterator[Analysis]:
    """Give the map of each question; those of several layers from one run of the model where that goes."""
    keys = [ExplainKey(radiograph.key, loaded.info.card, question) for question in questions]
    if over is Over.LAYERS and method_spec(questions[0].method).family is Family.GRADIENT_CAM:
        yield from analyse_layers(
            run, radiograph, loaded, keys[0], tuple(question.layers[0] for question in questions)
        )
        return
    for key in keys:
        yield analyse(run, radiograph, loaded, key)


def _fading(state: ViewState) -> tuple[ViewState, ...]:
    """Return states with rising and falling opacity; the first is not the last, too, as films start again."""
    rising = [step / _FADE_STEPS for step in range(_FADE_STEPS + 1)]
    shares = [*rising, *rising[-2:0:-1]]
    return tuple(
        replace(state, fade=False, style=replace(state.style, alpha=state.style.alpha * share))
        for share in shares
    )


def _scene(
    state: ViewState,
    radiograph: Radiograph,
    loaded: LoadedChoice,
    analysis: Analysis,
    viewport: Viewport,
) -> Scene:
    scene = make_scene(still(state, radiograph, loaded, analysis), viewport)
    assert scene is not None
    return scene
