"""The histogram of an image with the window over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrviewer.imaging.histogram import Histogram
from cxrviewer.ui import theme

INSET = 7
"""Free pixels at either side, where the handles of the slider below end."""
_HEIGHT = 92
_RAMP = 8
_STOPS = 32


class HistogramView(QWidget):
    """Bars as high as the root of the counts, so that rare values are seen; below them the gray of each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram")
        self._histogram: Histogram | None = None
        self._bars: NDArray[np.float64] = np.zeros(0)
        self._range = (0.0, 1.0)
        self._ends = (0.0, 1.0)
        self._shades: tuple[int, ...] = ()

    def sizeHint(self) -> QSize:
        """Return the size that a layout would like to give."""
        return QSize(240, _HEIGHT)

    def show_histogram(self, histogram: Histogram | None) -> None:
        """Show the values of another image."""
        if histogram is self._histogram:
            return
        self._histogram = histogram
        roots = np.sqrt(histogram.counts) if histogram is not None else np.zeros(0)
        # A few bins of background or saturation must not press all others flat.
        top = float(np.percentile(roots[roots > 0], 99.5)) if roots.any() else 1.0
        self._bars = np.minimum(roots / top, 1.0)
        self.update()

    def show_window(
        self, between: tuple[float, float], ends: tuple[float, float], shades: tuple[int, ...]
    ) -> None:
        """Show a window.

        Parameters
        ----------
        between : tuple of float
            Modality values at the left and the right edge.
        ends : tuple of float
            Those where the window begins and ends.
        shades : tuple of int
            Presentation values of modality values evenly from edge to edge, 0 to 255.
        """
        self._range, self._ends, self._shades = between, ends, shades
        self.update()

    def place(self, value: float) -> float:
        """Return where a modality value is, in pixels from the left."""
        low, high = self._range
        return INSET + (value - low) / (high - low) * (self.width() - 2 * INSET)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bars, window and grays."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(INSET, 0, self.width() - 2 * INSET, self.height() - _RAMP - 3)
            painter.fillRect(area, theme.BACKGROUND)
            painter.setClipRect(area)
            self._paint_bars(painter, area)
            self._paint_window(painter, area)
            painter.setClipping(False)
            self._paint_ramp(painter, QRectF(area.left(), area.bottom() + 3, area.width(), _RAMP))

    def _paint_bars(self, painter: QPainter, area: QRectF) -> None:
        if self._histogram is None:
            return
        places = np.linspace(
            self.place(self._histogram.low), self.place(self._histogram.high), len(self._bars) + 1
        )
        tops = area.bottom() - self._bars * (area.height() - 4)
        outline = [QPointF(places[0], area.bottom())]
        for left, right, top in zip(places[:-1], places[1:], tops, strict=True):
            outline += [QPointF(left, top), QPointF(right, top)]
        outline.append(QPointF(places[-1], area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.MUTED)
        painter.drawPolygon(QPolygonF(outline))

    def _paint_window(self, painter: QPainter, area: QRectF) -> None:
        left, right = (self.place(end) for end in self._ends)
        outside = QColor(theme.BACKGROUND)
        outside.setAlpha(150)
        painter.fillRect(QRectF(area.left(), 0, max(left - area.left(), 0), area.height()), outside)
        painter.fillRect(QRectF(right, 0, max(area.right() - right, 0), area.height()), outside)
        painter.setPen(QPen(theme.ACCENT, 1.5))
        for end in (left, right):
            painter.drawLine(QPointF(end, 0), QPointF(end, area.bottom()))

    def _paint_ramp(self, painter: QPainter, area: QRectF) -> None:
        gradient = QLinearGradient(area.topLeft(), area.topRight())
        for number, shade in enumerate(self._shades):
            gradient.setColorAt(number / max(len(self._shades) - 1, 1), QColor(shade, shade, shade))
        painter.fillRect(area, gradient)
