"""CXR Viewer in scripts and notebooks, without a window: what ``import cxrviewer`` offers.

Everything is imported when it is used first; TensorFlow with the first model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.api.explanation import Explanation
from cxrviewer.api.model import Model
from cxrviewer.explain.display import STRETCHED, Scale
from cxrviewer.explain.method_spec import Value
from cxrviewer.explain.question import Question
from cxrviewer.export.options import ExportOptions
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle, effective_colormap
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.models.card import ModelCard
from cxrviewer.models.card_toml import read_card
from cxrviewer.session.analysis import analyse
from cxrviewer.session.asking import settled_question
from cxrviewer.session.keys import ExplainKey
from cxrviewer.session.state import ViewState
from cxrviewer.session.tasks import resolve_method

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cxrviewer.batch.finish import BatchSummary
    from cxrviewer.batch.progress import BatchProgress

PathLike = str | Path
__all__ = ["Explanation", "Model", "batch", "explain", "load_model", "open_radiograph", "overlay"]

_KEPT = 2
"""Models that are kept when they are asked for by name."""


def open_radiograph(path: PathLike, frame: int = 0) -> Radiograph:
    """Read a DICOM, PNG, JPEG or TIFF file; in a zip archive, ``a.zip/inner/file.dcm``.

    Parameters
    ----------
    path : str or Path
        The file.
    frame : int
        Which of its frames, from 0.

    Raises
    ------
    ImageReadError
        The file cannot be read, is no image, or is damaged.
    """
    return read_radiograph(Path(path).absolute(), frame)


def load_model(model: PathLike = "default", card: ModelCard | PathLike | None = None) -> Model:
    """Load a classifier.

    Parameters
    ----------
    model : str or Path
        "default", the id of a built-in model, or a Keras file (.keras, .h5) or SavedModel folder.
    card : ModelCard, str or Path, optional
        How to read it, or the TOML file that says so; else the one beside the weights, else it is guessed.

    Raises
    ------
    ModelError
        There is no such model, or it cannot be used.
    CardError
        The card does not fit it.
    """
    if isinstance(card, str | Path):
        card = read_card(Path(card))
    return Model(str(model), card)


def explain(
    image: Radiograph | PathLike,
    model: Model | PathLike = "default",
    *,
    target: str = "top",
    method: str | None = None,
    layer: str | None = None,
    smoothing: int = 0,
    **parameters: Value,
) -> Explanation:
    """Run a model on an image and explain its output.

    Parameters
    ----------
    image : Radiograph, str or Path
        From `open_radiograph`, or a file.
    model : Model, str or Path
        From `load_model`, or what that takes; two models that were given so are kept.
    target : str
        "top", a label, a label group, "not LABEL", "LABEL vs LABEL" or "LABEL vs rest".
    method : str, optional
        Id of a method, as ``cxrviewer methods`` lists them; Grad-CAM where the model allows it.
    layer : str, optional
        Target layer, or several separated by commas; else the model's own.
    smoothing : int
        Copies of the image whose maps are averaged.
    **parameters
        Of the method.

    Raises
    ------
    UsageError
        There is no such target, method or layer.
    ExplainError
        The question does not go with the model.
    UserError
        The image or the model cannot be read.
    """
    radiograph = image if isinstance(image, Radiograph) else open_radiograph(image)
    used = model if isinstance(model, Model) else _kept_model(str(model))
    asked = Question(parameters=tuple(parameters.items()), smoothing=smoothing)
    if method is not None:
        asked = replace(asked, method=resolve_method(method))
    question = settled_question(asked, used.loaded, target, layer, exact=method is not None)
    key = ExplainKey(radiograph.key, used.card, question)
    return Explanation(radiograph, used, analyse(used.run, radiograph, used.loaded, key))


def overlay(
    explanation: Explanation,
    path: PathLike | None = None,
    *,
    colormap: str | None = None,
    alpha: float = OverlayStyle().alpha,
    threshold: float = 0.0,
    signed: bool = False,
    view: str = "smooth",
    scale: float | None = None,
    options: ExportOptions | None = None,
) -> NDArray[np.uint8]:
    """Return the image with the map laid over it, at the image's resolution; write it where a path is given.

    Parameters
    ----------
    explanation : Explanation
        From `explain`.
    path : str or Path, optional
        Picture to write, with a caption and a file beside it that says how it was made.
    colormap : str, optional
        Id of a colour map; one that goes with `signed` where left out.
    alpha, threshold : float
        Greatest opacity, and the share of full scale under which nothing is drawn; 0 to 1.
    signed : bool
        Whether to show what spoke against the target, too.
    view : {"smooth", "cells", "contours"}
        How the map is drawn.
    scale : float, optional
        Logits that full scale stands for; the maximum of the map where left out.
    options : ExportOptions, optional
        What goes into the file.

    Returns
    -------
    (H, W, 3) uint8 array
        Red, green, blue; without a caption.

    Raises
    ------
    ExportError
        The file cannot be written.
    """
    from cxrviewer.export.export import export
    state = _look(colormap, alpha, threshold, view, scale, signed=signed)
    scene = explanation.scene(state)
    if path is not None:
        export([scene], Path(path), options or ExportOptions())
    return scene.overlay.copy()


def batch(
    inputs: PathLike | Sequence[PathLike],
    output: PathLike,
    model: PathLike = "default",
    *,
    target: str = "top",
    method: str | None = None,
    layer: str | None = None,
    format: str = "png",
    most: int | None = None,
    workers: int | None = None,
    resume: bool = False,
    cluster: str = "",
    report: Callable[[BatchProgress], object] | None = None,
) -> BatchSummary:
    """Explain many files: a picture each, ``results.csv``, ``results.parquet`` and ``summary.html``.

    Parameters
    ----------
    inputs : str, Path or sequence of these
        Folders, zip archives, CSV tables, patterns such as ``scans/*.dcm``, files.
    output : str or Path
        Folder of the results.
    model, target, method, layer
        As for `explain`.
    format : str
        Of the pictures: png, jpg, tif, webp.
    most : int, optional
        The greatest number of files.
    workers : int, optional
        Processes that read and draw; one a processor where left out.
    resume : bool
        Whether to go on with the batch that is in `output`.
    cluster : str
        Address of a dask scheduler.
    report : callable, optional
        Told of each file.

    Raises
    ------
    UserError
        There is nothing to do, or model, question or output folder cannot be used.
    ExportError
        The disk is full, say; what was finished is kept.
    """
    from cxrviewer.batch.options import BatchOptions
    from cxrviewer.batch.run import run_batch

    several = [inputs] if isinstance(inputs, str | Path) else inputs
    question = Question() if method is None else Question(method=resolve_method(method))
    options = BatchOptions(
        state=ViewState(model=str(model), question=question),
        target=target,
        layers=layer,
        exact=method is not None,
        suffix=f".{format.lower().removeprefix('.')}",
        most=most,
        workers=workers,
        resume=resume,
        cluster=cluster,
    )
    return run_batch([str(each) for each in several], options, Path(output), report or _unheard)


def _look(
    colormap: str | None, alpha: float, threshold: float, view: str, scale: float | None, *, signed: bool
) -> ViewState:
    style = OverlayStyle(alpha=alpha, threshold=threshold, view=HeatmapView(view), signed=signed)
    style = replace(style, colormap=colormap or effective_colormap(style))
    return ViewState(style=style, scale=STRETCHED if scale is None else Scale(scale))


@lru_cache(_KEPT)
def _kept_model(choice: str) -> Model:
    return load_model(choice)


def _unheard(_progress: BatchProgress) -> None:
    """Nobody wants to know."""
