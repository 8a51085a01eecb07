"""What a comparison differs in: methods, layers, classes and models to be ticked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.model_info import ModelInfo, sweep_layers
from cxrviewer.models.catalog import builtin_cards
from cxrviewer.session.comparison_sheet import Axes, Axis
from cxrviewer.ui.panels.fields import literal
from cxrviewer.ui.panels.layer_words import layer_text

TITLES = {
    Axis.METHODS: "Methods",
    Axis.LAYERS: "Layers",
    Axis.TARGETS: "Classes",
    Axis.MODELS: "Models",
}

_NAME = Qt.ItemDataRole.UserRole


class ComparisonChoices(QTreeWidget):
    """A list of names to tick for each axis; of an axis without a tick, all maps have what the pane has.

    Parameters
    ----------
    info : ModelInfo
        The pane's model: its layers, classes and methods are offered.
    model : str
        How it was chosen.
    """

    changed = Signal()

    def __init__(self, info: ModelInfo, model: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(True)
        self.setIndentation(16)
        self.setUniformRowHeights(True)
        self._groups = {axis: self._made_group(title) for axis, title in TITLES.items()}
        self._fill(info, model)
        self.tick({Axis.MODELS: (model,)})
        self.itemChanged.connect(self._tell)

    def axes(self) -> Axes:
        """Return what is ticked, in the order of the lists."""
        return {
            axis: tuple(
                str(item.data(0, _NAME))
                for item in self._items(axis)
                if item.checkState(0) is Qt.CheckState.Checked and not item.isDisabled()
            )
            for axis in TITLES
        }

    def tick(self, wanted: Axes) -> None:
        """Tick these names, and of the axes named here no others."""
        blocked = self.blockSignals(True)
        for axis, names in wanted.items():
            for item in self._items(axis):
                ticked = item.data(0, _NAME) in names
                item.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.blockSignals(blocked)
        self._tell()

    def names(self, axis: Axis) -> Sequence[str]:
        """Return all that is offered of an axis."""
        return [str(item.data(0, _NAME)) for item in self._items(axis)]

    def add_model(self, name: str, text: str) -> None:
        """Offer one more model, ticked."""
        if name not in self.names(Axis.MODELS):
            self._add(Axis.MODELS, name, text)
        self.tick({Axis.MODELS: (*self.axes()[Axis.MODELS], name)})

    def _fill(self, info: ModelInfo, model: str) -> None:
        for spec in methods():
            item = self._add(Axis.METHODS, spec.id, spec.name)
            item.setDisabled(spec.id not in info.methods)
        by_path = {layer.path: layer for layer in info.layers}
        for path in sweep_layers(info):
            self._add(Axis.LAYERS, path, layer_text(by_path[path], info.auto_layer))
        for label in (*info.card.labels, *(group.name for group in info.card.label_groups)):
            self._add(Axis.TARGETS, label, label)
        self._add(Axis.MODELS, model, f"{info.card.name} {info.card.version}".strip())
        for card in builtin_cards():
            if card.id != info.card.id:
                self._add(Axis.MODELS, card.id, f"{card.name} {card.version}".strip())

    def _made_group(self, title: str) -> QTreeWidgetItem:
        group = QTreeWidgetItem(self, [title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        group.setExpanded(True)
        return group

    def _add(self, axis: Axis, name: str, text: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self._groups[axis], [text])
        item.setData(0, _NAME, name)
        item.setToolTip(0, literal(text))
        item.setCheckState(0, Qt.CheckState.Unchecked)
        return item

    def _items(self, axis: Axis) -> list[QTreeWidgetItem]:
        group = self._groups[axis]
        children = (group.child(place) for place in range(group.childCount()))
        return [child for child in children if child is not None]

    def _tell(self) -> None:
        self.changed.emit()
