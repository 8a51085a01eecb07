"""Drawing a rectangle, for what is then done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cxrviewer.imaging.viewport import Viewport
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.tools.tool import PlainTool, Pointer, is_drag

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas

Box = tuple[float, float, float, float]
"""Left, top, right, bottom of a rectangle along rows and columns, in stored points."""


class BoxTool(PlainTool):
    """Draws a rectangle from corner to corner; also the layer on which it is seen meanwhile.

    Parameters
    ----------
    canvas : Canvas
        Where it is drawn.
    drawn : callable
        Told the box when the button is up; a mere click tells nothing.
    """

    def __init__(self, canvas: Canvas, drawn: Callable[[Box], None]) -> None:
        self._canvas = canvas
        self._drawn = drawn
        self._start: Pointer | None = None
        self._end: Pointer | None = None

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """A cross."""
        return Qt.CursorShape.CrossCursor

    @property
    def is_busy(self) -> bool:
        """Whether a rectangle is being drawn."""
        return self._start is not None

    def press(self, point: Pointer) -> bool:
        """Set the first corner."""
        self._start = point
        return True

    def move(self, point: Pointer) -> None:
        """Draw the opposite corner."""
        if self._start is not None and is_drag(self._start.view, point.view):
            self._end = point
            self._canvas.update()

    def release(self, point: Pointer) -> None:
        """Tell what was drawn."""
        start, end = self._start, self._end
        self.cancel()
        if start is not None and end is not None:
            xs, ys = sorted((start.stored[0], point.stored[0])), sorted((start.stored[1], point.stored[1]))
            self._drawn((xs[0], ys[0], xs[1], ys[1]))

    def cancel(self) -> None:
        """Take the rectangle away."""
        self._start = self._end = None
        self._canvas.update()

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """Draw the rectangle, light on a dark edge so that it is seen on any gray."""
        del viewport, ratio
        if self._start is None or self._end is None:
            return
        corners = (self._canvas.to_view(*self._start.stored), self._canvas.to_view(*self._end.stored))
        box = QRectF(_snapped(corners[0]), _snapped(corners[1])).normalized()
        painter.setPen(QPen(QColor(0, 0, 0, 200), 3))
        painter.drawRect(box)
        painter.setPen(QPen(theme.ACCENT, 1))
        painter.drawRect(box)


def _snapped(point: QPointF) -> QPointF:
    return QPointF(round(point.x()) + 0.5, round(point.y()) + 0.5)
