"""The tag browser: every element of the file on screen, searched as one types."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.ui.dialogs.tags_model import LENGTH, TAG, VR, TagsModel
from cxrviewer.ui.dialogs.tags_tree import Branch, Tree, row_text

_EXPANDED_UP_TO = 400
"""Rows that a search unfolds at once."""
_WIDTHS = (130, 290, 44, 70)


class TagsDialog(QDialog):
    """Shows a tree of elements; what is searched for is found elsewhere, in a thread."""

    searched = Signal(str)
    identity_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("File information")
        self.resize(self.sizeHint())
        self.search = QLineEdit()
        self.search.setPlaceholderText("Name, keyword, number or value: modality, 0008,0060, PA")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.searched)
        self.model = TagsModel(self)
        self.tree = self._made_tree()
        self.status = QLabel()
        self.status.setObjectName("Muted")
        self.status.setWordWrap(True)
        self.identity = QCheckBox("Show patient identity")
        self.identity.toggled.connect(self.identity_wanted)
        self._add_copying()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.status, 1)
        foot.addWidget(self.identity)
        layout.addLayout(foot)

    def sizeHint(self) -> QSize:
        """Return a size at which most values are read whole."""
        return QSize(980, 680)

    def _made_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setModel(self.model)
        tree.setUniformRowHeights(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._offer_copying)
        tree.header().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(_WIDTHS):
            tree.setColumnWidth(column, width)
        return tree

    def _add_copying(self) -> None:
        self.copy_value = QAction("&Copy value", self)
        self.copy_value.setShortcut(QKeySequence.StandardKey.Copy)
        self.copy_value.triggered.connect(lambda: self._copy(whole=False))
        self.copy_row = QAction("Copy &row", self)
        self.copy_row.setShortcut(QKeySequence("Ctrl+Shift+C"))
        self.copy_row.triggered.connect(lambda: self._copy(whole=True))
        for action in (self.copy_value, self.copy_row):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.tree.addAction(action)

    def show_tree(self, tree: Tree, *, title: str, identity: bool, searching: bool) -> None:
        """Show what was found, unfolded where it was searched for."""
        self.setWindowTitle(f"{title} – file information")
        self.identity.setChecked(identity)
        self.model.show_tree(tree.top, identity=identity)
        total = tree.total
        if searching and total <= _EXPANDED_UP_TO:
            self.tree.expandAll()
        has_tags = not tree.top or any(branch.element.tag for branch in tree.top)
        for column in (TAG, VR, LENGTH):
            self.tree.setColumnHidden(column, not has_tags)
        found = f"{total:,} element{'' if total == 1 else 's'}{' found' if searching else ''}"
        self.status.setText(found)

    def show_problem(self, text: str, title: str) -> None:
        """Say why there is nothing to show."""
        self.setWindowTitle(f"{title} – file information")
        self.model.show_tree([], identity=False)
        self.status.setText(text)

    def selected(self) -> list[Branch]:
        """Return the selected rows from top to bottom."""
        rows = self.tree.selectionModel().selectedRows()
        return sorted((self.model.branch(index) for index in rows), key=Branch.path)

    def _copy(self, *, whole: bool) -> None:
        chosen = [branch.element for branch in self.selected()]
        if not chosen:
            return
        identity = self.identity.isChecked()
        if whole:
            lines = [row_text(element, identity=identity) for element in chosen]
        else:
            lines = [element.value for element in chosen if identity or not element.identifying]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _offer_copying(self, position: QPoint) -> None:
        if not self.selected():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.copy_value, self.copy_row])
        menu.popup(self.tree.viewport().mapToGlobal(position))
