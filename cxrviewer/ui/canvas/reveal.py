"""Keeping the heatmap from view for a moment, or on one side of a line: what is under it is the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from cxrviewer.imaging.viewport import Viewport
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.tools.tool import PlainTool, Pointer

if TYPE_CHECKING:
    from cxrviewer.ui.canvas.canvas import Canvas

FLICKER = 0.25
"""Seconds for which a flickering heatmap is there, and then not: twice a second, which is safe to look at."""

_REACH = 7
"""Pixels beside the line at which it can be grabbed."""
_GRIP = 11.0
_SHADOW = QColor(0, 0, 0, 150)


class Reveal(QObject):
    """Says what of the heatmap is not drawn now; nothing is computed anew for it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.divider: float | None = None
        """Share of the view that is left of the line, where there is no heatmap; None without a line."""
        self._held = False
        self._gone = False
        self._timer = QTimer(self)
        self._timer.setInterval(round(FLICKER * 1000))
        self._timer.timeout.connect(self._flick)

    @property
    def hidden(self) -> bool:
        """Whether the heatmap is not drawn at all."""
        return self._held or self._gone

    @property
    def flickers(self) -> bool:
        """Whether the heatmap comes and goes."""
        return self._timer.isActive()

    def hold(self, held: bool) -> None:
        """Hide the heatmap for as long as a key is held."""
        if held != self._held:
            self._held = held
            self.changed.emit()

    def flicker(self, wanted: bool) -> None:
        """Have the heatmap come and go."""
        if wanted == self.flickers:
            return
        if wanted:
            self._timer.start()
        else:
            self._timer.stop()
        self._gone = wanted
        self.changed.emit()

    def swipe(self, divider: float | None) -> None:
        """Put the line at a share of the view's width, or away."""
        if divider != self.divider:
            self.divider = None if divider is None else min(max(divider, 0.0), 1.0)
            self.changed.emit()

    def _flick(self) -> None:
        self._gone = not self._gone
        self.changed.emit()


class SwipeLine(PlainTool):
    """The line between the image and its overlay, as a layer of a canvas and as a grip that moves it.

    Parameters
    ----------
    canvas : Canvas
        Its `reveal` has the place of the line.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._grabbed: float | None = None
        self._is_near = False

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """Arrows to the sides where the line can be grabbed."""
        return Qt.CursorShape.SplitHCursor if self._is_near or self._grabbed is not None else None

    def press(self, point: Pointer) -> bool:
        """Grab the line."""
        way = self._way_to_line(point)
        if way is None or abs(way) > _REACH:
            return False
        self._grabbed = way
        return True

    def move(self, point: Pointer) -> None:
        """Take the line along."""
        way = self._way_to_line(point)
        self._is_near = way is not None and abs(way) <= _REACH
        if self._grabbed is not None:
            self._canvas.reveal.swipe((point.view.x() - self._grabbed) / self._canvas.width())

    def release(self, point: Pointer) -> None:
        """Let go."""
        del point
        self._grabbed = None

    def leave(self) -> None:
        """The mouse is elsewhere."""
        self._is_near = False

    def cancel(self) -> None:
        """Let go; the line stays where it is."""
        self._grabbed = None

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """Draw the line and its grip."""
        del viewport, ratio
        divider = self._canvas.reveal.divider
        if divider is None:
            return
        x, height = divider * self._canvas.width(), float(self._canvas.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((_SHADOW, 4.0), (theme.TEXT, 1.5)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(x, 0), QPointF(x, height))
        middle = QPointF(x, height / 2)
        painter.setBrush(theme.RAISED)
        painter.drawEllipse(middle, _GRIP, _GRIP)
        for side in (-1, 1):
            tip = middle + QPointF(side * 6.5, 0)
            painter.drawLine(tip, tip + QPointF(-side * 3.5, -3.5))
            painter.drawLine(tip, tip + QPointF(-side * 3.5, 3.5))
        self._paint_words(painter, x)

    def _paint_words(self, painter: QPainter, x: float) -> None:
        """Say on either side what is seen there."""
        top, wide = 40.0, 120.0
        for text, left, side in (
            ("Image", x - wide - 10, Qt.AlignmentFlag.AlignRight),
            ("Overlay", x + 10, Qt.AlignmentFlag.AlignLeft),
        ):
            box = QRectF(left, top, wide, 20)
            for color, shift in ((_SHADOW, 1.0), (theme.TEXT, 0.0)):
                painter.setPen(color)
                painter.drawText(box.translated(shift, shift), side, text)

    def _way_to_line(self, point: Pointer) -> float | None:
        divider = self._canvas.reveal.divider
        return None if divider is None else point.view.x() - divider * self._canvas.width()
