"""From what a person says of how a heatmap is drawn to its style: for the command line and notebooks."""

from __future__ import annotations

from dataclasses import replace

from cxrviewer.errors import UsageError
from cxrviewer.explain.display import STRETCHED, Scale
from cxrviewer.imaging.colormap import COLORMAPS, is_diverging
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle, effective_colormap


def chosen_style(
    colormap: str | None, alpha: float, threshold: float, view: str, *, signed: bool
) -> OverlayStyle:
    """Return the style that is asked for.

    Parameters
    ----------
    colormap : str, optional
        Id of a colour map; one that goes with `signed` where left out.
    alpha, threshold : float
        0 to 1.
    view : str
        "smooth", "cells" or "contours".
    signed : bool
        Whether evidence against is drawn, too.

    Raises
    ------
    UsageError
        There is no such colour map or view, the colour map does not go with `signed`, or a number is out of
        its range.
    """
    for name, share in (("opacity", alpha), ("threshold", threshold)):
        if not 0 <= share <= 1:
            raise UsageError(f"{share} is no {name}.", "Give a number from 0 to 1.")
    if view not in list(HeatmapView):
        raise UsageError(f"There is no view {view!r}.", f"Choose {', '.join(HeatmapView)}.")
    style = OverlayStyle(alpha=alpha, threshold=threshold, view=HeatmapView(view), signed=signed)
    if colormap is None:
        return replace(style, colormap=effective_colormap(style))
    fitting = [spec.id for spec in COLORMAPS if spec.diverging == signed]
    if colormap not in [spec.id for spec in COLORMAPS]:
        raise UsageError(f"There is no colour map {colormap!r}.", f"Choose {', '.join(fitting)}.")
    if is_diverging(colormap) != signed:
        what = "where evidence against is shown" if signed else "where it is not signed"
        raise UsageError(
            f"The colour map {colormap!r} cannot be used {what}.", f"Choose {', '.join(fitting)}."
        )
    return replace(style, colormap=colormap)


def chosen_scale(limit: float | None) -> Scale:
    """Return the scale that ends at so many logits; that of each image's own for None.

    Raises
    ------
    UsageError
        It is no number above 0.
    """
    if limit is None:
        return STRETCHED
    try:
        return Scale(limit)
    except ValueError as error:
        raise UsageError(f"A scale cannot end at {limit}.", "Give a number of logits above 0.") from error
