"""Asks what an animation goes through, and where it is saved; shows how far it has got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.errors import ExportError, UserError
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.save import check_destination, find_writer, specs
from cxrviewer.export.writer_spec import Group
from cxrviewer.session.export_choice import free_path
from cxrviewer.session.film import Over, frame_seconds
from cxrviewer.ui.dialogs.film_preview import SIDE, FilmPreview
from cxrviewer.ui.panels.fields import dress_spin_box

_TITLE = "Export animation"
_CHOICES = (
    (Over.LAYERS, "From &layer to layer", "Where the model looks, from its first layers to its last"),
    (Over.CLASSES, "From &class to class", "What spoke for each class, on one scale"),
    (Over.ALPHA, "&Fading in and out", "The heatmap as it is, over the image and away again"),
)


class FilmDialog(QDialog):
    """The choices of an animation.

    Parameters
    ----------
    source : Path
        The image, never written over.
    folder : Path
        Where the file is suggested.
    name : str
        What it is called there, without a suffix.
    refused : mapping of Over to str
        What it cannot go through, and why.
    """

    wanted = Signal(object, object, object)
    """Over what, the file, None for a preview, and the options."""
    cancelled = Signal()

    def __init__(
        self,
        source: Path,
        folder: Path,
        name: str,
        refused: Mapping[Over, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_TITLE)
        self._source, self._folder, self._name = source, folder, name
        self._agreed: Path | None = None
        self.over = QButtonGroup(self)
        self.seconds = QDoubleSpinBox()
        self.seconds.setRange(0.04, 5.0)
        self.seconds.setSingleStep(0.1)
        self.seconds.setSuffix(" s")
        dress_spin_box(self.seconds)
        self.format = QComboBox()
        for spec in specs():
            if spec.group is Group.FILM:
                self.format.addItem(spec.name, spec.suffixes[0])
        self.disclaimer = QCheckBox("“&Not for diagnosis”")
        self.disclaimer.setChecked(True)
        self.preview = FilmPreview()
        self.file = QLineEdit()
        self._browser = QPushButton("Browse…")
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.save = self._buttons.button(QDialogButtonBox.StandardButton.Save)
        self._fields = (self.seconds, self.format, self.disclaimer, self.file, self._browser)
        self._refused = refused
        self._lay_out()
        self._connect()
        self._busy = False
        next(button for button in self.over.buttons() if button.isEnabled()).setChecked(True)
        self.seconds.setValue(frame_seconds(self.chosen()))
        self._suggest()
        self._set_busy(False)

    def chosen(self) -> Over:
        """Return what the animation goes through."""
        return _CHOICES[self.over.checkedId()][0]

    def preview_film(self) -> None:
        """Ask for the pictures of what is chosen."""
        self.preview.say("The maps are computed…")
        self._say("", warning=False)
        self.wanted.emit(self.chosen(), None, self._options())

    def show_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> None:
        """Play the animation."""
        self.preview.play(pictures)

    def show_share(self, share: float) -> None:
        """Show how much is done."""
        if self._busy:
            self.progress.setValue(round(100 * share))
        else:
            self.preview.say(f"The maps are computed: {100 * share:.0f} %")

    def show_error(self, error: UserError) -> None:
        """Say why there is no animation."""
        if not self._busy:
            self.preview.say("No animation")
        elif not self.preview.count:
            self.preview.clear()
        self._set_busy(False)
        self._say(f"{error.message} {error.hint}".strip())

    def _options(self) -> ExportOptions:
        return ExportOptions(disclaimer=self.disclaimer.isChecked(), frame_seconds=self.seconds.value())

    def _lay_out(self) -> None:
        choices = QVBoxLayout()
        choices.setSpacing(6)
        for number, (over, text, tip) in enumerate(_CHOICES):
            button = QRadioButton(text)
            button.setToolTip(self._refused.get(over, tip))
            button.setEnabled(over not in self._refused)
            self.over.addButton(button, number)
            choices.addWidget(button)
        self._browser.setAutoDefault(False)
        self._browser.clicked.connect(self._browse)
        file = QHBoxLayout()
        file.setSpacing(6)
        file.addWidget(self.file, 1)
        file.addWidget(self._browser)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(12)
        form.addRow("It goes", choices)
        form.addRow("&Each picture", self.seconds)
        form.addRow("F&ormat", self.format)
        form.addRow("With it", self.disclaimer)
        label = QLabel("F&ile")
        label.setBuddy(self.file)
        form.addRow(label, file)
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addLayout(form)
        side.addStretch(1)
        side.addWidget(self.status)
        side.addWidget(self.progress)
        side.addWidget(self._buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(18)
        layout.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(side, 1)
        self.setMinimumWidth(SIDE + 480)

    def _connect(self) -> None:
        self.seconds.valueChanged.connect(self.preview.set_seconds)
        self.over.idClicked.connect(lambda _: self._change_course())
        self.disclaimer.toggled.connect(lambda _: self.preview_film())
        self.format.currentIndexChanged.connect(self._follow_format)
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        self.rejected.connect(self.cancelled)

    def _change_course(self) -> None:
        self.seconds.setValue(frame_seconds(self.chosen()))
        self.preview_film()

    def _suggest(self) -> None:
        self.file.setText(str(free_path(self._folder, self._name, self.format.currentData())))

    def _follow_format(self) -> None:
        self.file.setText(str(Path(self.file.text()).with_suffix(self.format.currentData())))

    def _browse(self) -> None:
        suffix = self.format.currentData()
        pattern = f"{self.format.currentText()} (*{suffix})"
        name, _ = QFileDialog.getSaveFileName(self, _TITLE, self.file.text(), pattern)
        if name:
            self._agreed = Path(name if Path(name).suffix else f"{name}{suffix}")
            self.file.setText(str(self._agreed))

    def _accept(self) -> None:
        path = Path(self.file.text().strip()).expanduser()
        try:
            suffixes = find_writer(path, group=Group.FILM).SPEC.suffixes
            check_destination(path, suffixes, self._source)
        except ExportError as error:
            self._say(f"{error.message} {error.hint}".strip())
            return
        if path.exists() and path != self._agreed:
            answer = QMessageBox.question(self, _TITLE, f"{path.name} exists. Replace it?")
            if answer != QMessageBox.StandardButton.Yes:
                return
        self._set_busy(True)
        self.wanted.emit(self.chosen(), path, self._options())

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.progress.setVisible(busy)
        self.progress.setValue(0)
        self.save.setEnabled(not busy)
        for widget in self._fields:
            widget.setEnabled(not busy)
        for number, (over, _, _) in enumerate(_CHOICES):
            self.over.button(number).setEnabled(not busy and over not in self._refused)
        self._say("The maps are computed and drawn." if busy else "", warning=False)

    def _say(self, text: str, *, warning: bool = True) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))
        self.status.setObjectName("Warning" if warning else "Muted")
        self.status.style().polish(self.status)
