"""A list in which several target layers are ticked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QListView, QVBoxLayout, QWidget

from cxrviewer.explain.model_info import LayerInfo
from cxrviewer.ui.panels.fields import GroupDelegate, heading_item
from cxrviewer.ui.panels.layer_words import layer_text, layer_tip

_PAUSE_MS = 300
_WIDTH = 340
_HEIGHT = 420
_PATH = Qt.ItemDataRole.UserRole


class SeveralLayers(QFrame):
    """Opens over the panel; tells the ticked layers after a short pause, and at least one."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("Popup")
        self._items = QStandardItemModel(self)
        self._told: tuple[str, ...] = ()
        self._filling = False
        self.view = QListView()
        self.view.setAccessibleName("Layers explained together")
        self.view.setModel(self._items)
        self.view.setItemDelegate(GroupDelegate(self.view))
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        words = QLabel("Tick the layers whose maps are combined")
        words.setObjectName("Muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.addWidget(words)
        layout.addWidget(self.view)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self._items.itemChanged.connect(self._ticked)
        self.view.activated.connect(self._toggle)

    def show_layers(self, layers: Sequence[LayerInfo], auto: str) -> None:
        """Offer layers, in execution order, by block."""
        self._filling = True
        self._items.clear()
        block = None
        for layer in layers:
            if layer.block != block:
                block = layer.block
                self._items.appendRow(heading_item(block))
            item = QStandardItem(layer_text(layer, auto))
            item.setData(layer.path, _PATH)
            item.setToolTip(layer_tip(layer, auto))
            item.setCheckable(True)
            self._items.appendRow(item)
        self._filling = False

    def tick(self, paths: Iterable[str]) -> None:
        """Tick exactly these layers, without telling anyone."""
        self._filling = True
        wanted = set(paths)
        for item in self._layers():
            on = item.data(_PATH) in wanted
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self._told = self.ticked()
        self._filling = False

    def ticked(self) -> tuple[str, ...]:
        """Return the paths of the ticked layers, in execution order."""
        return tuple(
            str(item.data(_PATH)) for item in self._layers() if item.checkState() is Qt.CheckState.Checked
        )

    def item(self, path: str) -> QStandardItem:
        """Return the line of a layer."""
        return next(item for item in self._layers() if item.data(_PATH) == path)

    def open_at(self, corner: QPoint) -> None:
        """Show the list below a point, its right side there, with the first ticked layer in sight."""
        rows = self._items.rowCount()
        line = self.view.sizeHintForRow(0) if rows else 0
        self.view.setFixedHeight(min(_HEIGHT, max(rows, 2) * max(line, 22) + 6))
        self.setFixedWidth(_WIDTH)
        self.adjustSize()
        self.move(corner - QPoint(self.width(), 0))
        self.show()
        ticked = self.ticked()
        if ticked:
            index = self._items.indexFromItem(self.item(ticked[0]))
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index, QListView.ScrollHint.PositionAtCenter)
        self.view.setFocus()

    def _layers(self) -> list[QStandardItem]:
        items = [self._items.item(row) for row in range(self._items.rowCount())]
        return [item for item in items if item.isCheckable()]

    def _toggle(self) -> None:
        item = self._items.itemFromIndex(self.view.currentIndex())
        if item is not None and item.isCheckable():
            on = item.checkState() is Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    def _ticked(self, item: QStandardItem) -> None:
        if self._filling:
            return
        if not self.ticked():
            # Without any layer there is nothing to explain.
            item.setCheckState(Qt.CheckState.Checked)
            return
        self._pause.start()

    def _tell(self) -> None:
        if self.ticked() != self._told:
            self._told = self.ticked()
            self.changed.emit(self._told)
