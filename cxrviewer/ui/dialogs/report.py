"""Asks what a report of many images is made of."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox

from cxrviewer.batch.report_job import NAME, ReportOrder, run
from cxrviewer.export.options import PAPERS, ExportOptions
from cxrviewer.session.jobs import JobOrder, Kind
from cxrviewer.ui.dialogs.images_form import ImagesForm


class ReportForm(ImagesForm):
    """Images, question, paper and results."""

    KIND = Kind.REPORT
    INTRODUCTION = (
        "Writes a PDF with a page for each radiograph: image, heatmap, outputs with their thresholds, how it "
        "was made, and where all comes from. Method, colours and scale are those of the viewer."
    )
    RESULT = NAME

    def add_rows(self) -> None:
        """Add what is asked of the pages."""
        super().add_rows()
        self.paper = QComboBox()
        for paper in PAPERS:
            self.paper.addItem(paper.title() if len(paper) > 2 else paper.upper(), paper)
        self.identity = QCheckBox("Name the patient on each page")
        self.identity.setToolTip("Name, number, date of birth and study, where the file has them")
        self.form.addRow("Paper", self.paper)
        self.form.addRow("", self.identity)
        self.choose_model()

    def order(self, data: Path, output: Path) -> JobOrder:
        """Return the order."""
        state, target, layers = self.asked()
        options = ExportOptions(paper=str(self.paper.currentData()), identity=self.identity.isChecked())
        return JobOrder(
            self.KIND, data.name, output, run, ReportOrder(data, output, state, target, layers, options)
        )
