"""Curves of a training, drawn as it goes on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrviewer.ui import theme

_COLORS = tuple(
    map(QColor, ("#4c9be8", "#e0b050", "#63b77a", "#d87a8f", "#a58be0", "#58b8c4", "#c98b52", "#9fb35a"))
)
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 30, 34
_LINES = 4

Curve = tuple[str, tuple[float, ...]]


class CurveChart(QWidget):
    """Curves over epochs, with their names and last values.

    Parameters
    ----------
    title : str
        What is drawn.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._epochs: tuple[int, ...] = ()
        self._total = 1
        self._curves: tuple[Curve, ...] = ()
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Return a size at which curves are read well."""
        return QSize(380, 300)

    def show_curves(self, epochs: Sequence[int], total: int, curves: Sequence[Curve]) -> None:
        """Show curves, one value an epoch, on an axis up to the last epoch there will be."""
        self._epochs, self._total, self._curves = tuple(epochs), max(total, 2), tuple(curves)
        self.setAccessibleDescription(", ".join(f"{name} {values[-1]:.3f}" for name, values in curves))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, curves and names."""
        area = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM - self._legend_height())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.TEXT)
            painter.drawText(QPointF(_LEFT, _TOP - 12), self._title)
            low, high = self._range()
            self._draw_axes(painter, area, low, high)
            for number, (_, values) in enumerate(self._curves):
                self._draw_curve(painter, area, values, _COLORS[number % len(_COLORS)], low, high)
            self._draw_legend(painter, area)

    def _range(self) -> tuple[float, float]:
        values = [value for _, curve in self._curves for value in curve]
        if not values:
            return 0.0, 1.0
        low, high = min(values), max(values)
        margin = max((high - low) * 0.08, abs(high) * 0.02, 1e-6)
        return low - margin, high + margin

    def _draw_axes(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        metrics = painter.fontMetrics()
        for step in range(_LINES + 1):
            value = low + (high - low) * step / _LINES
            y = area.bottom() - area.height() * step / _LINES
            painter.setPen(QPen(theme.LINE, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            text = f"{value:.3g}"
            painter.setPen(theme.MUTED)
            painter.drawText(
                QPointF(area.left() - metrics.horizontalAdvance(text) - 8, y + metrics.ascent() / 2 - 1), text
            )
        y = area.bottom() + metrics.height() + 2
        painter.drawText(QPointF(area.left(), y), "epoch 1")
        last = str(self._total)
        painter.drawText(QPointF(area.right() - metrics.horizontalAdvance(last), y), last)

    def _draw_curve(
        self,
        painter: QPainter,
        area: QRectF,
        values: tuple[float, ...],
        color: QColor,
        low: float,
        high: float,
    ) -> None:
        points = [
            QPointF(
                area.left() + area.width() * (epoch - 1) / (self._total - 1),
                area.bottom() - area.height() * (value - low) / (high - low),
            )
            for epoch, value in zip(self._epochs, values, strict=True)
        ]
        painter.setPen(QPen(color, 2))
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(points[-1], 3.5, 3.5)

    def _places(self) -> list[tuple[int, int, str]]:
        """Return column and line of each name below the chart."""
        metrics, x, line = self.fontMetrics(), 0, 0
        room = self.width() - _LEFT - _RIGHT
        found = []
        for name, values in self._curves:
            text = f"{name} {values[-1]:.3f}"
            width = metrics.horizontalAdvance(text) + 32
            if x and x + width > room:
                x, line = 0, line + 1
            found.append((x, line, text))
            x += width
        return found

    def _legend_height(self) -> int:
        lines = self._places()[-1][1] + 1 if self._curves else 0
        return lines * (self.fontMetrics().height() + 3)

    def _draw_legend(self, painter: QPainter, area: QRectF) -> None:
        metrics = painter.fontMetrics()
        top = area.bottom() + _BOTTOM + metrics.ascent() - 4
        for number, (x, line, text) in enumerate(self._places()):
            y = top + line * (metrics.height() + 3)
            painter.setPen(QPen(_COLORS[number % len(_COLORS)], 3))
            middle = y - metrics.ascent() / 2 + 1
            painter.drawLine(QPointF(_LEFT + x, middle), QPointF(_LEFT + x + 12, middle))
            painter.setPen(theme.TEXT)
            painter.drawText(QPointF(_LEFT + x + 18, y), text)
