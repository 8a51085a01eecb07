"""Draws a bar of a round length, with its unit."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cxrviewer.imaging.length_bar import LengthBar, length_bar
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.outlined import outlined

_SHARE = 0.7
"""Of the room, at most."""
_LONGEST = 190
_SHORTEST_ROOM = 20
_TICK = 4


def scale_bar(viewport: Viewport, spacing: Spacing | None, room: int, ratio: float) -> LengthBar | None:
    """Return the bar for so much room, in widget pixels; None where there is none.

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
    bar = length_bar(viewport, spacing, widest * ratio) if widest >= _SHORTEST_ROOM else None
    return LengthBar(bar.pixels / ratio, bar.text) if bar is not None else None


def paint_scale_bar(painter: QPainter, bar: LengthBar, left: int, bottom: int) -> None:
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
