"""A layer in words."""

from __future__ import annotations

from cxrviewer.explain.model_info import LayerInfo
from cxrviewer.ui.panels.fields import tip

STAR = "★"


def layer_name(layer: LayerInfo, auto: str) -> str:
    """Return the name of a layer without those of the models around it; a star marks the automatic one."""
    star = f"{STAR} " if layer.path == auto else ""
    return f"{star}{layer.path.rpartition('/')[2]}"


def layer_text(layer: LayerInfo, auto: str) -> str:
    """Return a layer in a line: name, grid and channels."""
    return f"{layer_name(layer, auto)}  {grid_text(layer)} · {layer.channels}"


def layer_tip(layer: LayerInfo, auto: str) -> str:
    """Return all that is known of a layer, as a tip."""
    chosen = "The automatic choice." if layer.path == auto else ""
    return tip(layer.path, f"{layer.kind}, {grid_text(layer)} cells, {layer.channels} channels. {chosen}")


def grid_text(layer: LayerInfo) -> str:
    """Return rows and columns."""
    return f"{layer.rows}×{layer.columns}"
