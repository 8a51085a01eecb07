"""The colour bar: which colour stands for which value of the heatmap."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrviewer.explain.display import DisplayMap, MapState
from cxrviewer.export.words import number
from cxrviewer.imaging.colormap import colormap_table
from cxrviewer.imaging.compose import HeatmapView, OverlayStyle, blend_table, to_rgb
from cxrviewer.imaging.contour import contour_levels
from cxrviewer.ui import theme
from cxrviewer.ui.panels.fields import tip

_BAR_HEIGHT = 14
_GRAY_UNDERNEATH = 90


class ColorBar(QWidget):
    """Colours as they lie over a middle gray, with values below, and what the scale is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Colour bar")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._style = OverlayStyle()
        self._display: DisplayMap | None = None
        self._words = ""

    def sizeHint(self) -> QSize:
        """Return the height of bar, numbers and words."""
        return QSize(200, _BAR_HEIGHT + 2 * self.fontMetrics().height() + 6)

    def show_scale(self, style: OverlayStyle, display: DisplayMap | None, *, faded: bool = False) -> None:
        """Show a style as drawn, and the values of a map; None or an empty one where nothing is drawn."""
        self._style = style
        self._display = display if display is not None and display.state is MapState.SHOWN else None
        self._words = scale_words(self._display, faded=faded)
        self.setAccessibleDescription(", ".join((*self.numbers(), self._words)))
        self.setToolTip(tip(self._words, _meaning(self._display)))
        self.update()

    def numbers(self) -> tuple[str, ...]:
        """Return what stands at the left end, in the middle and at the right end."""
        if self._display is None:
            return ()
        top = self._display.maximum
        shares = (-1.0, 0.0, 1.0) if self._display.signed else (0.0, 0.5, 1.0)
        return tuple(number(top * share) for share in shares)

    def ticks(self) -> tuple[float, ...]:
        """Return the places of the threshold and of contours, shares of the bar's width."""
        style, threshold = self._style, self._style.threshold
        sizes: tuple[float, ...] = (threshold,) if threshold > 0 else ()
        if style.view is HeatmapView.CONTOURS:
            sizes = contour_levels(threshold)
        if not self._signed:
            return sizes
        return tuple(sorted({0.5 + sign * size / 2 for size in sizes for sign in (-1, 1)}))

    @property
    def _signed(self) -> bool:
        return self._style.signed

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar, its ticks, three values and words; an empty frame where there is no heatmap."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        bar = QRect(0, 0, self.width(), _BAR_HEIGHT)
        if self._display is not None:
            painter.drawImage(bar, self._gradient())
        painter.setPen(QPen(theme.LINE, 1))
        painter.drawRect(bar.adjusted(0, 0, -1, -1))
        painter.setPen(QPen(theme.TEXT, 1))
        for share in self.ticks():
            x = round((self.width() - 1) * share)
            painter.drawLine(x, 0, x, _BAR_HEIGHT + 2)
        painter.setPen(theme.MUTED)
        line = self.fontMetrics().height()
        below = QRect(0, _BAR_HEIGHT + 3, self.width(), line)
        places = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        for text, place in zip(self.numbers(), places, strict=False):
            painter.drawText(below, int(place), text)
        words = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(below.translated(0, line), int(Qt.AlignmentFlag.AlignLeft), words)

    def _gradient(self) -> QImage:
        table = blend_table(self._style).reshape(256, 256)[:, _GRAY_UNDERNEATH]
        if self._signed:
            # Byte 0 stands for no map at all: the signed scale begins at 1.
            table = table[1:]
        rgb = to_rgb(np.ascontiguousarray(table))
        return QImage(rgb.tobytes(), len(rgb), 1, 3 * len(rgb), QImage.Format.Format_RGB888)


def scale_words(display: DisplayMap | None, *, faded: bool) -> str:
    """Return what kind of scale a map is drawn on; "" where there is no map."""
    if display is None:
        return ""
    unit = "Logits" if display.unit else "No unit"
    kind = "locked" if display.locked else "stretched to this image"
    if display.clipped:
        kind = "stretched to the 99th percentile"
    return f"{unit}, {kind}{'; faded' if faded else ''}"


def _meaning(display: DisplayMap | None) -> str:
    if display is None:
        return ""
    ends = f"{number(-display.maximum)} to" if display.signed else "0 to"
    unit = " logits" if display.unit else ""
    beyond = " Greater values are drawn like the last one." if display.clipped or display.locked else ""
    return f"The bar goes from {ends} {number(display.maximum)}{unit}.{beyond}"


def swatch(colormap: str, width: int = 48, height: int = 14) -> QImage:
    """Return a small picture of a colour map, for menus."""
    row = colormap_table(colormap)[np.linspace(0, 255, width).astype(int)]
    picture = np.ascontiguousarray(np.broadcast_to(row, (height, width, 3)))
    return QImage(picture.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
