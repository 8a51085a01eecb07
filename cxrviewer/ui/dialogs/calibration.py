"""How long a line on the image is in the patient."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QLabel, QWidget


class CalibrationDialog(QDialog):
    """Asks for a length in millimetres.

    Parameters
    ----------
    measured : str
        What the line measures by now, with its unit.
    """

    def __init__(self, measured: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Calibrate")
        words = QLabel(
            "Measure something of known size: a marker ball, a device. It must be as far from the detector "
            "as what you want to measure: what is nearer to it is magnified less."
        )
        words.setWordWrap(True)
        words.setMinimumWidth(380)
        self.length = QDoubleSpinBox()
        self.length.setAccessibleName("True length in millimetres")
        self.length.setRange(0.1, 2000.0)
        self.length.setDecimals(1)
        self.length.setSuffix(" mm")
        self.length.setValue(100.0)
        self.length.selectAll()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QFormLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(10)
        layout.addRow(words)
        layout.addRow("This line measures", QLabel(measured))
        layout.addRow("It is in truth", self.length)
        layout.addRow(buttons)
        self.length.setFocus()
