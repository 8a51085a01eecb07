"""Asks what a batch is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox

from cxrviewer.batch.inputs import JOURNAL
from cxrviewer.batch.job import BatchOrder, run
from cxrviewer.batch.options import BatchOptions
from cxrviewer.export.options import ExportOptions, PictureKind
from cxrviewer.session.jobs import JobOrder, Kind
from cxrviewer.ui.dialogs.images_form import ImagesForm
from cxrviewer.ui.dialogs.job_fields import number_field

_KINDS = {
    PictureKind.OVERLAY: "Overlay",
    PictureKind.TRIPLE: "Image, heatmap and overlay side by side",
}
_FORMATS = {".jpg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".webp": "WebP"}


class BatchForm(ImagesForm):
    """Files, question, look and results; what is not asked is as in the viewer."""

    KIND = Kind.BATCH
    INTRODUCTION = (
        "Analyses many radiographs: one picture each, tables of all results, and a page with statistics, a "
        "contact sheet and what failed. Method, colours and scale are those of the viewer."
    )

    def add_rows(self) -> None:
        """Add what is asked of each file, and what is written."""
        super().add_rows()
        self.picture = QComboBox()
        for kind, text in _KINDS.items():
            self.picture.addItem(text, kind)
        self.format = QComboBox()
        for suffix, text in _FORMATS.items():
            self.format.addItem(text, suffix)
        self.most = number_field(0, 10_000_000, 0, "Stop after so many files")
        self.most.setSpecialValueText("All")
        self.workers = number_field(0, 64, 0, "Processes that read and draw; one a processor by itself")
        self.workers.setSpecialValueText("Automatic")
        self.names = QCheckBox("Leave the names of the files out of pictures and tables")
        self.names.setToolTip("Where file names tell who the patient is: numbers take their place")
        self.resume = QCheckBox("Go on with the batch in this folder")
        self.resume.setChecked(True)
        self.resume.toggled.connect(lambda _checked: self.check())
        self.form.addRow("Pictures", self.picture)
        self.form.addRow("Format", self.format)
        self.form.addRow("At most", self.most)
        self.form.addRow("Processes", self.workers)
        self.form.addRow("", self.names)
        self.form.addRow("", self.resume)
        self.choose_model()

    def check(self) -> None:
        """Say what is wrong, and whether a batch in the folder can be gone on with."""
        super().check()
        output = self.output.path()
        there = output is not None and (output / JOURNAL).is_file()
        self.form.setRowVisible(self.resume, there)
        if there and not self.resume.isChecked():
            self.output.say(
                "There is a batch in this folder: go on with it, or give another one.", problem=True
            )
            self.start.setEnabled(False)

    def order(self, data: Path, output: Path) -> JobOrder:
        """Return the order."""
        state, target, layers = self.asked()
        options = BatchOptions(
            state=state,
            target=target,
            layers=layers,
            suffix=str(self.format.currentData()),
            export=ExportOptions(kind=PictureKind(self.picture.currentData())),
            stems=not self.names.isChecked(),
            most=self.most.value() or None,
            workers=self.workers.value() or None,
            resume=self.form.isRowVisible(self.resume),
        )
        order = BatchOrder(data, options, output)
        rest = replace(order, options=replace(options, resume=True))
        return JobOrder(self.KIND, data.name, output, run, order, rest)
