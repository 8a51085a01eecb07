"""Pictures of explanations in scripts and notebooks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrviewer.api.explanation import Explanation
from cxrviewer.api.look import look
from cxrviewer.export.options import ExportOptions
from cxrviewer.imaging.compose import OverlayStyle


def overlay(
    explanation: Explanation,
    path: str | Path | None = None,
    *,
    colormap: str | None = None,
    alpha: float = OverlayStyle().alpha,
    threshold: float = 0.0,
    signed: bool = False,
    view: str = "smooth",
    scale: float | None = None,
    fade: bool = True,
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
    fade : bool
        Whether a finding under its operating threshold is drawn more faintly.
    options : ExportOptions, optional
        What goes into the file.

    Returns
    -------
    (H, W, 3) uint8 array
        Red, green, blue; without a caption.

    Raises
    ------
    UsageError
        There is no such colour map or view, or a number is out of its range.
    ExportError
        The file cannot be written.
    """
    state = look(
        colormap=colormap, alpha=alpha, threshold=threshold, signed=signed, view=view, scale=scale, fade=fade
    )
    scene = explanation.scene(state)
    if path is not None:
        from cxrviewer.export.export import export

        export([scene], Path(path).expanduser(), options or ExportOptions())
    return scene.overlay.copy()
