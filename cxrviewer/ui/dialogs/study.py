"""Asks what a study of heatmaps is made of."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.model_info import AUTO_LAYER, sweep_layers
from cxrviewer.session.job_calls import StudyOrder, study
from cxrviewer.session.jobs import JobOrder, Kind
from cxrviewer.ui.dialogs.job_fields import number_field
from cxrviewer.ui.dialogs.job_form import ModelJobForm
from cxrviewer.ui.panels.fields import GroupedCombo
from cxrviewer.ui.panels.method_choice import MethodChooser

_TOP = "top"


class StudyForm(ModelJobForm):
    """Model, data, question and results."""

    KIND = Kind.STUDY
    RESULT = "study.html"
    INTRODUCTION = (
        "Explains as many images of each class and tells whether the heatmaps of the classes differ, and how "
        "much of the evidence lies in the lungs, at the border, in the corners and below the diaphragm."
    )

    def add_rows(self) -> None:
        """Add what is asked of each image."""
        super().add_rows()
        self.per_class = number_field(2, 100_000, 30, "At most; as many as the smallest class has, at most")
        self.method = MethodChooser()
        self.method.chosen.connect(lambda _id: self._follow_method())
        self.layer = GroupedCombo("Layer")
        self.target = GroupedCombo("Class that is explained")
        self.lungs = QCheckBox("Look for the lungs, and tell how much of the evidence lies in them")
        self.lungs.setChecked(True)
        self.seed = number_field(0, 2**31 - 1, 0, "Which images are drawn; equal seeds draw equal images")
        self.form.addRow("Images a class", self.per_class)
        self.form.addRow("Method", self.method)
        self.form.addRow("Layer", self.layer)
        self.form.addRow("Explained", self.target)
        self.form.addRow("", self.lungs)
        self.form.addRow("Seed", self.seed)
        self.choose_model()

    def choose_model(self) -> None:
        """Offer what the chosen model has."""
        super().choose_model()
        choice = self.choice()
        self.method.show_model(choice.info)
        self.method.show_method(method_spec("grad-cam"))
        self.layer.clear()
        self.layer.add_entry("The model's own", AUTO_LAYER)
        for path in sweep_layers(choice.info) if choice.info is not None else ():
            self.layer.add_entry(path, path)
        self.target.clear()
        self.target.add_entry("The most probable class of each image", _TOP)
        for label in (*choice.card.labels, *(group.name for group in choice.card.label_groups)):
            self.target.add_entry(label, label)
        self._follow_method()

    def order(self, data: Path, output: Path) -> JobOrder:
        """Return the order."""
        choice = self.choice()
        order = StudyOrder(
            choice.load,
            data,
            output,
            str(self.method.combo.currentData()),
            str(self.layer.currentData()),
            str(self.target.currentData()),
            self.per_class.value(),
            self.seed.value(),
            self.lungs.isChecked(),
        )
        return JobOrder(self.KIND, choice.card.name, output, study, order)

    def _follow_method(self) -> None:
        spec = method_spec(str(self.method.combo.currentData()))
        self.method.show_method(spec)
        self.layer.setEnabled(spec.uses_layer)
