"""The model's output: every class with its probability and its operating threshold."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cxrviewer.export.overlay import percent
from cxrviewer.models.card import ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.reading import group_probability
from cxrviewer.ui import theme

Index = QModelIndex | QPersistentModelIndex

_ROW_HEIGHT = 40
_ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class OutputRow:
    """One line: a class, or a group of classes.

    Parameters
    ----------
    label : str
        Class or group.
    probability : float, optional
        0 to 1; None before the first analysis.
    threshold : float
        Operating threshold on the probability.
    class_index : int, optional
        None for a group.
    """

    label: str
    probability: float | None
    threshold: float
    class_index: int | None

    @property
    def above(self) -> bool:
        """Whether the output is at or over the operating threshold."""
        return self.probability is not None and self.probability >= self.threshold


def output_rows(card: ModelCard, prediction: Prediction | None) -> tuple[OutputRow, ...]:
    """Return the lines for a model's output: the classes, then the groups."""
    classes = tuple(
        OutputRow(
            label,
            float(prediction.probabilities[index]) if prediction is not None else None,
            threshold,
            index,
        )
        for index, (label, threshold) in enumerate(zip(card.labels, card.thresholds, strict=True))
    )
    groups = tuple(
        OutputRow(
            group.name,
            group_probability(card, group, prediction) if prediction is not None else None,
            group.threshold,
            None,
        )
        for group in card.label_groups
    )
    return classes + groups


class OutputModel(QAbstractListModel):
    """The lines as a list model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[OutputRow, ...] = ()

    def show(self, rows: tuple[OutputRow, ...]) -> None:
        """Show other lines; the current row survives where only numbers changed."""
        if [row.label for row in rows] == [row.label for row in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a line's text, tip or the line itself."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == _ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            value = "not analysed" if row.probability is None else percent(row.probability)
            return f"{row.label}: {value}, operating threshold {percent(row.threshold)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            kind = "Sum of its classes." if row.class_index is None else "Click to explain this class."
            return f"{row.label}\nOperating threshold {percent(row.threshold)}\n{kind}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Classes can be selected; groups are only read."""
        if index.isValid() and self._rows[index.row()].class_index is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _OutputDelegate(QStyledItemDelegate):
    """Paints name, number, bar and threshold tick."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the size of a line."""
        return QSize(180, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a line."""
        row = index.data(_ROW)
        area: QRect = option.rect
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(area, QColor("#24384d"))
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme.ACCENT)
        elif state & QStyle.StateFlag.State_MouseOver and row.class_index is not None:
            painter.fillRect(area, theme.RAISED)
        self._text(painter, area.adjusted(12, 5, -12, -17), row)
        self._bar(painter, QRect(area.left() + 12, area.bottom() - 12, area.width() - 24, 5), row)
        painter.restore()

    def _text(self, painter: QPainter, area: QRect, row: OutputRow) -> None:
        value = "–" if row.probability is None else percent(row.probability)
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold if row.above else QFont.Weight.Normal)
        font.setItalic(row.class_index is None)
        painter.setFont(font)
        painter.setPen(theme.TEXT if row.above or row.probability is None else theme.MUTED)
        metrics = painter.fontMetrics()
        room = area.width() - metrics.horizontalAdvance(value) - 10
        name = metrics.elidedText(row.label, Qt.TextElideMode.ElideRight, room)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | middle), name)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | middle), value)

    def _bar(self, painter: QPainter, groove: QRect, row: OutputRow) -> None:
        painter.fillRect(groove, theme.LINE)
        if row.probability is not None:
            filled = QRect(groove)
            filled.setWidth(round(groove.width() * row.probability))
            painter.fillRect(filled, theme.ACCENT if row.above else QColor("#5c6873"))
        tick = groove.left() + round((groove.width() - 1) * row.threshold)
        painter.setPen(QPen(theme.TEXT, 1))
        painter.drawLine(tick, groove.top() - 3, tick, groove.bottom() + 3)


class OutputList(QListView):
    """The list of classes; the one chosen is explained."""

    target_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Model output")
        self.rows = OutputModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_OutputDelegate(self))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._showing = False
        self.selectionModel().currentChanged.connect(self._current_changed)

    def show_output(self, card: ModelCard | None, prediction: Prediction | None, target: int | None) -> None:
        """Show a model's output and mark the class that is explained."""
        self._showing = True
        self.rows.show(output_rows(card, prediction) if card is not None else ())
        index = self.rows.index(target) if target is not None and card is not None else QModelIndex()
        self.setCurrentIndex(index)
        self._showing = False
        height = _ROW_HEIGHT * min(self.rows.rowCount(), 8) + 2
        self.setFixedHeight(max(height, _ROW_HEIGHT))

    def selectionCommand(
        self, index: Index, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Let the mark stay where it is when a group is clicked."""
        row = index.data(_ROW) if index.isValid() else None
        if row is not None and row.class_index is None:
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return super().selectionCommand(index, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say what is awaited while there are no lines."""
        super().paintEvent(event)
        if self.rows.rowCount() == 0:
            with QPainter(self.viewport()) as painter:
                painter.setPen(theme.MUTED)
                area = self.viewport().rect().adjusted(12, 0, -12, 0)
                middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
                painter.drawText(area, int(middle), "Waiting for the model")

    def _current_changed(self, index: QModelIndex, _previous: QModelIndex) -> None:
        row = index.data(_ROW) if index.isValid() else None
        if not self._showing and row is not None and row.class_index is not None:
            self.target_chosen.emit(row.class_index)
