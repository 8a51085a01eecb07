"""The words in the corners of the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from cxrviewer.ui import theme

_MARGIN = 10


@dataclass(frozen=True)
class Legend:
    """Lines for the corners; `zoom` is filled in by the canvas."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()
    zoom: str = ""


def paint_legend(painter: QPainter, area: QRect, legend: Legend) -> None:
    """Write the corners, light with a dark edge so that they read on any gray."""
    box = area.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    bottom_left = (*legend.bottom_left, f"Zoom {legend.zoom}")
    _write(painter, box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, legend.top_left)
    _write(painter, box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, legend.top_right)
    _write(painter, box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, bottom_left)
    _write(painter, box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, legend.bottom_right)


def _write(painter: QPainter, box: QRect, corner: Qt.AlignmentFlag, lines: tuple[str, ...]) -> None:
    if not lines:
        return
    half = box.width() // 2 - _MARGIN
    right = bool(corner & Qt.AlignmentFlag.AlignRight)
    part = QRect(box.right() - half, box.top(), half, box.height()) if right else QRect(box)
    part.setWidth(half)
    metrics = painter.fontMetrics()
    text = "\n".join(metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, half) for line in lines)
    painter.setPen(QColor(0, 0, 0, 210))
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(part.translated(dx, dy), int(corner), text)
    painter.setPen(theme.TEXT)
    painter.drawText(part, int(corner), text)


def paint_empty(painter: QPainter, area: QRect) -> None:
    """Say what to do while there is no image."""
    painter.setPen(theme.TEXT)
    large = QFont(painter.font())
    large.setPointSizeF(large.pointSizeF() * 1.5)
    painter.setFont(large)
    upper = area.adjusted(0, 0, 0, -40)
    painter.drawText(upper, int(Qt.AlignmentFlag.AlignCenter), "Drop a chest radiograph here")
    small = QFont(large)
    small.setPointSizeF(large.pointSizeF() / 1.5)
    painter.setFont(small)
    painter.setPen(theme.MUTED)
    lower = area.adjusted(0, 40, 0, 0)
    painter.drawText(
        lower,
        int(Qt.AlignmentFlag.AlignCenter),
        "DICOM, PNG, JPEG or TIFF\nCtrl+O opens a file, Ctrl+Shift+O a folder; Help > Open sample a phantom",
    )
