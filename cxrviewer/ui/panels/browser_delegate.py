"""Draws the rows of the file list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cxrviewer.session.file_status import FileStatus, Progress
from cxrviewer.session.library_rows import Kind, Row
from cxrviewer.ui import theme
from cxrviewer.ui.panels.browser_model import DETAIL, ON_SCREEN, STATUS, THUMBNAIL, BrowserModel

HEIGHTS = {Kind.IMAGE: THUMBNAIL + 6, Kind.PLACE: 28, Kind.HEADING: 26}
"""Of rows, in pixels."""

_INDENT = 8
_MARGIN = 5
_SELECTED = QColor("#24384d")
_HOVERED = QColor("#20242a")
_FAILED = QColor("#e0736a")
_ELIDE_END = Qt.TextElideMode.ElideRight

Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Name, words from the header and what the analysis came to, beside the thumbnail."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        painter.save()
        area = QRect(option.rect)
        state = option.state
        entry = _entry(index)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, _SELECTED)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, _HOVERED)
        elif entry.kind is Kind.HEADING:
            painter.fillRect(area, theme.PANEL)
        if index.data(ON_SCREEN):
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme.ACCENT)
        # Pictures stand below one another, however deep they are.
        level = min(entry.level, 1) if entry.kind is Kind.IMAGE else entry.level
        area.adjust(_MARGIN + level * _INDENT, 0, -_MARGIN, 0)
        font = QFont(option.font)
        if entry.kind is Kind.HEADING:
            _draw_heading(painter, area, entry, font)
        elif entry.kind is Kind.PLACE:
            _draw_place(painter, area, index, font)
        else:
            _draw_image(painter, area, index, font)
        painter.restore()


def _entry(index: Index) -> Row:
    model = index.model()
    assert isinstance(model, BrowserModel)
    return model.entry(index.row())


def _draw_heading(painter: QPainter, area: QRect, entry: Row, font: QFont) -> None:
    _draw_arrow(painter, QPointF(area.left() + 4, area.center().y() + 0.5), folded=entry.folded)
    left = area.adjusted(14, 0, 0, 0)
    small = _smaller(font)
    detail = QFontMetrics(small).horizontalAdvance(entry.detail)
    font.setBold(entry.level == 0)
    title = left.adjusted(0, 0, -(detail + 8) if entry.detail else 0, 0)
    text = QFontMetrics(font).elidedText(entry.text, _ELIDE_END, title.width())
    _draw_text(painter, title, text, font, theme.TEXT)
    if title.width() > 40:
        _draw_text(painter, left, entry.detail, small, theme.MUTED, Qt.AlignmentFlag.AlignRight)


def _draw_arrow(painter: QPainter, center: QPointF, *, folded: bool) -> None:
    points = ((-1.5, -3.5), (2.5, 0), (-1.5, 3.5)) if folded else ((-3.5, -1.5), (0, 2.5), (3.5, -1.5))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.MUTED)
    painter.drawPolygon(QPolygonF([center + QPointF(x, y) for x, y in points]))


def _draw_place(painter: QPainter, area: QRect, index: Index, font: QFont) -> None:
    icon = index.data(Qt.ItemDataRole.DecorationRole)
    assert isinstance(icon, QIcon)
    icon.paint(painter, QRect(area.left(), area.center().y() - 8, 18, 18))
    _draw_text(painter, area.adjusted(25, 0, 0, 0), index.data(), font, theme.TEXT)


def _draw_image(painter: QPainter, area: QRect, index: Index, font: QFont) -> None:
    icon = index.data(Qt.ItemDataRole.DecorationRole)
    assert isinstance(icon, QIcon)
    icon.paint(painter, QRect(area.left(), area.top() + 3, THUMBNAIL, THUMBNAIL))
    area = area.adjusted(THUMBNAIL + 8, 3, 0, -3)
    small = _smaller(font)
    status = index.data(STATUS)
    lines = [(index.data(), font, theme.TEXT), (index.data(DETAIL), small, theme.MUTED)]
    lines = [line for line in lines if line[0]]
    height = QFontMetrics(font).height()
    total = height * (len(lines) + (status is not None))
    top = area.top() + (area.height() - total) // 2
    for text, line_font, color in lines:
        _draw_text(painter, QRect(area.left(), top, area.width(), height), text, line_font, color)
        top += height
    if isinstance(status, FileStatus):
        _draw_status(painter, QRect(area.left(), top, area.width(), height), status, small)


def _draw_status(painter: QPainter, area: QRect, status: FileStatus, font: QFont) -> None:
    color = theme.WARNING if status.positive else theme.MUTED
    color = _FAILED if status.progress is Progress.FAILED else color
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    dot = QRectF(area.left(), area.center().y() - 2.5, 7, 7)
    if status.progress is Progress.RUNNING:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.ACCENT)
    painter.drawEllipse(dot)
    words = theme.TEXT if status.positive else color
    area = area.adjusted(12, 0, 0, 0)
    width = QFontMetrics(font).horizontalAdvance(status.value)
    text = QFontMetrics(font).elidedText(status.text, _ELIDE_END, max(0, area.width() - width - 5))
    _draw_text(painter, area, f"{text} {status.value}", font, words)


def _draw_text(
    painter: QPainter,
    area: QRect,
    text: str,
    font: QFont,
    color: QColor,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    painter.setFont(font)
    painter.setPen(color)
    elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, area.width())
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, elided)


def _smaller(font: QFont) -> QFont:
    smaller = QFont(font)
    size = font.pointSizeF()
    if size > 0:
        smaller.setPointSizeF(size * 0.9)
    else:
        smaller.setPixelSize(max(1, round(font.pixelSize() * 0.9)))
    return smaller
