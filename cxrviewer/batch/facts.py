"""What all rows of a batch have in common: model, method, target."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from cxrviewer import __version__
from cxrviewer.explain.question import Question
from cxrviewer.explain.target import target_name
from cxrviewer.export.words import method_name
from cxrviewer.models.card import ModelCard


@dataclass(frozen=True)
class Facts:
    """What all rows have in common.

    Parameters
    ----------
    labels : tuple of str
        Of the model, in the order of its outputs.
    thresholds : tuple of float
        Operating thresholds, one a label.
    model, version, sha256 : str
        The model.
    limits : str
        What its card says of where it fails.
    method, layer, target : str
        The question, in words.
    program : str
        Version of the program.
    """

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    model: str
    version: str
    sha256: str
    limits: str
    method: str
    layer: str
    target: str
    program: str = __version__


def facts_of(card: ModelCard, question: Question) -> Facts:
    """Return what the rows of a batch have in common."""
    return Facts(
        card.labels,
        card.thresholds,
        card.name,
        card.version,
        card.sha256,
        card.limits,
        method_name(question.method),
        " + ".join(question.layers) or "the input",
        target_name(question.target, card),
    )


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """Return facts as JSON has them."""
    return asdict(facts)


def facts_from_json(content: dict[str, Any]) -> Facts:
    """Return facts from what `facts_to_json` gave."""
    lists = {name: tuple(content[name]) for name in ("labels", "thresholds")}
    return Facts(**{**content, **lists})
