"""Text that reads on any gray: light, with a dark edge."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QMargins, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

_EDGE = QColor(0, 0, 0, 210)


def outlined(painter: QPainter, box: QRect, place: Qt.AlignmentFlag, text: str, color: QColor) -> None:
    """Write a line of text with a dark edge.

    Parameters
    ----------
    painter : QPainter
        Its font is used.
    box : QRect
        Where, in widget pixels.
    place : Qt.AlignmentFlag
        Of the text in the box.
    text : str
        What; nothing is cut.
    color : QColor
        Of the text.
    """
    ratio = painter.device().devicePixelRatioF()
    picture = _written(text, color.rgba(), painter.font().key(), ratio)
    size = picture.deviceIndependentSize().toSize()
    left, top = box.left() - 1, box.top() - 1
    if place & Qt.AlignmentFlag.AlignRight:
        left = box.right() + 2 - size.width()
    elif place & Qt.AlignmentFlag.AlignHCenter:
        left = box.center().x() - size.width() // 2
    if place & Qt.AlignmentFlag.AlignBottom:
        top = box.bottom() + 2 - size.height()
    elif place & Qt.AlignmentFlag.AlignVCenter:
        top = box.center().y() - size.height() // 2
    # On whole device pixels, or it would be smeared over two.
    painter.drawImage(QPointF(round(left * ratio) / ratio, round(top * ratio) / ratio), picture)


@lru_cache(maxsize=256)
def _written(text: str, color: int, font_key: str, ratio: float) -> QImage:
    """Return a text on nothing: most lines stay the same from one repaint to the next."""
    font = QFont()
    font.fromString(font_key)
    box = QFontMetrics(font).size(Qt.TextFlag.TextSingleLine, text).grownBy(QMargins(1, 1, 1, 1))
    picture = QImage(box * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setFont(font)
        inner = QRect(QPoint(1, 1), box)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextSingleLine)
        painter.setPen(_EDGE)
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            painter.drawText(inner.translated(dx, dy), flags, text)
        painter.setPen(QColor.fromRgba(color))
        painter.drawText(inner, flags, text)
    return picture
