"""What is worth computing before anybody asks: the other stops of the layer slider, the other classes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.method_spec import Family
from cxrviewer.explain.model_info import ModelInfo, sweep_layers
from cxrviewer.explain.target import of_label
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.cache import AnalysisCache
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.plan import resolve
from cxrviewer.session.shown import Shown
from cxrviewer.session.state import showing

BYTES_AT_ONCE = 128 * 2**20
"""Activations and gradients in one run of the model. Few large runs disturb less than many small ones: what
takes long is to compile each group, once a model."""

_MOST_CLASSES = 32


AFFORDABLE = 5.0
"""Seconds that the analysis of an image may take that nobody has asked for yet."""


@dataclass(frozen=True)
class Piece:
    """Part of a prefetch: one request to the engine, or a few very short ones.

    Parameters
    ----------
    key : ExplainKey
        The question on screen.
    keys : tuple of ExplainKey
        The questions that are answered.
    layers : tuple of str
        The layers of `keys` where these differ only in the layer; one run of the model answers them all.
        Empty where they differ in the class.
    """

    key: ExplainKey
    keys: tuple[ExplainKey, ...]
    layers: tuple[str, ...] = ()


def pieces_ahead(key: ExplainKey, info: ModelInfo) -> tuple[Piece, ...]:
    """Return what is likely to be asked for after a question, the likeliest first.

    Parameters
    ----------
    key : ExplainKey
        Of the map on screen.
    info : ModelInfo
        Its model.

    Returns
    -------
    tuple of Piece
        Nothing for methods that take longer than a run of the model. Layers always come in the same groups,
        since the engine compiles each group once.
    """
    question = key.question
    quick = method_spec(question.method).family is Family.GRADIENT_CAM
    if not quick or len(question.layers) != 1 or question.smoothing:
        return ()
    return (*_classes(key, info), *_layers(key, info))


def piece_beside(shown: Shown, analysis: Analysis, image: Radiograph, cache: AnalysisCache) -> Piece | None:
    """Return what will be asked for when another image is opened.

    Parameters
    ----------
    shown : Shown
        What is on screen.
    analysis : Analysis
        Of the image on screen: how long it took tells how long the other will take.
    image : Radiograph
        The other one.
    cache : AnalysisCache
        Has the model's output for it, maybe.

    Returns
    -------
    Piece or None
        None where that takes too long, or cannot be asked; or where an older map is on screen, as
        the question was given up.
    """
    loaded = shown.at_hand.loaded
    if loaded is None or analysis.result.seconds > AFFORDABLE:
        return None
    asked = resolve(shown.state, shown.at_hand).explain
    if asked is None or asked.question != analysis.result.attribution.question:
        return None
    at_hand = replace(
        shown.at_hand, radiograph=image, prediction=cache.prediction(image.key, loaded.info.card)
    )
    key = resolve(showing(shown.state, image, shown.radiograph, shown.voi), at_hand).explain
    return Piece(key, (key,)) if key is not None else None


def _classes(key: ExplainKey, info: ModelInfo) -> tuple[Piece, ...]:
    others = [
        of_label(index) for index in range(len(info.card.labels)) if of_label(index) != key.question.target
    ]
    if len(others) > _MOST_CLASSES:
        return ()
    return (Piece(key, tuple(key.asking(replace(key.question, target=target)) for target in others)),)


def _layers(key: ExplainKey, info: ModelInfo) -> tuple[Piece, ...]:
    order = [layer.path for layer in info.layers]
    here = order.index(key.question.layers[0])
    groups = _groups(info)
    groups.sort(key=lambda group: min(abs(order.index(path) - here) for path in group))
    return tuple(
        Piece(key, tuple(key.asking(replace(key.question, layers=(path,))) for path in group), group)
        for group in groups
    )


def _groups(info: ModelInfo) -> list[tuple[str, ...]]:
    """Return the stops of the layer slider in groups that one run of the model may keep in memory."""
    stops = set(sweep_layers(info))
    groups: list[list[str]] = [[]]
    size = 0
    for layer in info.layers:
        if layer.path in stops:
            needed = 2 * 4 * layer.rows * layer.columns * layer.channels
            if groups[-1] and size + needed > BYTES_AT_ONCE:
                groups.append([])
                size = 0
            groups[-1].append(layer.path)
            size += needed
    return [tuple(group) for group in groups]
