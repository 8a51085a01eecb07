"""The outline of the lungs over the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cxrviewer.export.lungs import COLOR, HALO, HALO_WIDTH, WIDTH
from cxrviewer.imaging.lungs import LungField
from cxrviewer.imaging.viewport import Viewport

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas

_COLOR = QColor(*COLOR)
_HALO = QColor.fromRgbF(0, 0, 0, HALO)


class LungsLayer:
    """A layer of a canvas: lines around the lungs.

    Parameters
    ----------
    canvas : Canvas
        Is drawn anew where something changes.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._field: LungField | None = None

    @property
    def field(self) -> LungField | None:
        """What is outlined; None while nothing is."""
        return self._field

    def show_field(self, field: LungField | None) -> None:
        """Outline the lungs, or nothing."""
        if field is not self._field:
            self._field = field
            self._canvas.update()

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """Draw the lines, light on dark, so that they are seen on any gray."""
        if self._field is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        lines = [_on_view(line, viewport, ratio) for line in self._field.outline]
        for color, width in ((_HALO, HALO_WIDTH), (_COLOR, WIDTH)):
            painter.setPen(QPen(color, width))
            for line in lines:
                painter.drawPolygon(line)


def _on_view(line: NDArray[np.float64], viewport: Viewport, ratio: float) -> QPolygonF:
    """Return a line of stored points in widget pixels, which count from the corner of a pixel."""
    matrix = viewport.stored_to_view
    points = (line @ matrix[:2, :2].T + matrix[:2, 2] + 0.5) / ratio
    return QPolygonF([QPointF(x, y) for x, y in points])
