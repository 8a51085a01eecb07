"""From a question in words to one that a model can be asked: for the command line, batches and notebooks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cxrviewer.errors import ExplainError
from cxrviewer.explain.question import Question, settle
from cxrviewer.session.analysis import LoadedChoice
from cxrviewer.session.plan import answerable
from cxrviewer.session.tasks import resolve_layers, resolve_target


def settled_question(
    question: Question, loaded: LoadedChoice, target: str, layers: str | None, *, exact: bool
) -> Question:
    """Return a question with target and layers of a model, by a method that can explain it.

    Parameters
    ----------
    question : Question
        Method, parameters, fusion and smoothing.
    loaded : LoadedChoice
        The model.
    target : str
        As for `resolve_target`.
    layers : str, optional
        As for `resolve_layers`.
    exact : bool
        Whether the method was named: then it is never replaced by another.

    Raises
    ------
    UsageError
        No such target or layer.
    ExplainError
        The question does not go with the model.
    """
    info = loaded.info
    question = replace(question, target=resolve_target(info.card, target))
    if layers is not None:
        question = replace(question, layers=resolve_layers(info, layers))
    elif not exact:
        question = answerable(question, info)
    try:
        return settle(question, info, None)
    except ExplainError as error:
        raise ExplainError(error.message, error.hint, Path(loaded.load.path)) from error
