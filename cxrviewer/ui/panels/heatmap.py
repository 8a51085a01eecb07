"""Controls of the heatmap: target layer, method, colour map, opacity, threshold."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSlider, QWidget

from cxrviewer.explain.catalog import methods
from cxrviewer.explain.model_info import AUTO_LAYER, ModelInfo
from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.ui.panels.colorbar import ColorBar, swatch


class HeatmapPanel(QWidget):
    """Tells which heatmap the user wants and how it is to be drawn."""

    layer_chosen = Signal(str)
    method_chosen = Signal(str)
    styled = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[str, ...] = ()
        self.visible = QCheckBox("Show heatmap")
        self.visible.setToolTip("Show or hide the heatmap (Space)")
        self.layer = _combo("Target layer", "The layer whose activations are explained.")
        self.method = _combo("Method", "")
        self.colormap = _combo("Colour map", "Colours of the heatmap; perceptual maps come first.")
        self.colormap.setIconSize(QSize(48, 14))
        self.alpha = _slider("Opacity", "Opacity of the heatmap")
        self.threshold = _slider("Threshold", "Hide values under this share of the maximum")
        self._alpha_value, self._threshold_value = QLabel(), QLabel()
        self.colorbar = ColorBar()
        self._fill()
        self._lay_out()
        self.layer.activated.connect(self._layer_activated)
        self.method.activated.connect(lambda _: self.method_chosen.emit(self.method.currentData()))
        self.colormap.activated.connect(lambda _: self.styled.emit("colormap", self.colormap.currentData()))
        self.alpha.valueChanged.connect(lambda value: self.styled.emit("alpha", value / 100))
        self.threshold.valueChanged.connect(lambda value: self.styled.emit("threshold", value / 100))
        self.visible.toggled.connect(lambda on: self.styled.emit("visible", on))

    def _fill(self) -> None:
        self.layer.addItem("Automatic", AUTO_LAYER)
        for spec in methods():
            self.method.addItem(spec.name, spec.id)
            tip = f"{spec.summary}\n{spec.caution}\n{spec.reference}"
            self.method.setItemData(self.method.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        for colormap in COLORMAPS:
            self.colormap.addItem(QIcon(QPixmap.fromImage(swatch(colormap.id))), colormap.name, colormap.id)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 4, 12, 8)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.visible, 0, 0, 1, 3)
        rows = (("Target layer", self.layer), ("Method", self.method), ("Colour map", self.colormap))
        for row, (name, widget) in enumerate(rows, start=1):
            grid.addWidget(_label(name, widget), row, 0)
            grid.addWidget(widget, row, 1, 1, 2)
        sliders = (
            ("Opacity", self.alpha, self._alpha_value),
            ("Threshold", self.threshold, self._threshold_value),
        )
        for row, (name, slider, value) in enumerate(sliders, start=4):
            grid.addWidget(_label(name, slider), row, 0)
            grid.addWidget(slider, row, 1)
            value.setFixedWidth(self.fontMetrics().horizontalAdvance("100 %") + 4)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(value, row, 2)
        grid.addWidget(self.colorbar, 6, 0, 1, 3)

    def show_layers(self, info: ModelInfo | None) -> None:
        """Offer the layers of a model, automatic first."""
        layers = info.layers if info is not None else ()
        self._layers = tuple(layer.path for layer in layers)
        self.layer.clear()
        auto = next((layer for layer in layers if info is not None and layer.path == info.auto_layer), None)
        name = f"Automatic ({auto.rows}×{auto.columns})" if auto is not None else "Automatic"
        self.layer.addItem(name, AUTO_LAYER)
        for layer in reversed(layers):
            self.layer.addItem(f"{layer.path}  {layer.rows}×{layer.columns}", layer.path)
            tip = f"{layer.path}\n{layer.kind}, {layer.rows}×{layer.columns} cells, {layer.channels} channels"
            self.layer.setItemData(self.layer.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.layer.setEnabled(bool(layers))

    def show_choices(self, layer: str, method: str, style: OverlayStyle) -> None:
        """Set the controls without telling anyone."""
        for combo, value in ((self.layer, layer), (self.method, method), (self.colormap, style.colormap)):
            combo.setCurrentIndex(max(combo.findData(value), 0))
        for slider, share in ((self.alpha, style.alpha), (self.threshold, style.threshold)):
            slider.blockSignals(True)
            slider.setValue(round(share * 100))
            slider.blockSignals(False)
        self.visible.blockSignals(True)
        self.visible.setChecked(style.visible)
        self.visible.blockSignals(False)
        self._alpha_value.setText(f"{style.alpha * 100:.0f} %")
        self._threshold_value.setText(f"{style.threshold * 100:.0f} %")
        spec = next(spec for spec in methods() if spec.id == method)
        self.method.setToolTip(f"{spec.summary}\n{spec.caution}")

    def _layer_activated(self, index: int) -> None:
        self.layer_chosen.emit(self.layer.itemData(index))


def _combo(name: str, tip: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setToolTip(tip)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    combo.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
    return combo


def _slider(name: str, tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setPageStep(10)
    slider.setAccessibleName(name)
    slider.setToolTip(tip)
    return slider


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setObjectName("Muted")
    label.setBuddy(buddy)
    return label
