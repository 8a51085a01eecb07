"""What a batch is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cxrviewer import __version__
from cxrviewer.export.options import ExportOptions, options_to_json
from cxrviewer.models.catalog import file_digest
from cxrviewer.models.load_request import LoadRequest
from cxrviewer.session.state import ViewState


@dataclass(frozen=True)
class BatchOptions:
    """The choices.

    Parameters
    ----------
    state : ViewState
        Model, method with its parameters, and how the heatmap is drawn.
    target : str
        As for `session.tasks.resolve_target`.
    layers : str, optional
        As for `session.tasks.resolve_layers`; None for the model's own.
    exact : bool
        Whether the method was named, so that no other may take its place.
    suffix : str
        Ending of the visualisations, with the dot: their format where `export` names no writer.
    export : ExportOptions
        What goes into them.
    stems : bool
        Whether pictures and rows carry the names of the files; else numbers alone.
    most : int, optional
        The greatest number of files.
    workers : int, optional
        Processes that read and draw; None for one a processor.
    resume : bool
        Whether the run in the output folder is gone on with.
    cluster : str
        Address of a dask scheduler, or "" for this machine.
    """

    state: ViewState = field(default_factory=ViewState)
    target: str = "top"
    layers: str | None = None
    exact: bool = False
    suffix: str = ".jpg"
    export: ExportOptions = field(default_factory=ExportOptions)
    stems: bool = True
    most: int | None = None
    workers: int | None = None
    resume: bool = False
    cluster: str = ""


def fingerprint(options: BatchOptions, load: LoadRequest) -> dict[str, object]:
    """Return by name what decides a batch's rows and pictures, as JSON has it.

    A run is only gone on with by the same.
    """
    state, question = options.state, options.state.question
    card = load.card
    return {
        "program": __version__,
        "model": card.sha256 if card is not None else file_digest(Path(load.path)),
        "card": hashlib.sha256(repr(card).encode()).hexdigest(),
        "target": options.target.strip().casefold(),
        "method": question.method,
        "parameters": [list(pair) for pair in question.parameters],
        "layer": options.layers,
        "fusion": question.fusion.value,
        "smoothing": question.smoothing,
        "style": _plain(asdict(state.style)),
        "scale": state.scale.limit,
        "top share": state.top_share,
        "fade": state.fade,
        "format": options.suffix,
        "export": options_to_json(options.export),
        "names": options.stems,
    }


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """Return values with enumerations as their texts."""
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()}
