"""How a heatmap is drawn, in the words of scripts."""

from __future__ import annotations

from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.session.looks import chosen_scale, chosen_style
from cxrviewer.session.state import ViewState


def look(
    *,
    colormap: str | None = None,
    alpha: float = OverlayStyle().alpha,
    threshold: float = 0.0,
    signed: bool = False,
    view: str = "smooth",
    scale: float | None = None,
    fade: bool = True,
) -> ViewState:
    """Return how a heatmap is drawn; parameters and errors as for `overlay`."""
    style = chosen_style(colormap, alpha, threshold, view, signed=signed)
    return ViewState(style=style, scale=chosen_scale(scale), fade=fade)
