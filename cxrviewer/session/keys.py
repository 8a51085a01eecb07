"""What identifies a heatmap."""

from __future__ import annotations

from dataclasses import dataclass

from cxrviewer.models.card import ModelCard


@dataclass(frozen=True)
class ExplainKey:
    """Image (digest of the file), model, class, layer and method.

    The model is its whole card: the same weights read by another card give another heatmap.
    """

    digest: str
    model: ModelCard
    class_index: int
    layer: str
    method: str
