"""The controls of the heatmap: what is asked of the model, and how the answer is drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.method_spec import MethodSpec, Values
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.explain.question import Question
from cxrviewer.session.plan import answerable
from cxrviewer.session.shown import Shown
from cxrviewer.ui.panels.colorbar import ColorBar
from cxrviewer.ui.panels.display_controls import DisplayControls
from cxrviewer.ui.panels.fields import ElidedLabel, muted, slider, tip
from cxrviewer.ui.panels.layer_choice import LayerChooser
from cxrviewer.ui.panels.method_choice import MethodChooser
from cxrviewer.ui.panels.method_settings import MethodSettings
from cxrviewer.ui.panels.section import MARGIN, Section

_UNIFORM = (
    "Positive evidence is what speaks for the class. A uniform heatmap, the same everywhere, has as large "
    "a share inside the lungs as they have of the image; what is not well above that says little of them."
)


class HeatmapPanel(QWidget):
    """Tells which heatmap the user wants and how it is to be drawn.

    `asked` has changes of the question by the names of `Question`, `styled` a field of `OverlayStyle` and
    its value, `displayed` changes by the names of `ViewState`. `sweep_wanted` says that the user is about
    to go through the layers.
    """

    asked = Signal(object)
    styled = Signal(str, object)
    displayed = Signal(object)
    sweep_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info: ModelInfo | None = None
        self._showing = False
        self._last_used: dict[str, Values] = {}
        self.visible = QCheckBox("Show")
        self.visible.setToolTip("Show or hide the heatmap (Space)")
        self.heading = ElidedLabel(2)
        self.heading.setObjectName("Muted")
        self.methods = MethodChooser()
        self.layers = LayerChooser()
        self.alpha = slider("Opacity", "Opacity of the heatmap")
        self._alpha_value = QLabel()
        self.colorbar = ColorBar()
        self.lungs = ElidedLabel(2)
        self.lungs.setObjectName("Muted")
        self.lungs.hide()
        self.settings = MethodSettings()
        self.display = DisplayControls()
        self.settings_section = Section("settings", "Method settings", self.settings)
        self.display_section = Section("display", "Display", self.display)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        title = QLabel("Heatmap")
        title.setObjectName("SectionTitle")
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.visible)
        grid = QGridLayout()
        grid.setContentsMargins(MARGIN, 0, MARGIN, 6)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        opacity = QHBoxLayout()
        opacity.setSpacing(8)
        opacity.addWidget(self.alpha, 1)
        self._alpha_value.setFixedWidth(self.fontMetrics().horizontalAdvance("100 %") + 4)
        self._alpha_value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        opacity.addWidget(self._alpha_value)
        grid.addLayout(top, 0, 0, 1, 2)
        grid.addWidget(self.heading, 1, 0, 1, 2)
        grid.addWidget(muted("Method", self.methods.combo), 2, 0)
        grid.addWidget(self.methods, 2, 1)
        grid.addWidget(self.methods.summary, 3, 0, 1, 2)
        layer = muted("Layer", self.layers.combo)
        layer.setFixedHeight(self.layers.combo.sizeHint().height())
        grid.addWidget(layer, 4, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.layers, 4, 1)
        grid.addWidget(muted("Opacity", self.alpha), 5, 0)
        grid.addLayout(opacity, 5, 1)
        grid.addWidget(self.colorbar, 6, 0, 1, 2)
        grid.addWidget(self.lungs, 7, 0, 1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(grid)
        layout.addWidget(self.settings_section)
        layout.addWidget(self.display_section)

    def _connect(self) -> None:
        self.methods.chosen.connect(self.choose_method)
        self.layers.asked.connect(self.asked)
        self.layers.sweep_wanted.connect(self.sweep_wanted)
        self.settings.changed.connect(self._settings_changed)
        self.display.styled.connect(self.styled)
        self.display.displayed.connect(self.displayed)
        self.alpha.valueChanged.connect(lambda value: self._style("alpha", value / 100))
        self.visible.toggled.connect(lambda on: self._style("visible", on))

    def show_model(self, info: ModelInfo | None) -> None:
        """Offer the layers of a model, and the methods that can explain it."""
        self._info = info
        self.layers.show_model(info)
        self.methods.show_model(info)

    def show_shown(self, shown: Shown) -> None:
        """Set all controls to what is on screen, without telling anyone."""
        question = self._question(shown)
        spec = method_spec(question.method)
        self._showing = True
        self.methods.show_method(spec)
        self.layers.show_layers(question.layers, question.fusion, explains_layer=spec.uses_layer)
        self.settings.show_settings(spec, question.parameters, question.smoothing, _seconds(shown, spec))
        self.settings_section.set_note(_changes(question))
        self.display.show_display(shown, spec)
        self.display_section.set_note(self.display.summary())
        style = shown.state.style
        self.alpha.setValue(round(style.alpha * 100))
        self._alpha_value.setText(f"{style.alpha * 100:.0f} %")
        self.visible.setChecked(style.visible)
        self.colorbar.show_scale(shown.style, shown.display, faded=shown.faded)
        self._showing = False

    def show_lungs(self, sentence: str, about: str) -> None:
        """Say how the heatmap lies in relation to the lungs, and who has found them; "" to say nothing."""
        self.lungs.setText(sentence)
        self.lungs.setToolTip(tip(_UNIFORM, about))
        self.lungs.setVisible(bool(sentence))

    def choose_method(self, method: str) -> None:
        """Ask by another method, with the parameters it was last used with."""
        self.asked.emit({"method": method, "parameters": self._last_used.get(method, ())})

    def _question(self, shown: Shown) -> Question:
        """Return what is asked of the model, which may lack what the wanted method needs."""
        question = shown.state.question
        return answerable(question, self._info) if self._info is not None else question

    def _settings_changed(self, changes: dict[str, object]) -> None:
        parameters = changes["parameters"]
        assert isinstance(parameters, tuple)
        self._last_used[str(self.methods.combo.currentData())] = parameters
        self.asked.emit(changes)

    def _style(self, name: str, value: object) -> None:
        if not self._showing:
            self.styled.emit(name, value)


def _seconds(shown: Shown, spec: MethodSpec) -> float | None:
    """Return what the map on screen took, where it is of this method."""
    result = shown.analysis.result if shown.analysis is not None else None
    return result.seconds if result is not None and result.attribution.method == spec.id else None


def _changes(question: Question) -> str:
    """Return what is not as usual, in a few words."""
    count = len(question.parameters)
    words = (f"{count} changed" * bool(count), f"{question.smoothing} copies" * bool(question.smoothing))
    return ", ".join(word for word in words if word)
