"""The cross that stands where the cursor points at in another pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QPainter, QPen

from cxrviewer.imaging.viewport import Viewport

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas

_GAP, _REACH = 4.0, 14.0
"""Where the arms begin and end, in pixels from the middle: the place itself stays free."""
_LIGHT, _DARK = QColor(110, 235, 255), QColor(0, 0, 0, 170)


class GhostCursor:
    """A layer of a canvas: a small cross at a stored point.

    Parameters
    ----------
    canvas : Canvas
        Redrawn where the cross was and where it is.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._point: tuple[float, float] | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """The stored point (x, y); None while there is no cross."""
        return self._point

    def show_point(self, point: tuple[float, float] | None) -> None:
        """Put the cross to a stored point (x, y), or away."""
        self._update()
        self._point = point
        self._update()

    def _update(self) -> None:
        if self._point is not None and self._canvas.viewport() is not None:
            middle, reach = self._canvas.to_view(*self._point).toPoint(), round(_REACH) + 2
            self._canvas.update(QRect(middle.x() - reach, middle.y() - reach, 2 * reach, 2 * reach))

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """Draw the cross, light on dark, so that it is seen on any gray."""
        del viewport, ratio
        if self._point is None:
            return
        middle = self._canvas.to_view(*self._point)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((_DARK, 3.5), (_LIGHT, 1.5)):
            painter.setPen(QPen(color, width))
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                way = QPointF(x, y)
                painter.drawLine(middle + way * _GAP, middle + way * _REACH)
