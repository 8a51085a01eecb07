"""The tree of elements for a view."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cxrviewer.ui import theme
from cxrviewer.ui.dialogs.tags_tree import Branch, value_text
from cxrviewer.ui.panels.fields import literal

COLUMNS = ("Tag", "Name", "VR", "Length", "Value")
TAG, NAME, VR, LENGTH, VALUE = range(5)

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class TagsModel(QAbstractItemModel):
    """Rows of `COLUMNS`.

    Parameters
    ----------
    parent : QObject, optional
        Owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tree: list[Branch] = []
        self._identity = False

    def show_tree(self, tree: list[Branch], *, identity: bool) -> None:
        """Show other elements, identifying values or not."""
        self.beginResetModel()
        self._tree = tree
        self._identity = identity
        self.endResetModel()

    def branch(self, index: _Index) -> Branch:
        """Return what is at a valid index."""
        found = index.internalPointer()
        assert isinstance(found, Branch)
        return found

    def index(self, row: int, column: int, parent: _Index = _ROOT) -> QModelIndex:
        """Return the index of a cell."""
        siblings = self._children(parent)
        if not (0 <= row < len(siblings) and 0 <= column < len(COLUMNS)):
            return QModelIndex()
        return self.createIndex(row, column, siblings[row])

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]
        """Return the index of the row above in the tree."""
        above = self.branch(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self.createIndex(above.row, 0, above)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Return how many rows are below."""
        return 0 if parent.column() > 0 else len(self._children(parent))

    def columnCount(self, _parent: _Index = _ROOT) -> int:
        """Return how many columns there are."""
        return len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, tip and colour of a cell."""
        element = self.branch(index).element
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(self.branch(index), column)
        hidden = element.identifying and bool(element.value) and not self._identity
        if role == Qt.ItemDataRole.ToolTipRole and column == VALUE:
            return "May identify the patient: N shows it" if hidden else literal(element.value) or None
        if role == Qt.ItemDataRole.ForegroundRole and (hidden if column == VALUE else column != NAME):
            return theme.MUTED
        if role == Qt.ItemDataRole.TextAlignmentRole and column == LENGTH:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def _children(self, parent: _Index) -> list[Branch]:
        return self.branch(parent).children if parent.isValid() else self._tree

    def _text(self, branch: Branch, column: int) -> str:
        element = branch.element
        match column:
            case 0:
                return element.tag
            case 1:
                return element.name
            case 2:
                return element.vr
            case 3:
                return "" if element.length is None else f"{element.length:,}"
            case _:
                return value_text(element, identity=self._identity)
