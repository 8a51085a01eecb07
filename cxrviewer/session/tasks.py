"""From names that a person or a command line gives to requests for the engine: pure, without Qt."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from cxrviewer.errors import UsageError
from cxrviewer.explain.catalog import methods
from cxrviewer.explain.display import display_map
from cxrviewer.explain.request import (
    AUTO_LAYER,
    TOP_CLASS,
    ExplainRequest,
    ExplainResult,
    LoadRequest,
    ModelInfo,
)
from cxrviewer.export.overlay import Scene
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.geometry import Geometry
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.models.card import ModelCard
from cxrviewer.models.preprocess import prepare_input

TOP = "top"

_NAMED_AT_MOST = 8


def explain_request(
    radiograph: Radiograph, info: ModelInfo, load: LoadRequest, *, target: int, layer: str, method: str
) -> tuple[ExplainRequest, Geometry]:
    """Prepare the model's input and ask for one heatmap.

    Parameters
    ----------
    radiograph : Radiograph
        The image; what the user's eye sees of it does not matter here.
    info, load : ModelInfo, LoadRequest
        The loaded model, and how the engine finds it.
    target : int
        Class index, or `TOP_CLASS`.
    layer : str
        Path of the target layer, or `AUTO_LAYER`.
    method : str
        Id of the method.

    Returns
    -------
    ExplainRequest, Geometry
        The geometry places the answer's grid on the image.
    """
    prepared = prepare_input(radiograph, info.card.input)
    request = ExplainRequest(
        model=load,
        input_key=prepared.key,
        inputs=prepared.values,
        class_index=target,
        layer=layer,
        method=method,
    )
    return request, prepared.geometry


def make_scene(
    radiograph: Radiograph,
    card: ModelCard,
    result: ExplainResult,
    geometry: Geometry,
    *,
    viewport: Viewport,
    table: NDArray[np.uint8],
    style: OverlayStyle,
    moment: datetime,
) -> Scene:
    """Put together what an export shows, from an answer of the engine and the way it is looked at.

    Parameters
    ----------
    radiograph, card, result, geometry
        The image, the model's card, its answer and the place of the answer's grid.
    viewport, table, style
        As for `Renderer.picture`.
    moment : datetime
        When the analysis was made, with a time zone.
    """
    display = display_map(result.attribution)
    rows, columns = display.values.shape
    heatmap = Heatmap(display.values, geometry.grid_to_stored((rows, columns)))
    return Scene(radiograph, viewport, table, display, heatmap, style, card, result, moment)


def resolve_target(card: ModelCard, text: str) -> int:
    """Return the class that a text names.

    Parameters
    ----------
    card : ModelCard
        Its labels are the choices.
    text : str
        "top", a label in any case, or an index. A label comes first where one is called "top" or is a number.

    Returns
    -------
    int
        Class index, or `TOP_CLASS`.

    Raises
    ------
    UsageError
        No class is called so.
    """
    wanted = text.strip().casefold()
    for index, label in enumerate(card.labels):
        if label.casefold() == wanted:
            return index
    if wanted == TOP:
        return TOP_CLASS
    if wanted.isascii() and wanted.isdigit() and int(wanted) < len(card.labels):
        return int(wanted)
    choices = ", ".join(f"{label} ({index})" for index, label in enumerate(card.labels))
    raise UsageError(f"The model has no class {text!r}.", f"Choose top, {choices}.")


def resolve_layer(info: ModelInfo, name: str) -> str:
    """Return the path of the layer that a text names.

    Parameters
    ----------
    info : ModelInfo
        Its layers are the choices.
    name : str
        "auto", a path, or the last name of a path where only one layer has it.

    Raises
    ------
    UsageError
        No layer, or more than one, is called so.
    """
    paths = [layer.path for layer in info.layers]
    if name == AUTO_LAYER or name in paths:
        return name
    matches = [path for path in paths if path.rpartition("/")[2] == name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UsageError(f"Several layers are called {name!r}.", f"Choose one of {', '.join(matches)}.")
    if not paths:
        raise UsageError(f"The model has no layer {name!r}.", "It has no layer with a spatial output at all.")
    latest = ", ".join(paths[-_NAMED_AT_MOST:])
    others = " ('cxrviewer layers' lists the others)" if len(paths) > _NAMED_AT_MOST else ""
    raise UsageError(f"The model has no spatial layer {name!r}.", f"Choose auto, {latest}{others}.")


def resolve_method(method: str) -> str:
    """Return the id of the method that a text names, in any case.

    Raises
    ------
    UsageError
        There is no such method.
    """
    known = [spec.id for spec in methods()]
    wanted = method.strip().casefold()
    if wanted in known:
        return wanted
    raise UsageError(f"There is no method {method!r}.", f"Choose {', '.join(known)}.")
