"""The table of a batch that grows as files are done."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from cxrviewer.batch.row import BatchRow
from cxrviewer.export.words import percent
from cxrviewer.ui import theme
from cxrviewer.ui.live_view import LiveView

_COLUMNS = ("", "File", "Most probable", "Probability", "Seconds", "Remarks")
_NUMBER, _FILE, _TOP, _PROBABILITY, _SECONDS, _REMARKS = range(6)
_NUMBERS = (_NUMBER, _PROBABILITY, _SECONDS)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_HEADER = "QHeaderView::section { background: #1d2024; color: #9099a3; border: none; padding: 5px 4px; }"
_WIDTHS = (60, 260, 170, 100, 80)
_PAUSE_MS = 100

_Index = QModelIndex | QPersistentModelIndex


class BatchModel(QAbstractTableModel):
    """Rows in the order in which they were done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[BatchRow] = []

    def add(self, rows: list[BatchRow]) -> None:
        """Add rows at the end."""
        first = len(self.rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self.rows += rows
        self.endInsertRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the name of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMBERS:
            return _RIGHT
        return _COLUMNS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text, colour, tip or alignment of a cell."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(row, column)
        if role == Qt.ItemDataRole.ToolTipRole and column in (_FILE, _REMARKS):
            return _cell(row, column)
        if role == Qt.ItemDataRole.ForegroundRole and row.error:
            return QBrush(theme.WARNING)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return _RIGHT
        return None


class BatchView(LiveView):
    """Shows the rows of a batch, the newest at the end, where the table stays unless it is scrolled."""

    HAS_MORE = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = BatchModel(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName("Files of the batch")
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(24)
        header = self.table.horizontalHeader()
        header.setStyleSheet(_HEADER)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.layers.addWidget(self.table)
        self._new: list[BatchRow] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._show)

    def take(self, content: object) -> None:
        """Collect a row; they are shown ten times a second."""
        if isinstance(content, BatchRow):
            self._new.append(content)
            if not self._pause.isActive():
                self._pause.start()

    def _show(self) -> None:
        bar = self.table.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        self.model.add(self._new)
        self._new = []
        self.layers.setCurrentIndex(1)
        if at_end:
            self.table.scrollToBottom()


def _cell(row: BatchRow, column: int) -> str:
    if column == _NUMBER:
        return str(row.number)
    if column == _FILE:
        return row.file
    if column == _REMARKS:
        return row.error or row.notes
    if row.error:
        return ""
    if column == _TOP:
        return row.top
    if column == _PROBABILITY:
        return percent(max(row.probabilities)) if row.probabilities else ""
    return f"{row.seconds:.2f}"
