"""The table of a batch that grows as files are done."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from cxrviewer.batch.job import FileEnded
from cxrviewer.batch.row import BatchRow
from cxrviewer.export.words import percent
from cxrviewer.session.folder import natural_key
from cxrviewer.ui import theme
from cxrviewer.ui.live_view import LiveView
from cxrviewer.ui.panels.fields import literal

_COLUMNS = ("", "File", "Most probable", "Probability", "Seconds", "Remarks")
_NUMBER, _FILE, _TOP, _PROBABILITY, _SECONDS, _REMARKS = range(6)
_NUMBERS = (_NUMBER, _PROBABILITY, _SECONDS)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_HEADER = "QHeaderView::section { background: #1d2024; color: #9099a3; border: none; padding: 5px 4px; }"
_WIDTHS = (60, 280, 170, 100, 80)
_PAUSE_MS = 100

_Index = QModelIndex | QPersistentModelIndex


class BatchModel(QAbstractTableModel):
    """A line a file, in the order in which they were done until a column is chosen to sort by."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.files: list[FileEnded] = []
        self._done: list[FileEnded] = []
        self._sorted = -1, Qt.SortOrder.AscendingOrder

    def add(self, files: list[FileEnded]) -> None:
        """Add files that were done since."""
        first = len(self.files)
        self.beginInsertRows(QModelIndex(), first, first + len(files) - 1)
        self._done += files
        self.files += files
        self.endInsertRows()
        if self.is_sorted:
            self._arrange()

    @property
    def is_sorted(self) -> bool:
        """Whether lines are in another order than they came."""
        return self._sorted[0] >= 0

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; as they came by -1. Called by Qt."""
        self._sorted = column, order
        self._arrange()

    def _arrange(self) -> None:
        """Put lines in order; what is selected stays so."""
        column, order = self._sorted
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        meant = [self.files[index.row()] for index in held]
        self.files = list(self._done)
        if self.is_sorted:
            falling = order is Qt.SortOrder.DescendingOrder
            self.files.sort(key=lambda file: _key(file.row, column), reverse=falling)
        places = {id(file): place for place, file in enumerate(self.files)} if held else {}
        moved = [
            self.index(places[id(file)], index.column()) for file, index in zip(meant, held, strict=True)
        ]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.files)

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
        row, column = self.files[index.row()].row, index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(row, column)
        if role == Qt.ItemDataRole.ToolTipRole and column in (_FILE, _REMARKS):
            return literal(_cell(row, column))
        if role == Qt.ItemDataRole.ForegroundRole and row.error:
            return QBrush(theme.WARNING)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return _RIGHT
        return None


class BatchView(LiveView):
    """Shows the files of a batch, the newest at the end, where the table stays unless it is scrolled."""

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
        # Names of files differ at their ends.
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setToolTip("Double-click shows the image in the viewer")
        self.table.activated.connect(self._open)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(24)
        header = self.table.horizontalHeader()
        header.setStyleSheet(_HEADER)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        self.table.setSortingEnabled(True)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.layers.addWidget(self.table)
        self._at_end = True
        bar = self.table.verticalScrollBar()
        bar.rangeChanged.connect(self._stay_at_end)
        bar.valueChanged.connect(self._note_place)
        self._new: list[FileEnded] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._show)

    def take(self, content: object) -> None:
        """Collect a file; they are shown ten times a second."""
        if isinstance(content, FileEnded):
            self._new.append(content)
            if not self._pause.isActive():
                self._pause.start()

    def _open(self, index: QModelIndex) -> None:
        path = self.model.files[index.row()].path
        if path is not None:
            self.opened.emit(path)

    def _show(self) -> None:
        self.model.add(self._new)
        self._new = []
        self.layers.setCurrentIndex(1)

    def _stay_at_end(self, _least: int, most: int) -> None:
        if self._at_end and not self.model.is_sorted:
            self.table.verticalScrollBar().setValue(most)

    def _note_place(self, value: int) -> None:
        self._at_end = value == self.table.verticalScrollBar().maximum()


def _key(row: BatchRow, column: int) -> Any:
    """Return what lines are sorted by; of those that failed first their reason, last all else."""
    if column == _NUMBER:
        return row.number
    if column == _FILE:
        return natural_key(row.file)
    if column == _REMARKS:
        return (not row.error, not row.notes, row.error or row.notes)
    if column == _TOP:
        return (bool(row.error), row.top, -max(row.probabilities, default=0.0))
    if column == _PROBABILITY:
        return max(row.probabilities, default=-1.0)
    return row.seconds


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
