"""What a drag on the canvas does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF


class Tool(Enum):
    """What the left button does."""

    WINDOW = "window"
    PAN = "pan"


class DragKind(Enum):
    """What the drag under way does."""

    WINDOW = "window"
    PAN = "pan"


@dataclass(frozen=True, eq=False)
class Drag:
    """A drag under way: where it began, what was in the middle of the view then, and whether it has moved."""

    kind: DragKind
    start: QPointF
    center: tuple[float, float]
    moving: bool = False
