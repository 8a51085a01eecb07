"""The model's output: every class with its probability and its operating threshold."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.explain.target import Target
from cxrviewer.export.words import percent
from cxrviewer.models.card import ModelCard
from cxrviewer.models.prediction import Prediction
from cxrviewer.models.reading import group_indices, group_probability
from cxrviewer.ui import theme
from cxrviewer.ui.panels.fields import GroupedCombo, literal, muted
from cxrviewer.ui.panels.target_choices import about, choices, is_one_question, subject

Index = QModelIndex | QPersistentModelIndex

_ROW_HEIGHT = 34
_MOST_ROWS = 6
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
    indices : tuple of int
        Class indices; of a group, those of its classes.
    """

    label: str
    probability: float | None
    threshold: float
    indices: tuple[int, ...]

    @property
    def is_group(self) -> bool:
        """Whether several classes are read as one finding."""
        return len(self.indices) > 1

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
            (index,),
        )
        for index, (label, threshold) in enumerate(zip(card.labels, card.thresholds, strict=True))
    )
    groups = tuple(
        OutputRow(
            group.name,
            group_probability(card, group, prediction) if prediction is not None else None,
            group.threshold,
            group_indices(card, group),
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
            kind = "Its classes together" if row.is_group else "This class"
            tip = f"{row.label}\nOperating threshold {percent(row.threshold)}\n{kind}: click to explain."
            return literal(tip)
        return None


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
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.RAISED)
        self._text(painter, area.adjusted(12, 3, -12, -13), row)
        self._bar(painter, QRect(area.left() + 12, area.bottom() - 9, area.width() - 24, 4), row)
        painter.restore()

    def _text(self, painter: QPainter, area: QRect, row: OutputRow) -> None:
        value = "–" if row.probability is None else percent(row.probability)
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold if row.above else QFont.Weight.Normal)
        font.setItalic(row.is_group)
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
        painter.drawLine(tick, groove.top() - 2, tick, groove.bottom() + 2)


class OutputView(QListView):
    """The lines; `row_chosen` tells which classes are to be explained."""

    row_chosen = Signal(object)

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

    def show_rows(self, rows: tuple[OutputRow, ...], marked: tuple[int, ...]) -> None:
        """Show lines, and mark the one of the given class indices, without telling anyone."""
        self._showing = True
        self.rows.show(rows)
        places = [number for number, row in enumerate(rows) if row.indices == marked]
        self.setCurrentIndex(self.rows.index(places[0]) if places else QModelIndex())
        self._showing = False
        height = _ROW_HEIGHT * min(max(len(rows), 1), _MOST_ROWS) + 2
        if len(rows) > _MOST_ROWS:
            # Half a line tells that there are more.
            height += _ROW_HEIGHT // 2
        self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the marked line in sight."""
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

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
        if not self._showing and row is not None:
            self.row_chosen.emit(row.indices)


class OutputList(QWidget):
    """Classes and groups, of which one is explained, and what is asked about it."""

    target_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: ModelCard | None = None
        self._target: Target | None = None
        self.view = OutputView()
        self.sense = GroupedCombo("Explain", "What is asked about the class that is marked")
        self._question = QWidget()
        line = QHBoxLayout(self._question)
        line.setContentsMargins(12, 6, 12, 0)
        line.setSpacing(10)
        line.addWidget(muted("Explain", self.sense))
        line.addWidget(self.sense, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view)
        layout.addWidget(self._question)
        self._question.hide()
        self.view.row_chosen.connect(self._row_chosen)
        self.sense.activated.connect(lambda _: self.target_chosen.emit(self.sense.currentData()))

    @property
    def rows(self) -> OutputModel:
        """The lines."""
        return self.view.rows

    def show_output(
        self, card: ModelCard | None, prediction: Prediction | None, target: Target | None
    ) -> None:
        """Show a model's output, mark what is explained and say how; tells nobody.

        Parameters
        ----------
        card : ModelCard, optional
            None while there is no model.
        prediction : Prediction, optional
            None before the first analysis.
        target : Target, optional
            None or `TOP` while it is not known what is explained.
        """
        rows = output_rows(card, prediction) if card is not None else ()
        self.view.show_rows(rows, subject(target))
        if (card, target) != (self._card, self._target):
            self._card, self._target = card, target
            self._fill(card, target)

    def _fill(self, card: ModelCard | None, target: Target | None) -> None:
        offered = choices(card, subject(target)) if card is not None else ()
        self.sense.clear()
        for choice in offered:
            self.sense.add_entry(choice.text, choice.target, literal(choice.tip))
        at = next((row for row, choice in enumerate(offered) if choice.target == target), -1)
        self.sense.setCurrentIndex(at)
        self.sense.setToolTip(literal(offered[at].tip) if at >= 0 else "")
        # Also before it is known what is explained: nothing below may move when the answer comes.
        self._question.setVisible(card is not None and not is_one_question(card))

    def _row_chosen(self, indices: tuple[int, ...]) -> None:
        if self._card is not None:
            self.target_chosen.emit(about(self._card, indices, self._target))
