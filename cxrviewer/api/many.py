"""Many images in scripts and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cxrviewer.api.question import layer_names, question_of
from cxrviewer.errors import UsageError
from cxrviewer.explain.method_spec import Value
from cxrviewer.export.options import ExportOptions
from cxrviewer.session.state import ViewState

if TYPE_CHECKING:
    from cxrviewer.batch.finish import BatchSummary
    from cxrviewer.batch.progress import BatchProgress

PathLike = str | Path


def batch(
    inputs: PathLike | Sequence[PathLike],
    output: PathLike,
    model: PathLike = "default",
    *,
    target: str | int = "top",
    method: str | None = None,
    layer: str | Sequence[str] | None = None,
    fusion: str = "mean",
    smoothing: int = 0,
    format: str = "jpg",
    options: ExportOptions | None = None,
    numbers_only: bool = False,
    most: int | None = None,
    workers: int | None = None,
    resume: bool = False,
    cluster: str = "",
    report: Callable[[BatchProgress], object] | None = None,
    **parameters: Value,
) -> BatchSummary:
    """Explain many files: a picture each, ``results.csv``, ``results.parquet`` and ``summary.html``.

    A file that cannot be read is a row with its reason. Other processes read and draw; a script needs no
    guard for them.

    Parameters
    ----------
    inputs : str, Path or sequence of these
        Folders, zip archives, CSV tables, patterns such as ``scans/*.dcm``, files.
    output : str or Path
        Folder of the results.
    model, target, method, layer, fusion, smoothing
        As for `explain`; the model by its name or file.
    format : str
        Of the pictures: jpg, png, tif, webp, or the id of another format: "map-npz", say.
    options : ExportOptions, optional
        What goes into the pictures.
    numbers_only : bool
        Whether the names of the files are left out of pictures and tables.
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
    **parameters
        Of the method.

    Returns
    -------
    BatchSummary
        ``done``, ``failed``, ``classes``, and where ``page`` and ``table`` lie.

    Raises
    ------
    UserError
        There is nothing to do, or model, question or output folder cannot be used.
    ExportError
        The disk is full, say; what was finished is kept.
    """
    from dataclasses import replace

    from cxrviewer.batch.options import BatchOptions
    from cxrviewer.batch.run import run_batch
    from cxrviewer.export.save import named_format

    for name, number in (("most", most), ("workers", workers)):
        if number is not None and number < 1:
            raise UsageError(f"{name} is {number}.", "Give a whole number from 1.")
    several = [inputs] if isinstance(inputs, str | Path) else inputs
    suffix, writer = named_format(format)
    chosen = BatchOptions(
        state=ViewState(
            model=str(Path(model).expanduser()), question=question_of(method, fusion, smoothing, parameters)
        ),
        target=str(target),
        layers=layer_names(layer),
        exact=method is not None,
        suffix=suffix,
        export=replace(options or ExportOptions(), writer=writer),
        stems=not numbers_only,
        most=most,
        workers=workers,
        resume=resume,
        cluster=cluster,
    )
    texts = [str(Path(each).expanduser()) for each in several]
    return run_batch(texts, chosen, Path(output).expanduser(), report or _unheard)


def _unheard(_progress: BatchProgress) -> None:
    """Nobody wants to know."""
