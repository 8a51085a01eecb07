"""The parameters of a method, and how many moved copies of the image are averaged."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.explain.method_spec import Family, MethodSpec, Parameter, Value, Values
from cxrviewer.explain.question import MAX_SMOOTHING
from cxrviewer.ui.panels.fields import GroupedCombo, dress_spin_box, muted, tip

PAUSE_MS = 300
"""After so long without another change the settings of a quick method are applied."""

_LONG_S = 1.0
_QUICK_FAMILIES = (Family.GRADIENT_CAM, Family.CONTROL)
"""Of one pass; others are quick where the last map was."""

_SMOOTHING = Parameter(
    "smoothing",
    "Moved copies",
    0,
    "The map is averaged over so many slightly moved, scaled and brightened copies of the image; never "
    "mirrored ones. 0 for the image alone. The time is that of one map a copy.",
    maximum=MAX_SMOOTHING,
)


class MethodSettings(QWidget):
    """A form made from a method's specification.

    A quick method follows each change after a short pause. The changes of one that takes longer than a
    second are collected until "Compute" or Enter is pressed.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec: MethodSpec | None = None
        self._shown: dict[str, Value] = {}
        self._seconds: float | None = None
        self.fields: dict[str, QSpinBox | QDoubleSpinBox | QComboBox] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.apply)
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(10)
        self._form.setVerticalSpacing(6)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.reset = QPushButton("Defaults")
        self.reset.setToolTip("Go back to the method's own settings")
        self.reset.clicked.connect(self._to_defaults)
        self.compute = QPushButton("Compute")
        self.compute.setObjectName("Primary")
        self.compute.setToolTip("Compute the map with these settings (Enter)")
        self.compute.clicked.connect(self.apply)
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        buttons.addWidget(self.compute)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 2, 12, 4)
        layout.setSpacing(8)
        layout.addLayout(self._form)
        layout.addLayout(buttons)

    def show_settings(
        self, spec: MethodSpec, parameters: Values, smoothing: int, seconds: float | None
    ) -> None:
        """Show what is in force, without telling anyone; what the user is about to change stays.

        Parameters
        ----------
        spec : MethodSpec
            The method in use.
        parameters : tuple of (str, value)
            Those that are not at their defaults.
        smoothing : int
            Number of copies.
        seconds : float, optional
            What its last map took; None where there is none yet.
        """
        self._seconds = seconds
        shown = dict(spec.values(parameters)) | {_SMOOTHING.name: smoothing}
        if spec is not self._spec:
            self._build(spec)
        elif shown == self._shown:
            return
        self._shown = shown
        for name, field in self.fields.items():
            field.blockSignals(True)
            _set(field, shown[name])
            field.blockSignals(False)
        self._pause.stop()
        self._mark()

    def values(self) -> dict[str, Value]:
        """Return what stands in the form."""
        return {name: _value(field) for name, field in self.fields.items()}

    def apply(self) -> None:
        """Tell what stands in the form, where it is not in force already."""
        self._pause.stop()
        values = self.values()
        if self._spec is None or values == self._shown:
            return
        self._shown = dict(values)
        self._mark()
        smoothing = values.pop(_SMOOTHING.name)
        self.changed.emit({"parameters": changed_values(self._spec, values), "smoothing": smoothing})

    def _build(self, spec: MethodSpec) -> None:
        self._spec = spec
        while self._form.rowCount():
            self._form.removeRow(0)
        self.fields = {}
        for parameter in (*spec.parameters, _SMOOTHING):
            field = _field(parameter, self._touched, self.apply)
            self.fields[parameter.name] = field
            label = muted(parameter.label, field)
            label.setFixedHeight(field.sizeHint().height())
            self._form.addRow(label, field)

    def _touched(self) -> None:
        if not self._takes_long():
            self._pause.start()
        self._mark()

    def _takes_long(self) -> bool:
        smoothed = self.values()[_SMOOTHING.name] != 0
        if self._spec is None or (self._spec.family in _QUICK_FAMILIES and not smoothed):
            return False
        return self._seconds is None or self._seconds > _LONG_S

    def _mark(self) -> None:
        self.compute.setVisible(self._takes_long())
        self.compute.setEnabled(self.values() != self._shown)
        self.reset.setEnabled(self.values() != self._defaults())

    def _defaults(self) -> dict[str, Value]:
        assert self._spec is not None
        return dict(self._spec.values()) | {_SMOOTHING.name: _SMOOTHING.default}

    def _to_defaults(self) -> None:
        for name, value in self._defaults().items():
            _set(self.fields[name], value)
        self.apply()


def changed_values(spec: MethodSpec, values: dict[str, Value]) -> Values:
    """Return the parameters that are not at their defaults, as `Question.parameters` has them."""
    return tuple(
        (parameter.name, values[parameter.name])
        for parameter in spec.parameters
        if values[parameter.name] != parameter.default
    )


def _field(
    parameter: Parameter, touched: Callable[[], None], apply: Callable[[], None]
) -> QSpinBox | QDoubleSpinBox | QComboBox:
    """Return the control for a parameter, which is at its default."""
    made: QSpinBox | QDoubleSpinBox | QComboBox
    scope = f"From {parameter.minimum:g} to {parameter.maximum:g}."
    if isinstance(parameter.default, str):
        made = GroupedCombo(parameter.label)
        for choice in parameter.choices:
            made.add_entry(choice.capitalize(), choice)
        _set(made, parameter.default)
        made.activated.connect(touched)
        scope = ""
    else:
        made = QSpinBox() if isinstance(parameter.default, int) else QDoubleSpinBox()
        if isinstance(made, QDoubleSpinBox):
            made.setDecimals(max(2, len(repr(parameter.default).partition(".")[2])))
            made.setSingleStep(0.01 if parameter.maximum <= 1 else 0.1)
            made.setRange(parameter.minimum, parameter.maximum)
        else:
            made.setRange(int(parameter.minimum), int(parameter.maximum))
            made.setSingleStep(max(1, int(parameter.default) // 8))
        _set(made, parameter.default)
        made.valueChanged.connect(touched)
        made.lineEdit().returnPressed.connect(apply)
        dress_spin_box(made)
    made.setAccessibleName(parameter.label)
    made.setToolTip(tip(parameter.help, scope))
    return made


def _set(field: QSpinBox | QDoubleSpinBox | QComboBox, value: Value) -> None:
    if isinstance(field, QComboBox):
        field.setCurrentIndex(field.findData(value))
    elif isinstance(field, QSpinBox):
        field.setValue(int(value))
    else:
        field.setValue(float(value))


def _value(field: QSpinBox | QDoubleSpinBox | QComboBox) -> Value:
    return str(field.currentData()) if isinstance(field, QComboBox) else field.value()
