"""How the heatmap is drawn: view, sign, scale, colours, threshold, fading."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QHBoxLayout, QLabel, QWidget

from cxrviewer.explain.display import STRETCHED, Scale
from cxrviewer.explain.method_spec import MethodSpec, Units
from cxrviewer.imaging.colormap import COLORMAPS
from cxrviewer.imaging.compose import HeatmapView, effective_colormap
from cxrviewer.session.shown import Shown
from cxrviewer.ui.panels.colorbar import swatch
from cxrviewer.ui.panels.fields import GroupedCombo, Segmented, dress_spin_box, muted, slider, tip

_VIEWS = (
    (HeatmapView.SMOOTH, "Smooth", "Interpolated between the centres of the cells"),
    (HeatmapView.CELLS, "Cells", "The cells as they were computed: how coarse the map really is"),
    (HeatmapView.CONTOURS, "Contours", "Lines of equal value: the image below stays free"),
)
_LOCKED = "locked"
_STRETCHED = "stretched"
_SCALES = (
    (_STRETCHED, "Stretched", "Each map fills the colour bar: how strong it is cannot be seen"),
    (_LOCKED, "Locked", "The colour bar ends at so many logits: maps can be compared"),
)
_BY_VALUE, _BY_AREA = "value", "area"
_CUTS = (
    (_BY_VALUE, "By value", "Hide values under a share of the scale"),
    (_BY_AREA, "By area", "Show the strongest part of the map's area, whatever its values"),
)
_FIRST_SHARE = 0.2
_FIRST_LIMIT = 1.0
_SMALLEST, _GREATEST = 0.01, 1000.0


class DisplayControls(QWidget):
    """Tells how the user wants the heatmap drawn: the overlay's style, and fields of the view state."""

    styled = Signal(str, object)
    displayed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measured = _FIRST_LIMIT
        self._share = _FIRST_SHARE
        self._showing = False
        self._offers_signed = False
        self.view = Segmented("View", _VIEWS)
        self.signed = QCheckBox("Evidence against, too")
        self.scale = Segmented("Scale", _SCALES)
        self.limit = QDoubleSpinBox()
        self.colormap = GroupedCombo("Colour map")
        self.threshold = slider("Threshold", "")
        self.cut = Segmented("Threshold", _CUTS)
        self.fade = QCheckBox("Fade findings under their threshold")
        self._value = QLabel()
        self._dress()
        self._lay_out()
        self._connect()

    def _dress(self) -> None:
        self.colormap.setIconSize(QSize(48, 14))
        self._offer_colormaps(signed=False)
        self.limit.setRange(_SMALLEST, _GREATEST)
        self.limit.setDecimals(2)
        self.limit.setSuffix(" logits")
        self.limit.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.limit.setAccessibleName("Locked scale")
        self.limit.setToolTip(tip("What the end of the colour bar stands for. Up and down change it."))
        dress_spin_box(self.limit)
        self.fade.setToolTip(
            tip("A heatmap of a finding that the model does not report, its probability being under the "
                "operating threshold, is drawn fainter.")
        )  # fmt: skip
        self._value.setFixedWidth(self.fontMetrics().horizontalAdvance("top 100 %") + 2)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 2, 12, 4)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        threshold = QWidget()
        line = QHBoxLayout(threshold)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.threshold, 1)
        line.addWidget(self._value)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("View", self.view),
            ("Sign", self.signed),
            ("Scale", self.scale),
            ("", self.limit),
            ("Colours", self.colormap),
            ("Threshold", threshold),
            ("", self.cut),
        )
        for row, (name, widget) in enumerate(rows):
            if name:
                grid.addWidget(muted(name, widget), row, 0)
            grid.addWidget(widget, row, 1)
        grid.addWidget(self.fade, len(rows), 0, 1, 2)

    def _connect(self) -> None:
        self.view.chosen.connect(lambda view: self.styled.emit("view", view))
        self.signed.toggled.connect(lambda on: self._style("signed", on))
        self.colormap.activated.connect(lambda _: self._style("colormap", self.colormap.currentData()))
        self.fade.toggled.connect(lambda on: self._display(fade=on))
        self.scale.chosen.connect(self._scale_chosen)
        self.limit.valueChanged.connect(lambda value: self._display(scale=Scale(value)))
        self.threshold.valueChanged.connect(self._slid)
        self.cut.chosen.connect(self._cut_chosen)

    def show_display(self, shown: Shown, spec: MethodSpec) -> None:
        """Show what is in force for a method, without telling anyone."""
        state, display = shown.state, shown.display
        self._showing = True
        self.view.choose(state.style.view)
        self._show_sign(state.style.signed, spec)
        self.colormap.choose(effective_colormap(state.style))
        if display is not None and display.unit and not display.locked and display.maximum > 0:
            self._measured = _rounded(display.maximum)
        self._show_scale(state.scale, spec)
        by_area = state.top_share is not None
        share = state.style.threshold if state.top_share is None else state.top_share
        self.cut.choose(_BY_AREA if by_area else _BY_VALUE)
        self.threshold.setValue(round(share * 100))
        self._value.setText(f"{'top ' if by_area else ''}{share * 100:.0f} %")
        self.threshold.setToolTip(_CUTS[by_area][2])
        self.fade.setChecked(state.fade)
        self._showing = False

    def summary(self) -> str:
        """Return what is not as usual, in a few words."""
        words = [
            "" if self.view.value() == HeatmapView.SMOOTH else str(self.view.value()),
            "signed" if self.signed.isChecked() and self.signed.isEnabled() else "",
            "locked" if self.scale.value() == _LOCKED and self.scale.button(_LOCKED).isEnabled() else "",
        ]
        return ", ".join(word for word in words if word)

    def _show_sign(self, signed: bool, spec: MethodSpec) -> None:
        if signed != self._offers_signed:
            self._offer_colormaps(signed=signed)
        self.signed.setChecked(signed)
        self.signed.setEnabled(spec.signed)
        words = "Draw what spoke against the target, too: red for, blue against, nothing at 0."
        self.signed.setToolTip(tip(words if spec.signed else f"{spec.name} tells only what spoke for it."))

    def _offer_colormaps(self, *, signed: bool) -> None:
        self._offers_signed = signed
        self.colormap.clear()
        for spec in COLORMAPS:
            if spec.diverging == signed:
                self.colormap.add_entry(spec.name, spec.id)
                picture = QIcon(QPixmap.fromImage(swatch(spec.id)))
                self.colormap.setItemIcon(self.colormap.count() - 1, picture)

    def _show_scale(self, scale: Scale, spec: MethodSpec) -> None:
        has_unit = spec.units is not Units.NONE
        locked = scale.limit is not None and has_unit
        self.scale.choose(_LOCKED if locked else _STRETCHED)
        button = self.scale.button(_LOCKED)
        button.setEnabled(has_unit)
        lack = f"The values of {spec.name} have no unit: its maps cannot be compared by value."
        button.setToolTip(tip(_SCALES[1][2] if has_unit else lack))
        self.limit.setVisible(locked)
        limit = scale.limit if locked and scale.limit is not None else self._measured
        if round(limit, 2) != self.limit.value():
            self.limit.setValue(limit)

    def _style(self, name: str, value: object) -> None:
        if not self._showing:
            self.styled.emit(name, value)

    def _display(self, **changes: object) -> None:
        if not self._showing:
            self.displayed.emit(changes)

    def _scale_chosen(self, kind: str) -> None:
        # Locked where the map on screen ends: nothing changes until the next one comes.
        self._display(scale=Scale(self._measured) if kind == _LOCKED else STRETCHED)

    def _slid(self, value: int) -> None:
        if self.cut.value() == _BY_AREA:
            self._display(top_share=value / 100)
            self._share = value / 100
        else:
            self._style("threshold", value / 100)

    def _cut_chosen(self, kind: str) -> None:
        self._display(top_share=self._share if kind == _BY_AREA else None)


def _rounded(value: float) -> float:
    """Return a value to two digits, never less."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return min(max(math.ceil(round(value / step, 6)) * step, _SMALLEST), _GREATEST)
