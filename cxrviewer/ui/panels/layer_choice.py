"""The choice of target layers: a list by block, a slider from early to late, or several at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.explain.model_info import AUTO_LAYER, LayerInfo, ModelInfo, sweep_layers
from cxrviewer.explain.question import Fusion
from cxrviewer.ui.icons import icon
from cxrviewer.ui.panels.fields import GroupedCombo, Segmented, slider, tip
from cxrviewer.ui.panels.layer_words import grid_text, layer_name, layer_text, layer_tip
from cxrviewer.ui.panels.several_layers import SeveralLayers

_OTHER = ""
"""What stands in the closed list where it is not one of the layers."""

_FUSIONS = (
    (Fusion.MEAN, "Mean", "The mean of the layers' maps, each scaled to its own maximum"),
    (Fusion.MAXIMUM, "Max", "What any one of the layers shows"),
    (Fusion.PRODUCT, "Product", "Only what all of the layers show"),
)


class LayerChooser(QWidget):
    """Tells which layers the user wants explained."""

    asked = Signal(object)
    sweep_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: dict[str, LayerInfo] = {}
        self._stops: tuple[str, ...] = ()
        self._auto = ""
        self._showing = False
        self._current: tuple[str, ...] = (AUTO_LAYER,)
        self.combo = GroupedCombo("Target layer")
        self.several = QToolButton()
        self.several.setIcon(icon("layers"))
        self.several.setAccessibleName("Several layers")
        self.several.setToolTip("Explain several layers together…")
        self.slider = slider("Layer slider", "")
        self.slider.setPageStep(1)
        self.grid = QLabel()
        self.grid.setObjectName("Muted")
        self.fusion = Segmented("Combine by", _FUSIONS)
        self.popup = SeveralLayers(self)
        self._lay_out()
        self.combo.activated.connect(lambda _: self.asked.emit({"layers": (self.combo.currentData(),)}))
        self.slider.valueChanged.connect(self._slid)
        self.slider.installEventFilter(self)
        self.several.clicked.connect(self._open_popup)
        self.popup.changed.connect(lambda layers: self.asked.emit({"layers": layers}))
        self.fusion.chosen.connect(lambda rule: self.asked.emit({"fusion": rule}))
        self.show_model(None)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addWidget(self.combo, 1)
        line.addWidget(self.several)
        sweep = QWidget()
        row = QHBoxLayout(sweep)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        self.grid.setFixedWidth(self.fontMetrics().horizontalAdvance("224×224") + 2)
        self.grid.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.grid)
        # One in the place of the other: nothing below moves.
        self._below = QStackedWidget()
        self._below.addWidget(sweep)
        self._below.addWidget(self.fusion)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(line)
        layout.addWidget(self._below)

    def show_model(self, info: ModelInfo | None) -> None:
        """Offer the layers of a model in execution order, by block; the automatic one is marked."""
        layers = info.layers if info is not None else ()
        self._layers = {layer.path: layer for layer in layers}
        self._auto = info.auto_layer if info is not None else ""
        self._stops = sweep_layers(info) if info is not None else ()
        self.combo.clear()
        self.combo.add_entry("", _OTHER, enabled=False)
        view = self.combo.view()
        assert isinstance(view, QListView)
        view.setRowHidden(0, True)
        block = None
        for layer in layers:
            if layer.block != block:
                block = layer.block
                self.combo.add_heading(block or grid_text(layer))
            text, words = layer_text(layer, self._auto), layer_tip(layer, self._auto)
            self.combo.add_entry(text, layer.path, words, short=layer_name(layer, self._auto))
        self._showing = True
        self.slider.setRange(0, max(len(self._stops) - 1, 0))
        self._showing = False
        self.show_layers((AUTO_LAYER,), Fusion.MEAN, explains_layer=True)

    def show_layers(self, layers: Sequence[str], fusion: Fusion, *, explains_layer: bool) -> None:
        """Show the layers in use, without telling anyone.

        Parameters
        ----------
        layers : sequence of str
            Paths, or `AUTO_LAYER`.
        fusion : Fusion
            How the maps of several become one.
        explains_layer : bool
            Whether the method explains a layer at all.
        """
        known = tuple(path for path in layers if path == AUTO_LAYER or path in self._layers)
        self._current = known or (AUTO_LAYER,)
        paths = self._paths()
        several = len(paths) > 1
        self.combo.setItemText(0, f"{len(paths)} layers together" if several else "Automatic")
        self.combo.choose(paths[0] if len(paths) == 1 else _OTHER)
        self.fusion.choose(fusion)
        self._below.setCurrentIndex(1 if several else 0)
        self._showing = True
        if not several:
            self.slider.setValue(self._stop(paths[0]) if paths else 0)
        self._showing = False
        self._tell(explains_layer)

    def _paths(self) -> tuple[str, ...]:
        """Return the layers in use by their paths, in execution order."""
        wanted = {self._auto if path == AUTO_LAYER else path for path in self._current}
        return tuple(path for path in self._layers if path in wanted)

    def _stop(self, path: str) -> int:
        """Return the stop of a layer's block."""
        if path in self._stops:
            return self._stops.index(path)
        block = self._layers[path].block
        return next((n for n, stop in enumerate(self._stops) if self._layers[stop].block == block), 0)

    def _tell(self, explains_layer: bool) -> None:
        usable = explains_layer and bool(self._layers)
        for widget in (self.combo, self.several, self.slider, self.fusion):
            widget.setEnabled(usable)
        layer = self._layers.get(self._paths()[0]) if self._layers else None
        self.grid.setText(grid_text(layer) if usable and layer is not None else "")
        if not explains_layer:
            words = tip("This method explains the input of the model, not a layer.")
        elif layer is None:
            words = tip("No layer with a spatial output")
        else:
            words = layer_tip(layer, self._auto)
        self.combo.setToolTip(words)
        stop = f"Stop {self.slider.value() + 1} of {len(self._stops)}, from early to late"
        self.slider.setToolTip(tip(stop, "Left and right step from block to block.") if usable else words)

    def _slid(self, stop: int) -> None:
        if not self._showing:
            self.asked.emit({"layers": (self._stops[stop],)})

    def _open_popup(self) -> None:
        self.popup.show_layers(tuple(self._layers.values()), self._auto)
        self.popup.tick(self._paths())
        self.popup.open_at(self.several.mapToGlobal(QPoint(self.several.width(), self.several.height())))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell early that the user is about to sweep, so that the maps can be there when it begins."""
        near = event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn)
        if near and watched is self.slider and self.slider.isEnabled():
            self.sweep_wanted.emit()
        return super().eventFilter(watched, event)
