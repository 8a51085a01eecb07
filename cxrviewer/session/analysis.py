"""One analysis: the model's answer, where its map lies, and when it was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cxrviewer.errors import ExplainError
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.explain.request import (
    ExplainRequest,
    ExplainResult,
    LoadRequest,
    ManyRequest,
    ManyResult,
    Request,
    Result,
    SweepRequest,
    SweepResult,
)
from cxrviewer.imaging.geometry import Geometry
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.card import ModelCard
from cxrviewer.models.catalog import resolve_model
from cxrviewer.models.preprocess import ModelInput
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.tasks import explain_request

Run = Callable[[Request], Result]


@dataclass(frozen=True, eq=False)
class Analysis:
    """The engine's answer for one `ExplainKey`, the place of its grid and the time, with its zone."""

    result: ExplainResult
    geometry: Geometry
    moment: datetime


@dataclass(frozen=True, eq=False)
class LoadedChoice:
    """A model in the engine, and how it was asked for."""

    load: LoadRequest
    info: ModelInfo


def load_choice(run: Run, choice: str, card: ModelCard | None = None) -> LoadedChoice:
    """Load the model that a name or a path stands for.

    Parameters
    ----------
    run : callable
        Answers requests.
    choice : str
        As for `resolve_model`.
    card : ModelCard, optional
        Takes the place of the card that is found for it.

    Raises
    ------
    ModelError
        There is no such model, or it cannot be used.
    """
    load = resolve_model(choice)
    if card is not None:
        load = replace(load, card=card)
    info = run(load)
    assert isinstance(info, ModelInfo)
    return LoadedChoice(load, info)


def analyse(run: Run, radiograph: Radiograph, loaded: LoadedChoice, key: ExplainKey) -> Analysis:
    """Run a model on an image and answer the question of a key.

    Raises
    ------
    UserError
        The engine says why it cannot.
    """
    request, geometry = explain_request(radiograph, loaded.info, loaded.load, key.question)
    result = run(request)
    assert isinstance(result, ExplainResult)
    return Analysis(result, geometry, _now())


def analyse_layers(
    run: Run, radiograph: Radiograph, loaded: LoadedChoice, key: ExplainKey, layers: tuple[str, ...]
) -> tuple[Analysis, ...]:
    """Answer the question of a key for each of several layers at once; raises as `analyse`."""
    request, geometry = explain_request(radiograph, loaded.info, loaded.load, key.question)
    swept = run(SweepRequest(request, layers))
    assert isinstance(swept, SweepResult)
    return tuple(Analysis(result, geometry, _now()) for result in swept.results)


def analyse_many(
    run: Run, inputs: Sequence[ModelInput], loaded: LoadedChoice, question: Question
) -> tuple[Analysis | ExplainError, ...]:
    """Answer one settled question about several images, together where the method allows it.

    Parameters
    ----------
    run : callable
        Answers requests.
    inputs : sequence of ModelInput
        The images; at least one.
    loaded : LoadedChoice
        The model.
    question : Question
        Its target may be `TOP`, each image's own.

    Returns
    -------
    tuple
        For each image its analysis, or why there is none.

    Raises
    ------
    ExplainError
        All of them together take more memory than there is.
    """
    explains = tuple(
        ExplainRequest(loaded.load, each.key, each.values, each.black, each.white, question)
        for each in inputs
    )
    found = run(ManyRequest(explains))
    assert isinstance(found, ManyResult)
    moment = _now()
    return tuple(
        one if isinstance(one, ExplainError) else Analysis(one, each.geometry, moment)
        for one, each in zip(found.results, inputs, strict=True)
    )


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
