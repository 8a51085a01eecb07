"""What to load: the message that names a model."""

from __future__ import annotations

from dataclasses import dataclass

from cxrviewer.models.card import ModelCard


@dataclass(frozen=True)
class LoadRequest:
    """Load the model at `path`; `card` is None where there is none yet."""

    path: str
    card: ModelCard | None = None
