"""A lens that follows the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.viewport import Viewport
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.tools.tool import PlainTool, Pointer

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas

RADIUS = 110
"""Of the lens, in widget pixels."""
_LEAST, _MOST = 2.0, 8.0
_FIRST = 3.0
_STEP = 1.2


class Magnifier(PlainTool):
    """Shows what is under the mouse magnified, image and heatmap, at the screen's own pixels.

    Also the layer on which the lens is drawn. The wheel changes how much it magnifies.

    Parameters
    ----------
    canvas : Canvas
        What is magnified.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._at: Pointer | None = None
        self.factor = _FIRST

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """A cross in the middle of the lens."""
        return Qt.CursorShape.CrossCursor

    def press(self, point: Pointer) -> bool:
        """Show the lens, as a move does; a pen tells no moves before it touches."""
        self.move(point)
        return True

    def move(self, point: Pointer) -> None:
        """Hold the lens over a point; away beside the image."""
        self._at = point if point.inside else None
        self._canvas.update()

    def leave(self) -> None:
        """Put the lens away."""
        self._at = None
        self._canvas.update()

    def cancel(self) -> None:
        """Put the lens away."""
        self.leave()

    def wheel(self, steps: float) -> bool:
        """Magnify more or less, while the lens is seen."""
        if self._at is None:
            return False
        self.factor = min(max(self.factor * _STEP**steps, _LEAST), _MOST)
        self._canvas.update()
        return True

    def lens(self, viewport: Viewport, ratio: float) -> Viewport | None:
        """Return the view through the lens, its middle the point that it is held over; None without one."""
        if self._at is None:
            return None
        side = round(2 * RADIUS * ratio)
        matrix = viewport.stored_to_view.copy()
        matrix[:2] *= self.factor
        x, y = apply_affine(matrix, *self._at.stored)
        matrix[:2, 2] += (side - 1) / 2 - x, (side - 1) / 2 - y
        return Viewport((side, side), matrix)

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """Draw the lens."""
        lens = self.lens(viewport, ratio)
        if lens is None or self._at is None:
            return
        middle = self._canvas.to_view(*self._at.stored)
        # On whole device pixels, so that the picture is not resampled.
        corner = QPointF(
            round((middle.x() - RADIUS) * ratio) / ratio, round((middle.y() - RADIUS) * ratio) / ratio
        )
        side = lens.shape[0] / ratio
        box = QRectF(corner.x(), corner.y(), side, side)
        glass = QPainterPath()
        glass.addEllipse(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(glass)
        painter.drawImage(corner, self._canvas.magnified(lens))
        painter.setClipping(False)
        painter.setPen(QPen(QColor(0, 0, 0, 200), 4))
        painter.drawEllipse(box)
        painter.setPen(QPen(theme.TEXT, 1.5))
        painter.drawEllipse(box)
        painter.setPen(theme.TEXT)
        words = QRectF(box.left(), box.bottom() - 30, side, 20)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignCenter), f"{self.factor:.2g}×")
