"""What is asked, from what a script says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxrviewer.errors import UsageError
from cxrviewer.explain.method_spec import Value
from cxrviewer.explain.question import Fusion, Question
from cxrviewer.session.tasks import resolve_method, resolve_parameters


def question_of(method: str | None, fusion: str, smoothing: int, parameters: Mapping[str, Value]) -> Question:
    """Return the question, without target and layers, which need the model.

    Raises
    ------
    UsageError
        There is no such method, fusion or parameter, or `smoothing` is no number of copies.
    """
    if fusion not in list(Fusion):
        raise UsageError(f"There is no fusion {fusion!r}.", f"Choose {', '.join(Fusion)}.")
    if not isinstance(smoothing, int):
        raise UsageError(f"{smoothing!r} copies cannot be averaged.", "Give a whole number.")
    named = Question().method if method is None else resolve_method(method)
    texts = [f"{name}={value}" for name, value in parameters.items()]
    return Question(
        method=named,
        parameters=resolve_parameters(named, texts),
        fusion=Fusion(fusion),
        smoothing=smoothing,
    )


def layer_names(layer: str | Sequence[str] | None) -> str | None:
    """Return layers as the command line has them."""
    return layer if layer is None or isinstance(layer, str) else ",".join(layer)
