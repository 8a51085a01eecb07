"""The ring and the words over the canvas while the next heatmap is computed."""

from __future__ import annotations

import re
import time

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cxrviewer.ui import theme
from cxrviewer.ui.waiting import Waiting

DELAY = 120
"""Milliseconds of waiting before anything is shown of it, so that quick answers do not flicker."""

_TICK = 40
_TURN = 1.2
"""Seconds in which the ring goes round."""

_PADDING = 14
_RING = 18
_HEIGHT = 36
_HINT = "Esc cancels"


class WaitingSign(QWidget):
    """Hidden while there is nothing to wait for; lets the mouse through.

    `raised` tells when it appears or goes.
    """

    raised = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._waiting: Waiting | None = None
        self._width = 0
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY)
        self._delay.timeout.connect(self._appear)
        self._ticks = QTimer(self)
        self._ticks.setInterval(_TICK)
        self._ticks.timeout.connect(self.update)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; "" while it is hidden."""
        return self._waiting.text if self._waiting is not None and not self.isHidden() else ""

    def show_waiting(self, waiting: Waiting | None) -> None:
        """Say what is waited for; None when it is there."""
        self._waiting = waiting
        if waiting is None:
            self._delay.stop()
            self._disappear()
        elif self.isHidden():
            if not self._delay.isActive():
                self._delay.start()
        else:
            self._fit()
            self.update()

    def place(self, area: QSize) -> None:
        """Stand in the middle above the lower edge of an area."""
        self.move((area.width() - self.width()) // 2, area.height() - self.height() - 3 * _PADDING)

    def _appear(self) -> None:
        self._width = 0
        self._fit()
        self.show()
        self.raise_()
        self._ticks.start()
        self.raised.emit(True)

    def _disappear(self) -> None:
        if self.isHidden():
            return
        self._ticks.stop()
        self.hide()
        self.raised.emit(False)

    def _fit(self) -> None:
        """Make room for the words; never less than before, so that a growing number moves nothing."""
        if self._waiting is None:
            return
        widest = re.sub(r"\d+", "888", self._waiting.text)
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(widest) + _RING + 3 * _PADDING
        if self._waiting.share is not None:
            width += metrics.horizontalAdvance(_HINT) + _PADDING
        self._width = max(width, self._width)
        self.setFixedSize(self._width, _HEIGHT)
        self.setAccessibleName(self._waiting.text)
        parent = self.parentWidget()
        if parent is not None:
            self.place(parent.size())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw plate, ring and words."""
        if self._waiting is None:
            return
        with QPainter(self) as painter:
            self._paint(painter, self._waiting)

    def _paint(self, painter: QPainter, waiting: Waiting) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = QColor(theme.PANEL)
        plate.setAlpha(225)
        painter.setPen(QPen(theme.LINE, 1))
        painter.setBrush(plate)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, _HEIGHT / 2, _HEIGHT / 2)
        self._paint_ring(painter, waiting.share)
        words = self.rect().adjusted(_RING + 2 * _PADDING, 0, -_PADDING, 0)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(theme.TEXT)
        painter.drawText(words, left, waiting.text)
        if waiting.share is not None:
            painter.setPen(theme.MUTED)
            painter.drawText(words, right, _HINT)

    def _paint_ring(self, painter: QPainter, share: float | None) -> None:
        ring = QRectF(_PADDING, (_HEIGHT - _RING) / 2, _RING, _RING)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.LINE, 3))
        painter.drawEllipse(ring)
        painter.setPen(QPen(theme.ACCENT, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        # In sixteenths of a degree, from twelve o'clock, clockwise.
        if share is None:
            turned = time.monotonic() % _TURN / _TURN
            painter.drawArc(ring, round(16 * (90 - 360 * turned)), -16 * 100)
        else:
            painter.drawArc(ring, 16 * 90, -round(16 * 360 * share))
