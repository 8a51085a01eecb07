"""What identifies a heatmap."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExplainKey:
    """Image (digest of the file), model (digest of the weights), class, layer and method."""

    digest: str
    model: str
    class_index: int
    layer: str
    method: str
