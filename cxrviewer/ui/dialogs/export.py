"""Asks what is exported, how and where to, shows what it will look like, and stays until it is written."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.errors import ExportError, UserError
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.export.permit import Permit
from cxrviewer.export.provenance import check_sidecar
from cxrviewer.export.save import check_destination, find_writer
from cxrviewer.session.export_choice import (
    ExportChoice,
    free_path,
    is_crowded,
    scenes_of,
    suggested_name,
)
from cxrviewer.ui.dialogs.export_form import ExportForm, OnScreen
from cxrviewer.ui.dialogs.export_preview import ExportPreview, Run

_TITLE = "Export"


class ExportDialog(QDialog):
    """The choices of an export beside its preview.

    Parameters
    ----------
    screen : OnScreen
        What can be exported; the active pane has an analysis.
    choice : ExportChoice
        To begin with.
    folder : Path
        Where the file is suggested.
    run : callable
        Draws the preview.
    """

    wanted = Signal(object)
    """The permit by which `scenes` are to be written to `path`; then `accept` or `show_error` is called."""

    def __init__(
        self, screen: OnScreen, choice: ExportChoice, folder: Path, run: Run, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_TITLE)
        self._screen = screen
        self._folder = folder
        self._scenes: tuple[ExportChoice, tuple[Scene, ...]] | None = None
        self._agreed: Path | None = None
        self._suggested: Path | None = None
        self._permit: Permit | None = None
        self.preview = ExportPreview(run)
        self.form = ExportForm(screen, choice)
        self.file = QLineEdit()
        self.file.setAccessibleName("File name")
        self._browser = QPushButton("Br&owse…")
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setObjectName("Warning")
        self.problem.setWordWrap(True)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._save = self._buttons.button(QDialogButtonBox.StandardButton.Save)
        self.progress = QProgressBar()
        self._lay_out()
        self._connect()
        self._changed()

    def scenes(self) -> tuple[Scene, ...]:
        """Return what is exported: as it was on screen when the dialog opened."""
        choice = self.form.choice()
        where = replace(choice, options=ExportOptions())
        if self._scenes is None or self._scenes[0] != where:
            self._scenes = where, scenes_of(choice, self._screen.active, self._screen.panes)
        return self._scenes[1]

    def path(self) -> Path:
        """Return the file; the suffix of the format is added where one is missing."""
        path = Path(self.file.text().strip())
        with contextlib.suppress(RuntimeError):  # "~name" of nobody
            path = path.expanduser()
        return path if path.suffix else path.with_name(path.name + self.form.spec().suffixes[0])

    def show_error(self, error: UserError) -> None:
        """Say why nothing is written; another file may be chosen."""
        self._set_busy(None)
        self.problem.setText(f"{error.message} {error.hint}".strip())

    def reject(self) -> None:
        """Give up what is being written, unless it is there already."""
        if self._permit is None or self._permit.withdraw():
            super().reject()

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(14)
        side.addWidget(self.form)
        side.addWidget(self.problem)
        side.addStretch(1)
        right = QWidget()
        right.setLayout(side)
        right.setFixedWidth(350)
        upper = QHBoxLayout()
        upper.setSpacing(18)
        upper.addWidget(self.preview, 1)
        upper.addWidget(right)
        self._browser.setAutoDefault(False)
        self._browser.clicked.connect(self._browse)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(160)
        self.progress.setAccessibleName("The file is being written")
        self.progress.hide()
        last = QHBoxLayout()
        last.addWidget(self.progress)
        last.addWidget(self._buttons)
        lower = QHBoxLayout()
        label = QLabel("File &name")
        label.setBuddy(self.file)
        lower.addWidget(label)
        lower.addWidget(self.file, 1)
        lower.addWidget(self._browser)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(12)
        layout.addLayout(upper, 1)
        layout.addLayout(lower)
        layout.addLayout(last)
        self.resize(1040, 700)

    def _connect(self) -> None:
        self.form.changed.connect(self._changed)
        self.file.textChanged.connect(self._check)
        self.file.textEdited.connect(self._follow_suffix)
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        self.finished.connect(self.preview.give_up)

    def _changed(self) -> None:
        self.form.enable(self.scenes())
        self._suggest()
        self._check()
        scenes = self.scenes()
        if scenes:
            self.preview.show_export(scenes, self.form.choice().options)

    def _suggest(self) -> None:
        """Keep the file's name in step with the choices for as long as it is the program's own."""
        suffixes, scenes = self.form.spec().suffixes, self.scenes()
        if self._suggested is None or self.file.text() == str(self._suggested):
            if scenes:
                name = suggested_name(scenes[0], self.form.choice().options)
                self._suggested = free_path(self._folder, name, suffixes[0])
                self.file.setText(str(self._suggested))
            return
        path = Path(self.file.text())
        if path.suffix and path.suffix.lower() not in suffixes:
            self.file.setText(str(path.with_suffix(suffixes[0])))

    def _follow_suffix(self, text: str) -> None:
        """Go over to the format whose suffix the user has typed."""
        self.form.follow_suffix(Path(text.strip()).suffix.lower())

    def _browse(self) -> None:
        spec = self.form.spec()
        patterns = " ".join(f"*{suffix}" for suffix in spec.suffixes)
        name, _ = QFileDialog.getSaveFileName(self, _TITLE, self.file.text(), f"{spec.name} ({patterns})")
        if name:
            self.file.setText(name)
            self._follow_suffix(name)
            self._agreed = Path(name)

    def _check(self) -> None:
        self.problem.setText(self._remark())
        self._save.setEnabled(bool(Path(self.file.text().strip()).name))

    def _remark(self) -> str:
        if self.form.shows_identity():
            return "The file will say who the patient is."
        if self.form.shows_words() and is_crowded(self.scenes(), self.form.choice().options):
            return "The words of the marks cover much of so small a picture: choose a larger size."
        return ""

    def _accept(self) -> None:
        path = self.path()
        try:
            suffixes = find_writer(path, self.form.choice().options.writer).SPEC.suffixes
            for scene in self.scenes():
                check_destination(path, suffixes, scene.radiograph.path)
            if self.form.choice().options.sidecar:
                check_sidecar(path)
        except ExportError as error:
            self.show_error(error)
            return
        if not path.exists() or path == self._agreed or self._may_replace(path):
            self._set_busy(Permit())
            self.wanted.emit(self._permit)

    def _set_busy(self, permit: Permit | None) -> None:
        """Write by a permit, or go back to asking."""
        self._permit = permit
        self.progress.setVisible(permit is not None)
        for widget in (self.form, self.file, self._browser, self._save):
            widget.setEnabled(permit is None)

    def _may_replace(self, path: Path) -> bool:
        answer = QMessageBox.question(self, _TITLE, f"{path.name} exists. Replace it?")
        return answer == QMessageBox.StandardButton.Yes
