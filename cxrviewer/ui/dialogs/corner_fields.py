"""Asks which field stands in which corner."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.ui.corner_fields import FIELDS, Corner, place_of


class CornerFieldsDialog(QDialog):
    """One choice a field; what is chosen is seen at once over the image.

    Parameters
    ----------
    places : mapping of str to str
        Corner of each field that is not where the table has it.
    """

    chosen = Signal(object)
    """All places, a dictionary of corner names by field."""

    def __init__(self, places: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Corner text")
        self._before = dict(places)
        self.boxes: dict[str, QComboBox] = {}
        text = QLabel(
            "Where there is little room, what matters least goes first. Fields with * tell who the "
            "patient is: they are written only while the identity is shown (N)."
        )
        text.setObjectName("Muted")
        text.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        restore = buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        restore.clicked.connect(lambda: self._show({}))
        self.rejected.connect(lambda: self.chosen.emit(self._before))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(text)
        layout.addWidget(self._made_table(places), 1)
        layout.addWidget(buttons)

    def _made_table(self, places: Mapping[str, str]) -> QScrollArea:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setVerticalSpacing(4)
        for row, field in enumerate(FIELDS):
            box = QComboBox()
            for corner in Corner:
                box.addItem(corner.value.capitalize(), corner.value)
            label = QLabel(f"{field.name} *" if field.identity else field.name)
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
            self.boxes[field.id] = box
        self._show(places)
        for box in self.boxes.values():
            box.currentIndexChanged.connect(self._tell)
        area = QScrollArea()
        area.setWidget(table)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumSize(380, 420)
        return area

    def _show(self, places: Mapping[str, str]) -> None:
        for field in FIELDS:
            box = self.boxes[field.id]
            box.setCurrentIndex(box.findData(place_of(field, places).value))

    def _tell(self) -> None:
        self.chosen.emit({name: box.currentData() for name, box in self.boxes.items()})
