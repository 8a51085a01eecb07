"""What is known of a loaded model: card, layers, methods that can explain it."""

from __future__ import annotations

from dataclasses import dataclass

from cxrviewer.models.card import ModelCard

AUTO_LAYER = "auto"

_FRAMING = frozenset({"ZeroPadding2D", "Cropping2D"})


@dataclass(frozen=True)
class LayerInfo:
    """A layer with a spatial output.

    Parameters
    ----------
    path : str
        Names from the outermost model to the layer, joined by "/".
    rows, columns, channels : int
        Shape of its output for the card's input.
    kind : str
        Class name of the layer, "Conv2D" say.
    block : str
        Name of the block of layers that it belongs to, "conv5_block16" say.
    """

    path: str
    rows: int
    columns: int
    channels: int
    kind: str
    block: str = ""


@dataclass(frozen=True)
class ModelInfo:
    """A loaded model.

    Parameters
    ----------
    card : ModelCard
        Guessed where none was given.
    layers : tuple of LayerInfo
        Spatial layers in execution order.
    auto_layer : str
        The one taken for "auto": the card's, else the last one; "" where there is none.
    notes : tuple of str
        What a user should know.
    methods : tuple of str
        Ids of the methods that can explain it.
    """

    card: ModelCard
    layers: tuple[LayerInfo, ...]
    auto_layer: str
    notes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


def sweep_layers(info: ModelInfo) -> tuple[str, ...]:
    """Return one layer a block, its last, in execution order: the stops of the layer slider.

    The automatic layer stands for its block. Layers that only frame the map of another are no stops.
    """
    last = {layer.block: layer.path for layer in info.layers if layer.kind not in _FRAMING}
    auto = next((layer for layer in info.layers if layer.path == info.auto_layer), None)
    if auto is not None:
        last[auto.block] = auto.path
    stops = set(last.values())
    return tuple(layer.path for layer in info.layers if layer.path in stops)
