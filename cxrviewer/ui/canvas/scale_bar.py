"""A bar of a round length, with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cxrviewer.imaging.spacing import PIXELS, Spacing
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.outlined import outlined

_SHARE = 0.7
"""Of the room, at most."""
_LONGEST = 190
_STEPS = (5.0, 2.0, 1.0)
_TICK = 4


@dataclass(frozen=True)
class ScaleBar:
    """A length on screen.

    Parameters
    ----------
    pixels : float
        Widget pixels.
    text : str
        What they stand for, with the qualifier of the unit.
    """

    pixels: float
    text: str


def scale_bar(viewport: Viewport, spacing: Spacing | None, room: int, ratio: float) -> ScaleBar | None:
    """Return a bar of 1, 2 or 5 times a power of ten, as long as there is room for; None where there is none.

    Parameters
    ----------
    viewport : Viewport
        What is seen, in device pixels.
    spacing : Spacing, optional
        Size of a stored pixel; without it the bar is in stored pixels.
    room : int
        Widget pixels.
    ratio : float
        Device pixels a widget pixel.
    """
    widest = min(_LONGEST, _SHARE * room)
    length = units_across(viewport, spacing) * ratio
    if widest < 20 or not 0 < length * widest < float("inf"):
        return None
    greatest = length * widest
    power = 10.0 ** floor(log10(greatest))
    size = next(step * power for step in _STEPS if step * power <= greatest * (1 + 1e-9))
    return ScaleBar(size / length, f"{size:g} {PIXELS if spacing is None else spacing.unit}")


def units_across(viewport: Viewport, spacing: Spacing | None) -> float:
    """Return how many millimetres, or stored pixels, a view pixel is wide."""
    columns, rows = np.abs(viewport.view_to_stored[:2, 0])
    if spacing is None:
        return float(np.hypot(columns, rows))
    return float(np.hypot(columns * spacing.column, rows * spacing.row))


def paint_scale_bar(painter: QPainter, bar: ScaleBar, left: int, bottom: int) -> None:
    """Draw a bar with its text above, from a point to the right."""
    start, end = QPointF(left + 1, bottom - 1), QPointF(left + 1 + bar.pixels, bottom - 1)
    tick = QPointF(0, _TICK)
    painter.save()
    for color, width in ((QColor(0, 0, 0, 210), 4.0), (theme.TEXT, 1.6)):
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        for one, other in ((start, end), (start - tick, start), (end - tick, end)):
            painter.drawLine(one, other)
    painter.restore()
    metrics = painter.fontMetrics()
    box = QRect(left, bottom - _TICK - 3 - metrics.height(), 0, metrics.height())
    outlined(painter, box, Qt.AlignmentFlag.AlignLeft, bar.text, theme.TEXT)
