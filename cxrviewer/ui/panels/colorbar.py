"""The colour bar: which colour stands for which value of the heatmap."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrviewer.imaging.colormap import colormap_table
from cxrviewer.imaging.compose import OverlayStyle, blend_table, to_rgb
from cxrviewer.ui import theme

_BAR_HEIGHT = 14
_GRAY_UNDERNEATH = 90


class ColorBar(QWidget):
    """Colours as they lie over a middle gray, with values below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Colour bar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._style = OverlayStyle()
        self._maximum: float | None = None

    def sizeHint(self) -> QSize:
        """Return the height of bar and numbers."""
        return QSize(200, _BAR_HEIGHT + self.fontMetrics().height() + 6)

    def show_scale(self, style: OverlayStyle, maximum: float | None) -> None:
        """Show a style, and the value at the bar's right end; None where there is no heatmap."""
        self._style = style
        self._maximum = maximum
        top = "" if maximum is None else f" 0 to {maximum:.3g}"
        self.setToolTip(f"Heatmap value{top}, stretched to this image's maximum")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar, the threshold and three values; an empty frame where there is no heatmap."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        bar = QRect(0, 0, self.width(), _BAR_HEIGHT)
        if self._maximum is not None:
            painter.drawImage(bar, self._gradient())
        painter.setPen(QPen(theme.LINE, 1))
        painter.drawRect(bar.adjusted(0, 0, -1, -1))
        if self._style.threshold > 0:
            x = round((self.width() - 1) * self._style.threshold)
            painter.setPen(QPen(theme.TEXT, 1))
            painter.drawLine(x, 0, x, _BAR_HEIGHT + 2)
        if self._maximum is None:
            return
        painter.setPen(theme.MUTED)
        below = QRect(0, _BAR_HEIGHT + 3, self.width(), self.fontMetrics().height())
        places = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        for share, place in zip((0.0, 0.5, 1.0), places, strict=True):
            painter.drawText(below, int(place), f"{self._maximum * share:.3g}")

    def _gradient(self) -> QImage:
        table = blend_table(self._style).reshape(256, 256)[:, _GRAY_UNDERNEATH]
        rgb = to_rgb(np.ascontiguousarray(table))
        return QImage(rgb.tobytes(), 256, 1, 768, QImage.Format.Format_RGB888)


def swatch(colormap: str, width: int = 48, height: int = 14) -> QImage:
    """Return a small picture of a colour map, for menus."""
    row = colormap_table(colormap)[np.linspace(0, 255, width).astype(int)]
    picture = np.ascontiguousarray(np.broadcast_to(row, (height, width, 3)))
    return QImage(picture.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
